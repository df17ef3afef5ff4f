// SPDX-License-Identifier: Apache-2.0
// What every field that a reader hands out is. Owner: nobody. Thread: the harness's.
#pragma once

#include <string>

#include "message/characters.h"
#include "message/fields.h"
#include "support/check.h"

namespace hawser::fuzz {

// Returns the field as text, for what else is to be said of it.
inline std::string check_plain_field(const message::FieldView& field) {
  std::string text = std::string(field.name) + ": " + std::string(field.value);
  require(message::is_token(field.name), "a name is a token", text);
  require(message::all_in(message::field_value_char, field.value), "a value is plain", text);
  require(message::trim_blanks(field.value) == field.value, "a value has no blanks around", text);
  return text;
}

}  // namespace hawser::fuzz
