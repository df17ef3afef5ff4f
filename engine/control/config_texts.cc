// SPDX-License-Identifier: Apache-2.0
#include "control/config_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace hawser::control {
namespace {

constexpr size_t text_count_limit = 1000;

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::optional<std::string> read_text(const config::Value& value, const TextRule& rule) {
  auto written = value.text(rule.expected);
  if (!written) return std::nullopt;
  if (written->size() > rule.limit_bytes) {
    value.error_found(fmt::format("{} bytes", written->size()), std::string(rule.expected),
                      fmt::format("the most is {} bytes", rule.limit_bytes));
  } else if (has_control_character(*written)) {
    value.error_found("a text with control characters", std::string(rule.expected),
                      "write it in one line");
  } else if (written->front() == ' ' || written->back() == ' ') {
    value.error(std::string(rule.expected), "remove the blanks around it");
  } else if (rule.fits != nullptr && !rule.fits(*written)) {
    value.error(std::string(rule.expected));
  } else {
    return written;
  }
  return std::nullopt;
}

bool read_texts(const config::Value& value, const TextRule& rule,
                std::vector<std::string>& target) {
  const auto list = value.list();
  if (!list) return false;
  if (list->empty() || list->size() > text_count_limit) {
    value.error_found(list->empty() ? "an empty list" : fmt::format("{} of them", list->size()),
                      fmt::format("a list of 1 to {}, each {}", text_count_limit, rule.expected),
                      list->empty() ? "name one, or remove the key" : "");
    return false;
  }
  std::set<std::string> seen;
  bool good = true;
  for (const config::Value& item : *list) {
    auto text = read_text(item, rule);
    if (!text) {
      good = false;
    } else if (!seen.insert(*text).second) {
      item.error_found(fmt::format("\"{}\" a second time", *text), "each of them once",
                       "remove it");
      good = false;
    } else {
      target.push_back(std::move(*text));
    }
  }
  return good;
}

config::Value named(const config::Value& item) {
  for (const config::YamlEntry& entry : item.node().entries) {
    if (entry.key == "name") return {entry.value, item.key() + ".name", item.context()};
  }
  return item;
}

}  // namespace hawser::control
