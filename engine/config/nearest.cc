// SPDX-License-Identifier: Apache-2.0
#include "config/nearest.h"

#include <algorithm>
#include <string>
#include <vector>

namespace hawser::config {
namespace {

constexpr size_t word_limit = 64;  // longer words aren't compared: the work is their product

// As people mistake them: capitals and hyphens are no difference.
std::string folded(std::string_view word) {
  std::string result(word);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  return result;
}

size_t distance_limit(size_t length) { return length <= 4 ? 1 : std::max<size_t>(2, length / 3); }

// One begins or ends the other: "memory" and "memory_limit", "hostname" and "host".
bool is_part(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return a.size() >= 4 && (b.substr(0, a.size()) == a || b.substr(b.size() - a.size()) == a);
}

}  // namespace

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(current);
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > word_limit) return {};
  const std::string wanted = folded(word);
  std::string_view best;
  size_t best_distance = word_limit;
  for (const std::string_view candidate : candidates) {
    const size_t distance = edit_distance(wanted, folded(candidate));
    if (distance < best_distance &&
        distance <= distance_limit(std::max(word.size(), candidate.size()))) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (!best.empty()) return best;
  const auto part = std::find_if(candidates.begin(), candidates.end(),
                                 [&](std::string_view c) { return is_part(wanted, folded(c)); });
  return part == candidates.end() ? std::string_view{} : *part;
}

}  // namespace hawser::config
