// SPDX-License-Identifier: Apache-2.0
#include "relay/forwarded_fields.h"

#include <array>
#include <charconv>
#include <iterator>
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
    // Names that could be taken for those of framing or routing where they are none.
    "connection", "content-length", "host", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "via",
    // Assertions.
    "forwarded", "forwarded-for", "x-forwarded", "x-original-forwarded-for", "client-ip",
    "x-client-ip", "x-cluster-client-ip", "true-client-ip", "x-real-ip", "x-original-url",
    "x-original-uri", "x-rewrite-url", "x-original-host", "x-url-scheme", "front-end-https",
    "proxy", "x-request-id", "traceparent", "tracestate"};
constexpr std::string_view asserted_prefixes[] = {"x-forwarded-", "x-hawser-"};

constexpr size_t slot_count = 128;

constexpr size_t slot_of(std::string_view text) {
  const auto at = [&](size_t index) { return static_cast<uint8_t>(text[index]); };
  return (text.size() * 67 + at(0) * 31u + at(text.size() - 1) * 7u + at(text.size() / 2) * 131u) %
         slot_count;
}

// Open addressing: indexes into `asserted`, counted from 1.
constexpr std::array<uint8_t, slot_count> make_slots() {
  std::array<uint8_t, slot_count> slots{};
  for (size_t i = 0; i < std::size(asserted); ++i) {
    size_t at = slot_of(asserted[i]);
    while (slots[at] != 0) at = (at + 1) % slot_count;
    slots[at] = static_cast<uint8_t>(i + 1);
  }
  return slots;
}
constexpr std::array<uint8_t, slot_count> asserted_slots = make_slots();

bool is_asserted(std::string_view folded) {
  if (folded.empty()) return false;
  for (const std::string_view prefix : asserted_prefixes)
    if (folded.starts_with(prefix)) return true;
  for (size_t at = slot_of(folded); asserted_slots[at] != 0; at = (at + 1) % slot_count)
    if (asserted[asserted_slots[at] - 1] == folded) return true;
  return false;
}

// Most names end here: none that begins like this folds to one of ours ("h": of "HTTP-").
bool may_fold_to_ours(std::string_view name) {
  const char first = name.empty() ? 'a' : message::to_lower(name.front());
  const bool plain = (first >= 'a' && first <= 'z') || (first >= '0' && first <= '9');
  return !plain || std::string_view("cfhkptuvx").find(first) != std::string_view::npos;
}

// RFC 7239 6: an IPv6 address is bracketed and quoted.
void add_node(message::Fields& fields, std::string_view ip) {
  const bool version_6 = ip.find(':') != std::string_view::npos;
  fields.extend(version_6 ? "for=\"[" : "for=");
  fields.extend(ip);
  if (version_6) fields.extend("]\"");
}

// As text; "" for 0.
class Port {
 public:
  explicit Port(uint16_t port) {
    if (port != 0)
      size_ =
          static_cast<size_t>(std::to_chars(digits_, digits_ + sizeof digits_, port).ptr - digits_);
  }
  std::string_view text() const { return {digits_, size_}; }

 private:
  char digits_[5];
  size_t size_ = 0;
};

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
  return is_asserted(http::FoldedName(field.name).text());
}

void remove_asserted_fields(message::Fields& fields) { fields.remove_if(is_asserted_field); }

void set_forwarded_fields(message::RequestHead& head, const ClientFacts& client,
                          const ClientChain& chain, const TraceContext& trace,
                          std::string_view request_id, std::string_view span_id_hex) {
  message::Fields& fields = head.fields;
  remove_asserted_fields(fields);
  const message::Authority& authority = head.target.authority;
  const std::string_view host = authority.host;
  const Port named(authority.named_port("https"));
  const Port port(authority.port_or_default("https"));
  const std::string_view colon = named.text().empty() ? "" : ":";
  fields.add(message::FieldName::x_forwarded_for, "");
  for (const std::string& ip : chain.before_peer) {
    fields.extend(ip);
    fields.extend(", ");
  }
  fields.extend(client.peer_ip);
  fields.add(message::FieldName::x_forwarded_proto, "https");
  fields.add(message::FieldName::x_forwarded_host, {host, colon, named.text()});
  fields.add(message::FieldName::x_forwarded_port, port.text());
  fields.add(message::FieldName::forwarded, "");
  for (const std::string& ip : chain.before_peer) {
    add_node(fields, ip);
    fields.extend(", ");
  }
  add_node(fields, client.peer_ip);
  // RFC 7239 4: a quoted string where the value is no token.
  const std::string_view quote = colon.empty() && message::is_token(host) ? "" : "\"";
  for (const std::string_view piece : {std::string_view(";host="), quote, host, colon, named.text(),
                                       quote, std::string_view(";proto=https")})
    fields.extend(piece);
  fields.add(message::FieldName::via, via_of(head.version));
  fields.add(message::FieldName::x_request_id, request_id);
  trace.add_parent(fields, request_id, span_id_hex);
  if (!trace.state.empty()) fields.add(message::FieldName::tracestate, trace.state);
}

}  // namespace hawser::relay
