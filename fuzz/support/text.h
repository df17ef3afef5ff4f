// SPDX-License-Identifier: Apache-2.0
// Heads, fields and targets as text, so that two readings of one message can be compared and shown.
// Owner: the harness. Thread: the harness's.
#pragma once

#include <string>

#include "message/body_length.h"
#include "message/fields.h"
#include "message/head.h"
#include "message/target.h"

namespace hawser::fuzz {

inline std::string text_of(message::BodyLength length) {
  return std::to_string(static_cast<int>(length.kind)) + ':' + std::to_string(length.bytes);
}

inline std::string text_of(const message::Fields& fields) {
  std::string text;
  fields.for_each([&](const message::FieldView& field) {
    text.append(field.name).append(": ").append(field.value).append("\n");
  });
  return text;
}

inline std::string text_of(const message::Target& target) {
  std::string text = std::to_string(static_cast<int>(target.form)) + ' ' + target.scheme + "://" +
                     target.authority.host + ':' + std::to_string(target.authority.port) + '(' +
                     target.authority.raw + ")";
  target.append_path_and_query(text);
  return text + " = " + target.canonical_path + " ?" + std::to_string(target.doubts);
}

inline std::string text_of(const message::RequestHead& head) {
  return std::string(head.method_text()) + ' ' + std::string(message::text_of(head.version)) + ' ' +
         text_of(head.target) + ' ' + text_of(head.body_length) + '\n' + text_of(head.fields);
}

inline std::string text_of(const message::ResponseHead& head) {
  return std::to_string(head.status) + ' ' + std::string(message::text_of(head.version)) + ' ' +
         head.reason + ' ' + text_of(head.body_length) + '\n' + text_of(head.fields);
}

}  // namespace hawser::fuzz
