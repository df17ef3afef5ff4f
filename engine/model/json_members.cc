// SPDX-License-Identifier: Apache-2.0
#include "model/json_members.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace hawser::model {

core::Result<nlohmann::json> parse_json_object(std::string_view text, size_t limit_bytes) {
  if (text.size() > limit_bytes) return core::Error{"the body is longer than its limit"};
  nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return core::Error{"the body isn't JSON"};
  if (!parsed.is_object()) return core::Error{"the body isn't a JSON object"};
  return parsed;
}

std::string write_json(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

JsonMembers::JsonMembers(const nlohmann::json& object) : object_(object) {
  if (!object_.is_object()) fail("", "an object");
}

const nlohmann::json* JsonMembers::find(const char* name) const {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void JsonMembers::fail(std::string_view name, std::string_view expected) {
  if (error_) return;
  error_ = core::Error{"member \"" + std::string(name) + "\": expected " + std::string(expected)};
}

void JsonMembers::read(const char* name, std::string& target) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return;
  const auto* text = value->get_ptr<const std::string*>();
  if (text == nullptr) return fail(name, "text");
  target = *text;
}

void JsonMembers::read(const char* name, uint64_t& target) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return;
  if (!value->is_number_unsigned()) return fail(name, "a whole number from 0 on");
  target = value->get<uint64_t>();
}

void JsonMembers::read(const char* name, bool& target) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return;
  if (!value->is_boolean()) return fail(name, "true or false");
  target = value->get<bool>();
}

void JsonMembers::read(const char* name, std::vector<std::string>& target) {
  constexpr size_t texts_limit = 1024;
  const nlohmann::json* items = list(name);
  if (items == nullptr) return;
  if (items->size() > texts_limit) return fail(name, "a shorter list");
  std::vector<std::string> texts;
  for (const nlohmann::json& item : *items) {
    const auto* text = item.get_ptr<const std::string*>();
    if (text == nullptr) return fail(name, "a list of texts");
    texts.push_back(*text);
  }
  target = std::move(texts);
}

const nlohmann::json* JsonMembers::list(const char* name) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return nullptr;
  if (value->is_array()) return value;
  fail(name, "a list");
  return nullptr;
}

const nlohmann::json* JsonMembers::object(const char* name) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return nullptr;
  if (value->is_object()) return value;
  fail(name, "an object");
  return nullptr;
}

}  // namespace hawser::model
