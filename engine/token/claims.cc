// SPDX-License-Identifier: Apache-2.0
#include "token/claims.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace hawser::token {
namespace {

constexpr int64_t last_time_s = 253'402'300'799;  // the end of the year 9999
constexpr size_t subject_limit_bytes = 255;
constexpr size_t texts_limit = 1000;

TokenError wrong_type(const char* name, std::string_view expected) {
  return {TokenFault::malformed, "`" + std::string(name) + "` is not " + std::string(expected)};
}

// Null where it is absent. (Null itself is a value of another type.)
const Claims* find(const Claims& claims, const char* name) {
  const auto found = claims.find(name);
  return found == claims.end() ? nullptr : &*found;
}

}  // namespace

Checked<std::optional<std::string>> text_claim(const Claims& claims, const char* name) {
  const Claims* value = find(claims, name);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string()) return wrong_type(name, "a text");
  return std::optional(value->get<std::string>());
}

Checked<std::optional<int64_t>> time_claim(const Claims& claims, const char* name) {
  const Claims* value = find(claims, name);
  if (value == nullptr) return std::optional<int64_t>();
  if (!value->is_number()) return wrong_type(name, "a time");
  const auto seconds = std::floor(value->get<double>());
  if (!(seconds >= 0 && seconds <= static_cast<double>(last_time_s)))
    return wrong_type(name, "a time of 1970 to 9999");
  return std::optional(static_cast<int64_t>(seconds));
}

Checked<std::vector<std::string>> texts_claim(const Claims& claims, const char* name) {
  const Claims* value = find(claims, name);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->is_string()) {
    texts.push_back(value->get<std::string>());
    return texts;
  }
  if (!value->is_array() || value->size() > texts_limit) return wrong_type(name, "a list of texts");
  for (const Claims& item : *value) {
    if (!item.is_string()) return wrong_type(name, "a list of texts");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

Checked<void> check_issuer(const Claims& claims, std::string_view issuer) {
  const auto found = text_claim(claims, "iss");
  if (!found) return found.error();
  if (*found != issuer) return TokenError{TokenFault::issuer_wrong, "`iss` is another issuer"};
  return {};
}

Checked<void> check_audience(const Claims& claims, std::string_view audience) {
  const auto found = texts_claim(claims, "aud");
  if (!found) return found.error();
  if (std::find(found->begin(), found->end(), audience) == found->end())
    return TokenError{TokenFault::audience_wrong, "`aud` does not name " + std::string(audience)};
  return {};
}

Checked<int64_t> check_times(const Claims& claims, const TokenTime& time) {
  const auto expires = time_claim(claims, "exp");
  const auto begins = time_claim(claims, "nbf");
  const auto issued = time_claim(claims, "iat");
  if (!expires) return expires.error();
  if (!begins) return begins.error();
  if (!issued) return issued.error();
  if (!*expires) return TokenError{TokenFault::malformed, "no `exp`"};
  if (**expires + time.skew_s <= time.now_s) {
    return TokenError{TokenFault::expired,
                      "it ended " + std::to_string(time.now_s - **expires) + " s ago"};
  }
  for (const auto& start : {*begins, *issued}) {
    if (start && *start > time.now_s + time.skew_s) {
      return TokenError{TokenFault::not_yet_valid, "it begins " +
                                                       std::to_string(*start - time.now_s) +
                                                       " s from now: are the clocks right?"};
    }
  }
  return **expires;
}

Checked<std::string> check_subject(const Claims& claims) {
  auto found = text_claim(claims, "sub");
  if (!found) return found.error();
  const bool usable = *found && !(*found)->empty() && (*found)->size() <= subject_limit_bytes &&
                      std::all_of((*found)->begin(), (*found)->end(), [](char c) {
                        return static_cast<uint8_t>(c) >= 0x20 && c != 0x7F;
                      });
  if (!usable)
    return TokenError{TokenFault::subject_missing,
                      "`sub` is missing or not 1 to 255 bytes of text"};
  return std::move(**found);
}

}  // namespace hawser::token
