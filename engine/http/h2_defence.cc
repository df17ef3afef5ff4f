// SPDX-License-Identifier: Apache-2.0
#include "http/h2_defence.h"

#include <algorithm>

namespace hawser::http {

namespace {
constexpr uint64_t window_ms = 10'000;
}

std::string_view name_of(H2Cut cut) {
  static constexpr std::string_view names[] = {
#define HAWSER_H2_CUT_NAME(name, words) #name,
      HAWSER_H2_CUTS(HAWSER_H2_CUT_NAME)
#undef HAWSER_H2_CUT_NAME
  };
  return names[static_cast<size_t>(cut)];
}

std::string_view words_of(H2Cut cut) {
  static constexpr std::string_view texts[] = {
#define HAWSER_H2_CUT_WORDS(name, words) words,
      HAWSER_H2_CUTS(HAWSER_H2_CUT_WORDS)
#undef HAWSER_H2_CUT_WORDS
  };
  return texts[static_cast<size_t>(cut)];
}

bool RateBucket::take(uint32_t limit, uint64_t now_ms) {
  const uint64_t passed_ms = std::min(now_ms - filled_ms_, window_ms);
  filled_ms_ = now_ms;
  spent_ -= std::min(spent_, passed_ms * limit);
  if (spent_ + window_ms > limit * window_ms) return false;
  spent_ += window_ms;
  return true;
}

bool H2Defence::on_window_update(uint64_t now_ms) {
  if (earned_window_updates_ > 0) {
    --earned_window_updates_;
    return true;
  }
  return window_updates_.take(limits_.window_updates, now_ms);
}

}  // namespace hawser::http
