// SPDX-License-Identifier: Apache-2.0
#include "relay/forwarded_fields.h"

#include <algorithm>
#include <string>

#include "http/folded_name.h"
#include "message/characters.h"
#include "relay/via.h"

namespace hawser::relay {

namespace {

// Folded. Who asked and by which address: ours alone to say, under the names of other edges too. By
// the names of a path, a host or a scheme an application could serve something else than what
// access was decided on, and of "Proxy" CGI makes the proxy of its own requests.
constexpr std::string_view asserted[] = {
    "forwarded",       "forwarded-for",  "x-forwarded",         "x-original-forwarded-for",
    "client-ip",       "x-client-ip",    "x-cluster-client-ip", "true-client-ip",
    "x-real-ip",       "x-original-url", "x-original-uri",      "x-rewrite-url",
    "x-original-host", "x-url-scheme",   "front-end-https",     "proxy",
    "x-request-id",    "traceparent",    "tracestate"};
constexpr std::string_view asserted_prefixes[] = {"x-forwarded-", "x-hawser-"};

// Whether a name that is none of those that we know could be taken for one of framing or routing.
bool folds_to_framing(std::string_view folded) {
  switch (message::find_field_name(folded)) {
    case message::FieldName::connection:
    case message::FieldName::content_length:
    case message::FieldName::host:
    case message::FieldName::keep_alive:
    case message::FieldName::proxy_connection:
    case message::FieldName::te:
    case message::FieldName::trailer:
    case message::FieldName::transfer_encoding:
    case message::FieldName::upgrade:
    case message::FieldName::via:
      return true;
    default:
      return false;
  }
}

// Most names end here: none that begins like this folds to one of ours ("h": of "HTTP-").
bool may_fold_to_ours(std::string_view name) {
  const char first = name.empty() ? 'a' : message::to_lower(name.front());
  const bool plain = (first >= 'a' && first <= 'z') || (first >= '0' && first <= '9');
  return !plain || std::string_view("cfhkptuvx").find(first) != std::string_view::npos;
}

std::string node_of(const std::string& ip) {
  return ip.find(':') != std::string::npos ? "\"[" + ip + "]\"" : ip;
}

// RFC 7239 wants a quoted string where the value is no token.
std::string quoted_unless_token(std::string_view value) {
  if (message::is_token(value)) return std::string(value);
  return "\"" + std::string(value) + "\"";
}

}  // namespace

bool is_asserted_field(const message::FieldView& field) {
  switch (field.id) {
    case message::FieldName::other:
      break;
    case message::FieldName::forwarded:
    case message::FieldName::traceparent:
    case message::FieldName::tracestate:
    case message::FieldName::x_forwarded_for:
    case message::FieldName::x_forwarded_host:
    case message::FieldName::x_forwarded_port:
    case message::FieldName::x_forwarded_proto:
    case message::FieldName::x_real_ip:
    case message::FieldName::x_request_id:
      return true;
    default:
      return false;
  }
  if (!may_fold_to_ours(field.name)) return false;
  const http::FoldedName folded(field.name);
  const std::string_view text = folded.text();
  return std::any_of(std::begin(asserted_prefixes), std::end(asserted_prefixes),
                     [&](std::string_view prefix) { return text.starts_with(prefix); }) ||
         std::find(std::begin(asserted), std::end(asserted), text) != std::end(asserted) ||
         folds_to_framing(text);
}

void remove_asserted_fields(message::Fields& fields) { fields.remove_if(is_asserted_field); }

void remove_identity_fields(message::Fields& fields, const model::App& app) {
  if (app.identity.empty()) return;
  http::FoldedNames names(app.identity.size());
  for (const model::IdentityField& each : app.identity) names.add(each.field);
  names.remove_from(fields);
}

void set_forwarded_fields(message::RequestHead& head, const ClientFacts& client,
                          const ClientChain& chain, const TraceContext& trace,
                          std::string_view request_id, std::string_view span_id_hex) {
  message::Fields& fields = head.fields;
  remove_asserted_fields(fields);
  const std::string authority = head.target.authority.canonical("https");
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
             std::to_string(head.target.authority.port_or_default("https")));
  fields.add(message::FieldName::forwarded, nodes + "for=" + node_of(client.peer_ip) + ";host=" +
                                                quoted_unless_token(authority) + ";proto=https");
  fields.add(message::FieldName::via, via_of(head.version));
  fields.add(message::FieldName::x_request_id, request_id);
  fields.add(message::FieldName::traceparent, trace.parent(request_id, span_id_hex));
  if (!trace.state.empty()) fields.add(message::FieldName::tracestate, trace.state);
}

}  // namespace hawser::relay
