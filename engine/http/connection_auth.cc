// SPDX-License-Identifier: Apache-2.0
#include "http/connection_auth.h"

#include <algorithm>
#include <string_view>

#include "message/characters.h"

namespace hawser::http {

using message::FieldName;

namespace {

// Of an element "scheme", "scheme token" or "name=value" (RFC 9110 11.3).
ConnectionChallenge read_element(std::string_view element) {
  const size_t name_bytes = message::span_of(message::token_char, element);
  const std::string_view name = element.substr(0, name_bytes);
  std::string_view rest = element.substr(name_bytes);
  if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t')
    return ConnectionChallenge::none;
  if (!message::equals_ignoring_case(name, "ntlm") &&
      !message::equals_ignoring_case(name, "negotiate"))
    return ConnectionChallenge::none;
  return rest.empty() ? ConnectionChallenge::offered : ConnectionChallenge::spoken;
}

ConnectionChallenge read_field(const message::Fields& fields, FieldName name) {
  ConnectionChallenge most = ConnectionChallenge::none;
  fields.for_each_element(
      name, [&](std::string_view element) { most = std::max(most, read_element(element)); });
  return most;
}

}  // namespace

bool has_connection_credentials(const message::Fields& fields) {
  return read_field(fields, FieldName::authorization) != ConnectionChallenge::none;
}

ConnectionChallenge connection_challenge_of(const message::Fields& fields) {
  return read_field(fields, FieldName::www_authenticate);
}

}  // namespace hawser::http
