// SPDX-License-Identifier: Apache-2.0
// forwarded_fields: field lines as a client sends them. Behind our pass nothing of a connection is
// left, nothing that Connection names, and whatever could be taken for a field that we assert says
// what we say.
#include "relay/forwarded_fields.h"

#include <algorithm>
#include <string>
#include <vector>

#include "http/hop_by_hop.h"
#include "message/characters.h"
#include "support/check.h"
#include "support/text.h"

namespace hawser::fuzz {
namespace {

using message::equals_ignoring_case;

constexpr std::string_view ours[] = {"x-forwarded-for",  "x-forwarded-proto", "x-forwarded-host",
                                     "x-forwarded-port", "forwarded",         "x-request-id",
                                     "traceparent"};
constexpr std::string_view never_theirs[] = {
    "tracestate",      "x-real-ip",       "x-client-ip",         "client-ip",
    "true-client-ip",  "x-forwarded",     "x-cluster-client-ip", "x-original-forwarded-for",
    "forwarded-for",   "x-original-host", "x-original-url",      "x-original-uri",
    "front-end-https", "x-rewrite-url",   "x-url-scheme",        "proxy"};
// By their exact names alone.
constexpr std::string_view framing[] = {
    "connection", "content-length",    "host",    "keep-alive", "proxy-connection", "te",
    "trailer",    "transfer-encoding", "upgrade", "via"};
constexpr std::string_view of_connections[] = {"connection",
                                               "keep-alive",
                                               "proxy-connection",
                                               "transfer-encoding",
                                               "upgrade",
                                               "http2-settings",
                                               "trailer",
                                               "proxy-authenticate",
                                               "proxy-authorization",
                                               "proxy-authentication-info"};
// What a recipient must get whatever Connection says.
constexpr std::string_view for_everybody[] = {
    "authorization", "cache-control", "content-encoding", "content-length",
    "content-range", "content-type",  "cookie",           "date",
    "host",          "location",      "origin",           "referer",
    "set-cookie",    "via",           "www-authenticate"};

template <size_t n>
bool is_among(std::string_view name, const std::string_view (&names)[n]) {
  return std::any_of(std::begin(names), std::end(names),
                     [&](std::string_view each) { return equals_ignoring_case(name, each); });
}

// How a gateway that maps names to variables sees one: letters and digits alone tell them apart,
// and what stands at the ends or is the prefix of all variables tells nothing.
std::string as_variable(std::string_view name) {
  std::string key;
  for (const char c : name) {
    const char lower = message::to_lower(c);
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    key += plain ? lower : '-';
  }
  const auto trim = [&key] {
    key.erase(0, std::min(key.find_first_not_of('-'), key.size()));
    key.erase(key.find_last_not_of('-') + 1);
  };
  trim();
  while (key.starts_with("http-")) {
    key.erase(0, 5);
    trim();
  }
  return key;
}

message::Fields fields_of(std::string_view lines) {
  message::Fields fields;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = message::trim_blanks(line.substr(colon + 1));
    if (message::is_token(name) && message::all_in(message::field_value_char, value))
      fields.add(name, value);
  }
  return fields;
}

// No reader takes another Connection.
bool has_bad_connection(const message::Fields& fields) {
  bool bad = false;
  fields.for_each_element(message::FieldName::connection, [&](std::string_view option) {
    bad = bad || !message::is_token(option);
  });
  return bad;
}

std::vector<std::string> named_by_connection(const message::Fields& fields) {
  std::vector<std::string> names;
  fields.for_each([&](const message::FieldView& field) {
    if (!equals_ignoring_case(field.name, "Connection")) return;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      names.emplace_back(message::trim_blanks(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  });
  return names;
}

// Planted: a name with an underscore passes for another one.
bool removed_as_ours(std::string_view name) {
  if (planted_fault && name.find('_') != std::string_view::npos) return false;
  return true;
}

void check_field(const message::FieldView& field, const message::Fields& said,
                 const std::vector<std::string>& named) {
  const std::string text = std::string(field.name) + ": " + std::string(field.value);
  const std::string key = as_variable(field.name);
  require(!is_among(field.name, of_connections), "no field of a connection goes on", text);
  require(!equals_ignoring_case(field.name, "TE") || field.value == "trailers",
          "of TE trailers alone goes on", text);
  const bool is_ours = is_among(key, ours);
  require(!is_among(key, never_theirs) && !key.starts_with("x-hawser-"), "nobody says that", text);
  require(is_ours || !key.starts_with("x-forwarded-"), "nobody else forwards", text);
  require(!is_among(key, framing) || equals_ignoring_case(field.name, key),
          "no other spelling of framing goes on", text);
  if (is_ours) return;
  for (const std::string& name : named)
    require(!equals_ignoring_case(name, field.name) || is_among(name, for_everybody) ||
                equals_ignoring_case(name, "TE"),
            "what Connection names ends here", text);
  require(said.count(field.name) > 0 || equals_ignoring_case(field.name, "Via"),
          "nothing is made up", text);
}

void check_ours(const message::Fields& fields) {
  for (const std::string_view name : ours) {
    size_t count = 0;
    fields.for_each([&](const message::FieldView& field) {
      if (as_variable(field.name) == name) ++count;
    });
    require(count == 1, "what we assert stands there once", name);
  }
  require(fields.get("X-Forwarded-For") == "192.0.2.7", "the peer is the client");
  require(fields.get("X-Forwarded-Host") == "wiki.example:8443", "the host that was asked");
  require(fields.get("Forwarded") == "for=192.0.2.7;host=\"wiki.example:8443\";proto=https",
          "RFC 7239 says the same");
  require(fields.joined(message::FieldName::via).ends_with("1.1 hawser"), "Via ends with us");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace relay = hawser::relay;
  const hawser::message::Fields said = fields_of(view_of(data, size));
  if (has_bad_connection(said)) return 0;
  hawser::message::RequestHead head;
  head.fields = said;
  require(hawser::message::parse_authority("wiki.example:8443", head.target.authority).empty(),
          "a host");
  relay::ClientFacts client;
  client.peer = *hawser::core::Address::parse("192.0.2.7:4711");
  client.peer_ip = "192.0.2.7";
  const relay::ClientChain chain = relay::read_client_chain(head.fields, client, {});
  hawser::http::remove_hop_by_hop(head.fields);
  relay::set_forwarded_fields(head, client, chain, {}, "01a21419-3718-713c-a1cf-bb1e2528c2f0",
                              "67487f19dbca543b");
  if (planted_fault) {
    said.for_each([&](const hawser::message::FieldView& field) {
      if (!removed_as_ours(field.name)) head.fields.add(field.name, field.value);
    });
  }
  const auto named = named_by_connection(said);
  head.fields.for_each(
      [&](const hawser::message::FieldView& field) { check_field(field, said, named); });
  check_ours(head.fields);
  // An engine behind another one keeps to the same.
  hawser::message::Fields trailers = said;
  relay::remove_asserted_fields(trailers);
  trailers.for_each([&](const hawser::message::FieldView& field) {
    const std::string key = as_variable(field.name);
    require(!is_among(key, ours) && !is_among(key, never_theirs), "trailers assert nothing",
            field.name);
  });
  return 0;
}

}  // namespace hawser::fuzz
