// SPDX-License-Identifier: Apache-2.0
// The common way of all bodies that are a JSON object: parse, let `read` take its members, and look
// for an error. Owner: nobody. Thread: any.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "model/json_members.h"

namespace hawser::model {

template <class T, class Read>
core::Result<T> read_body(std::string_view text, size_t limit_bytes, Read read) {
  auto object = parse_json_object(text, limit_bytes);
  if (!object.ok()) return object.error();
  JsonMembers members(*object);
  T value;
  read(members, value);
  if (!members.ok()) return members.error();
  return value;
}

}  // namespace hawser::model
