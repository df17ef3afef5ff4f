// SPDX-License-Identifier: Apache-2.0
#include "access/cookies.h"

#include <string>

#include "message/characters.h"

namespace hawser::access {
namespace {

using message::FieldName;

bool is_own(std::string_view pair) {
  pair = message::trim_blanks(pair);
  while (pair.starts_with('='))
    pair = message::trim_blanks(pair.substr(1));  // a cookie without a name
  const std::string_view name = message::trim_blanks(pair.substr(0, pair.find('=')));
  return name.size() >= own_cookie_prefix.size() &&
         message::equals_ignoring_case(name.substr(0, own_cookie_prefix.size()), own_cookie_prefix);
}

// Splits off what stands before the next semicolon.
std::string_view next_pair(std::string_view& rest) {
  const size_t end = rest.find(';');
  const std::string_view pair = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return pair;
}

// The pairs that are not ours, as they came.
void keep_others(std::string_view cookies, std::string& kept) {
  kept.clear();
  while (!cookies.empty()) {
    const std::string_view pair = next_pair(cookies);
    if (is_own(pair)) continue;
    if (!kept.empty()) kept.push_back(';');
    kept += kept.empty() ? message::trim_blanks(pair) : pair;
  }
}

bool holds_own(std::string_view cookies) {
  while (!cookies.empty())
    if (is_own(next_pair(cookies))) return true;
  return false;
}

}  // namespace

std::optional<std::string_view> find_cookie(const message::Fields& fields, std::string_view name) {
  std::optional<std::string_view> found;
  size_t times = 0;
  fields.for_each([&](const message::FieldView& field) {
    if (field.id != FieldName::cookie) return;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view pair = next_pair(rest);
      const size_t equals = pair.find('=');
      if (equals == std::string_view::npos || message::trim_blanks(pair.substr(0, equals)) != name)
        continue;
      found = message::trim_blanks(pair.substr(equals + 1));
      ++times;
    }
  });
  if (times > 1) found.reset();
  return found;
}

void remove_own_cookies(message::Fields& fields) {
  thread_local std::string kept;  // its memory is used again
  for (size_t i = 0; i < fields.size(); ++i) {
    const message::FieldView field = fields.at(i);
    if (field.id != FieldName::cookie || !holds_own(field.value)) continue;
    keep_others(field.value, kept);
    fields.set_value(i, kept);
  }
  fields.remove_if([](const message::FieldView& field) {
    return field.id == FieldName::cookie && field.value.empty();
  });
}

void refuse_own_cookies(message::Fields& fields) {
  fields.remove_if([](const message::FieldView& field) {
    return field.id == FieldName::set_cookie && is_own(field.value);
  });
}

}  // namespace hawser::access
