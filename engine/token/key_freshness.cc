// SPDX-License-Identifier: Apache-2.0
#include "token/key_freshness.h"

#include <algorithm>
#include <string_view>

#include "message/characters.h"

namespace hawser::token {
namespace {

// A number that is too large to be held is as good as the largest (RFC 9111 1.2.2).
uint64_t seconds_in_ms(std::string_view digits) {
  constexpr uint64_t second_ms = 1000;
  uint64_t seconds = 0;
  for (const char digit : digits)
    seconds = std::min(seconds * 10 + static_cast<uint64_t>(digit - '0'), keys_fresh_most_ms);
  return seconds * second_ms;
}

}  // namespace

uint64_t keys_fresh_ms(const message::Fields& fields) {
  constexpr std::string_view max_age = "max-age=";
  uint64_t fresh_ms = keys_fresh_most_ms;
  fields.for_each_element(message::FieldName::cache_control, [&](std::string_view directive) {
    if (message::equals_ignoring_case(directive, "no-cache") ||
        message::equals_ignoring_case(directive, "no-store"))
      fresh_ms = 0;
    if (directive.size() <= max_age.size() ||
        !message::equals_ignoring_case(directive.substr(0, max_age.size()), max_age))
      return;
    const std::string_view digits = directive.substr(max_age.size());
    if (digits.find_first_not_of("0123456789") == digits.npos)
      fresh_ms = std::min(fresh_ms, seconds_in_ms(digits));
  });
  return std::clamp(fresh_ms, keys_fresh_least_ms, keys_fresh_most_ms);
}

}  // namespace hawser::token
