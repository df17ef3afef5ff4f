// SPDX-License-Identifier: Apache-2.0
#include "http/folded_name.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "message/characters.h"

namespace hawser::http {

namespace {

constexpr std::string_view variable_prefix = "http-";

constexpr std::array<char, 256> make_folded() {
  std::array<char, 256> table{};
  for (unsigned octet = 0; octet < table.size(); ++octet) {
    const char lower = message::to_lower(static_cast<char>(octet));
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    table[octet] = plain ? lower : '-';
  }
  return table;
}
constexpr std::array<char, 256> folded_octets = make_folded();

char folded(char c) { return folded_octets[static_cast<uint8_t>(c)]; }

bool has_variable_prefix(std::string_view name) {
  return name.size() > variable_prefix.size() &&
         std::equal(variable_prefix.begin(), variable_prefix.end(), name.begin(),
                    [](char wanted, char c) { return wanted == folded(c); });
}

std::string_view without_ends(std::string_view name) {
  while (!name.empty() && folded(name.front()) == '-') name.remove_prefix(1);
  while (!name.empty() && folded(name.back()) == '-') name.remove_suffix(1);
  return name;
}

}  // namespace

FoldedName::FoldedName(std::string_view name) {
  name = without_ends(name);
  while (has_variable_prefix(name)) {
    name.remove_prefix(variable_prefix.size());
    name = without_ends(name);
  }
  size_ = std::min(name.size(), limit_bytes);
  for (size_t i = 0; i < size_; ++i) text_[i] = folded(name[i]);
}

// Most names of a request are told apart by their first octet. What folding takes off may stand
// before any.
void FoldedNames::add(std::string_view name) {
  const FoldedName& added = names_.emplace_back(name);
  for (unsigned octet = 0; octet < first_octets_.size(); ++octet) {
    const char first = folded(static_cast<char>(octet));
    if (first == '-' || first == variable_prefix.front() || added.text().starts_with(first))
      first_octets_.set(octet);
  }
}

bool FoldedNames::has(std::string_view name) const {
  if (!name.empty() && !first_octets_.test(static_cast<uint8_t>(name.front()))) return false;
  const FoldedName folded(name);
  return std::any_of(names_.begin(), names_.end(),
                     [&](const FoldedName& ours) { return ours.text() == folded.text(); });
}

void FoldedNames::remove_from(message::Fields& fields) const {
  if (names_.empty()) return;
  fields.remove_if([this](const message::FieldView& field) { return has(field.name); });
}

}  // namespace hawser::http
