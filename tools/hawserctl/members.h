// SPDX-License-Identifier: Apache-2.0
// Members of an answer's JSON: those of an engine of another version may be missing or of another
// type, and then there is a default. Owner: nobody. Thread: main.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace hawser::ctl {

inline const nlohmann::json* member(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}
inline std::string text(const nlohmann::json& object, const char* name) {
  const nlohmann::json* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string("-");
}
inline uint64_t number(const nlohmann::json& object, const char* name) {
  const nlohmann::json* value = member(object, name);
  return value != nullptr && value->is_number_unsigned() ? value->get<uint64_t>() : 0;
}
inline bool flag(const nlohmann::json& object, const char* name) {
  const nlohmann::json* value = member(object, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}
inline nlohmann::json list(const nlohmann::json& object, const char* name) {
  const nlohmann::json* value = member(object, name);
  return value != nullptr && value->is_array() ? *value : nlohmann::json::array();
}

}  // namespace hawser::ctl
