// SPDX-License-Identifier: Apache-2.0
// Texts and lists of texts, as rules and providers name people, groups, claims and scopes. Owner:
// nobody (functions). Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.h"

namespace hawser::control {

struct TextRule {
  std::string_view expected;                 // "a group's name"
  bool (*fits)(std::string_view) = nullptr;  // beyond what every text has to be
  size_t limit_bytes = 255;
};

// One line that isn't empty, without control characters or blanks around it.
std::optional<std::string> read_text(const config::Value& value, const TextRule& rule);

// 1 to 1000 of them, each once. False where anything is wrong.
bool read_texts(const config::Value& value, const TextRule& rule, std::vector<std::string>& target);

// The `name` of an item of a list: the place for what is wrong with it.
config::Value named(const config::Value& item);

}  // namespace hawser::control
