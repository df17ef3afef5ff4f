// SPDX-License-Identifier: Apache-2.0
#include "relay/forwarded_fields.h"

#include <array>
#include <string>

#include "http/hop_by_hop.h"
#include "message/characters.h"
#include "relay/via.h"

namespace hawser::relay {

namespace {

constexpr std::array<std::string_view, 12> asserted = {
    "Forwarded",         "X-Forwarded-For", "X-Forwarded-Host",   "X-Forwarded-Port",
    "X-Forwarded-Proto", "X-Real-IP",       "X-Forwarded-Server", "X-Forwarded-Scheme",
    "X-Request-ID",      "traceparent",     "tracestate",         "X-Client-IP"};

bool letters_begin(std::string_view name, std::string_view prefix) {
  if (name.size() < prefix.size()) return false;
  return http::looks_like(name.substr(0, prefix.size()), prefix);
}

std::string node_of(const std::string& ip) {
  return ip.find(':') != std::string::npos ? "\"[" + ip + "]\"" : ip;
}

// RFC 7239 wants a quoted string where the value is no token.
std::string quoted_unless_token(std::string_view value) {
  if (message::is_token(value)) return std::string(value);
  return "\"" + std::string(value) + "\"";
}

// The request id is a UUID; without its dashes it is a trace id.
std::string trace_parent(std::string_view request_id, std::string_view span_id_hex) {
  std::string text = "00-";
  for (const char c : request_id) {
    if (c != '-') text += c;
  }
  text += '-';
  text += span_id_hex;
  text += "-01";
  return text;
}

}  // namespace

bool is_asserted_field(std::string_view name) {
  const char first = name.empty() ? '\0' : message::to_lower(name.front());
  if (first != 'x' && first != 'f' && first != 't') return false;
  if (letters_begin(name, "X-Forwarded-") || letters_begin(name, "X-Hawser-")) return true;
  for (const std::string_view field : asserted) {
    if (name.size() == field.size() && http::looks_like(name, field)) return true;
  }
  return false;
}

void remove_asserted_fields(message::Fields& fields) {
  fields.remove_if([](const message::FieldView& field) { return is_asserted_field(field.name); });
}

void set_forwarded_fields(message::RequestHead& head, const ClientFacts& client,
                          const ClientChain& chain, std::string_view request_id,
                          std::string_view span_id_hex) {
  message::Fields& fields = head.fields;
  remove_asserted_fields(fields);
  const std::string& authority = head.target.authority.raw;
  const uint16_t named_port = head.target.authority.port;
  std::string addresses;
  std::string nodes;
  for (const std::string& ip : chain.before_peer) {
    addresses += ip + ", ";
    nodes += "for=" + node_of(ip) + ", ";
  }
  fields.add(message::FieldName::x_forwarded_for, addresses + client.peer_ip);
  fields.add(message::FieldName::x_forwarded_proto, "https");
  fields.add(message::FieldName::x_forwarded_host, authority);
  fields.add(message::FieldName::x_forwarded_port,
             std::to_string(named_port != 0 ? named_port : 443));
  fields.add(message::FieldName::forwarded, nodes + "for=" + node_of(client.peer_ip) + ";host=" +
                                                quoted_unless_token(authority) + ";proto=https");
  fields.add(message::FieldName::via, via_of(head.version));
  fields.add(message::FieldName::x_request_id, request_id);
  fields.add(message::FieldName::traceparent, trace_parent(request_id, span_id_hex));
}

}  // namespace hawser::relay
