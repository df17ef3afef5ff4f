// SPDX-License-Identifier: Apache-2.0
#include "http/hop_by_hop.h"

#include <algorithm>

#include "message/characters.h"

namespace hawser::http {

using message::FieldName;
using message::Fields;
using message::FieldView;

namespace {

bool ends_at_each_hop(FieldName id) {
  switch (id) {
    case FieldName::connection:
    case FieldName::http2_settings:
    case FieldName::keep_alive:
    case FieldName::proxy_authenticate:
    case FieldName::proxy_authentication_info:
    case FieldName::proxy_authorization:
    case FieldName::proxy_connection:
    case FieldName::trailer:
    case FieldName::transfer_encoding:
    case FieldName::upgrade:
      return true;
    default:
      return false;
  }
}

// Fields for all recipients; to name one in Connection is forbidden (RFC 9110 7.6.1), and to obey
// would change what the application sees.
bool never_ends_at_a_hop(FieldName id) {
  switch (id) {
    case FieldName::authorization:
    case FieldName::cache_control:
    case FieldName::content_encoding:
    case FieldName::content_length:
    case FieldName::content_range:
    case FieldName::content_type:
    case FieldName::cookie:
    case FieldName::date:
    case FieldName::forwarded:
    case FieldName::host:
    case FieldName::location:
    case FieldName::origin:
    case FieldName::referer:
    case FieldName::set_cookie:
    case FieldName::traceparent:
    case FieldName::tracestate:
    case FieldName::via:
    case FieldName::www_authenticate:
    case FieldName::x_forwarded_for:
    case FieldName::x_forwarded_host:
    case FieldName::x_forwarded_port:
    case FieldName::x_forwarded_proto:
    case FieldName::x_real_ip:
    case FieldName::x_request_id:
      return true;
    default:
      return false;
  }
}

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view kept) {
    return message::equals_ignoring_case(name, kept);
  });
}

// Names in Connection beyond the usual three, so that most messages skip the search.
bool names_fields(const Fields& fields) {
  bool found = false;
  fields.for_each_element(FieldName::connection, [&](std::string_view option) {
    found = found || !(message::equals_ignoring_case(option, "close") ||
                       message::equals_ignoring_case(option, "keep-alive") ||
                       message::equals_ignoring_case(option, "upgrade") ||
                       message::equals_ignoring_case(option, "te"));
  });
  return found;
}

}  // namespace

void remove_hop_by_hop(Fields& fields, std::span<const std::string_view> kept) {
  const bool trailers = accepts_trailers(fields);
  const bool search = names_fields(fields);
  std::string options;  // the names are copied: removal moves what they refer to
  if (search) options = fields.joined(FieldName::connection);
  const auto is_named = [&](const FieldView& field) {
    std::string_view rest = options;
    while (!rest.empty())
      if (message::equals_ignoring_case(Fields::next_element(rest), field.name)) return true;
    return false;
  };
  fields.remove_if([&](const FieldView& field) {
    if (ends_at_each_hop(field.id) || field.id == FieldName::te) return true;
    return search && !never_ends_at_a_hop(field.id) && is_named(field) &&
           !is_among(field.name, kept);
  });
  if (trailers) fields.add(FieldName::te, "trailers");
}

bool is_upgrade_protocol(std::string_view protocol) {
  const size_t name_size = message::span_of(message::token_char, protocol);
  const std::string_view version = protocol.substr(name_size);
  if (name_size == 0) return false;
  if (!version.empty() && (version.front() != '/' || !message::is_token(version.substr(1))))
    return false;
  return !message::equals_ignoring_case(protocol, "h2c");
}

Expectation expectation_of(const Fields& fields) {
  const size_t lines = fields.count(FieldName::expect);
  if (lines == 0) return Expectation::none;
  const bool known =
      lines == 1 && message::equals_ignoring_case(*fields.get(FieldName::expect), "100-continue");
  return known ? Expectation::continue_100 : Expectation::unknown;
}

bool accepts_trailers(const Fields& fields) {
  return fields.contains_token(FieldName::te, "trailers");
}

}  // namespace hawser::http
