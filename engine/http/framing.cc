// SPDX-License-Identifier: Apache-2.0
#include "http/framing.h"

#include "message/characters.h"

namespace hawser::http {

using message::BodyLength;
using message::ErrorCode;
using message::FieldName;
using message::Fields;
using message::HttpVersion;
using message::Method;
using message::TargetForm;

namespace {

// A list of tokens that ends in "chunked", which stands there once: a coding that we could have
// known, but do not (RFC 9112 6.1: 501).
bool is_unknown_coding_then_chunked(std::string_view value) {
  bool ends_chunked = false;
  for (bool more = true; more;) {
    more = value.find(',') != std::string_view::npos;
    const std::string_view coding = Fields::next_element(value);
    if (ends_chunked || !message::is_token(coding)) return false;
    if (message::equals_ignoring_case(coding, "identity")) return false;
    ends_chunked = message::equals_ignoring_case(coding, "chunked");
  }
  return ends_chunked;
}

// Transfer-Encoding is there: it must be exactly "chunked", once, alone.
LineFault check_transfer_encoding(const Fields& fields, HttpVersion version) {
  if (version == HttpVersion::http_1_0) return bad("Transfer-Encoding in HTTP/1.0");
  if (fields.has(FieldName::content_length))
    return bad("both Transfer-Encoding and Content-Length");
  if (fields.count(FieldName::transfer_encoding) > 1) return bad("more than one Transfer-Encoding");
  const std::string_view value = *fields.get(FieldName::transfer_encoding);
  if (message::equals_ignoring_case(value, "chunked")) return {};
  if (is_unknown_coding_then_chunked(value))
    return {ErrorCode::not_implemented, "a transfer coding other than chunked"};
  return bad("Transfer-Encoding is not exactly \"chunked\"");
}

LineFault read_length(const Fields& fields, uint64_t& length) {
  if (fields.count(FieldName::content_length) > 1) return bad("more than one Content-Length");
  if (!parse_content_length(*fields.get(FieldName::content_length), length))
    return bad("Content-Length is not one decimal number");
  return {};
}

LineFault read_body_length(const Fields& fields, HttpVersion version, BodyLength absent,
                           BodyLength& into) {
  if (fields.has(FieldName::transfer_encoding)) {
    into = BodyLength::unknown();
    return check_transfer_encoding(fields, version);
  }
  into = absent;
  if (!fields.has(FieldName::content_length)) return {};
  uint64_t length = 0;
  const LineFault fault = read_length(fields, length);
  into = BodyLength::known(length);
  return fault;
}

void remove_framing(Fields& fields) {
  fields.remove_if([](const message::FieldView& field) {
    return field.id == FieldName::transfer_encoding || field.id == FieldName::content_length;
  });
}

bool same_authority(const message::Authority& a, const message::Authority& b,
                    std::string_view scheme) {
  return a.host == b.host && a.port_or_default(scheme) == b.port_or_default(scheme);
}

}  // namespace

LineFault stated_length(const Fields& fields, HttpVersion version, BodyLength& length) {
  return read_body_length(fields, version, BodyLength::none(), length);
}

bool parse_content_length(std::string_view text, uint64_t& length) {
  if (text.empty()) return false;
  length = 0;
  for (const char c : text) {
    if (!message::is_in(message::digit_char, c)) return false;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (length > (static_cast<uint64_t>(INT64_MAX) - digit) / 10) return false;
    length = length * 10 + digit;
  }
  return true;
}

LineFault apply_request_framing(message::RequestHead& head) {
  const LineFault fault =
      read_body_length(head.fields, head.version, BodyLength::none(), head.body_length);
  if (fault) return fault;
  remove_framing(head.fields);
  if (!head.body_length.has_body()) return {};
  if (head.method == Method::trace) return bad("TRACE with content");
  if (head.method == Method::connect) return bad("CONNECT with content");
  return {};
}

LineFault check_singletons(const Fields& fields) {
  for (const FieldName name : {FieldName::location, FieldName::content_location,
                               FieldName::content_type, FieldName::content_range}) {
    const auto first = fields.get(name);
    if (!first || fields.count(name) == 1) continue;
    bool same = true;
    fields.for_each([&](const message::FieldView& field) {
      same = same && (field.id != name || field.value == *first);
    });
    if (!same) return bad("a field that stands alone is there twice, with two values");
  }
  return {};
}

LineFault apply_response_framing(message::ResponseHead& head, Method method) {
  const bool empty = head.status < 200 || head.status == 204;  // no Content-Length: RFC 9110 8.6
  const bool describes = !empty && (method == Method::head || head.status == 304);
  const BodyLength absent = describes || empty ? BodyLength::none() : BodyLength::until_close();
  const LineFault fault = read_body_length(head.fields, head.version, absent, head.body_length);
  if (fault) return fault;
  if (empty && head.body_length.has_body()) return bad("content is announced where none may be");
  if (head.status == 205 && method != Method::head && head.body_length.is_known() &&
      head.body_length.has_body())
    return bad("content is announced in a 205");  // RFC 9110 15.3.6
  if (describes) {
    head.fields.remove(FieldName::transfer_encoding);
    head.body_length = BodyLength::none();
    return {};
  }
  if (empty) head.body_length = BodyLength::none();
  remove_framing(head.fields);
  return {};
}

LineFault read_persistence(const Fields& fields, HttpVersion version, bool& keep_alive) {
  bool close = false;
  bool keep = false;
  bool valid = true;
  bool takes_away = false;
  fields.for_each_element(FieldName::connection, [&](std::string_view option) {
    valid = valid && message::is_token(option);
    close = close || message::equals_ignoring_case(option, "close");
    keep = keep || message::equals_ignoring_case(option, "keep-alive");
    takes_away = takes_away || message::equals_ignoring_case(option, "host") ||
                 message::equals_ignoring_case(option, "content-length");
  });
  if (!valid) return bad("Connection is not a list of tokens");
  if (takes_away) return bad("Connection names Host or Content-Length");
  keep_alive = !close && (version != HttpVersion::http_1_0 || keep);
  return {};
}

LineFault apply_host(message::RequestHead& head) {
  const size_t hosts = head.fields.count(FieldName::host);
  if (hosts > 1) return bad("more than one Host");
  if (hosts == 0)
    return head.version == HttpVersion::http_1_0 ? LineFault{} : bad("Host is missing");
  message::Authority& authority = head.target.authority;
  const std::string_view value = *head.fields.get(FieldName::host);
  const bool in_target =
      head.target.form == TargetForm::absolute || head.target.form == TargetForm::authority;
  if (!in_target)
    return message::parse_authority(value, authority).empty() ? LineFault{}
                                                              : bad("Host is not valid");
  message::Authority host;
  if (!message::parse_authority(value, host).empty()) return bad("Host is not valid");
  if (head.target.form == TargetForm::authority)
    return host.host == authority.host && (host.port == 0 || host.port == authority.port)
               ? LineFault{}
               : bad("Host differs from the request target");
  return same_authority(host, authority, head.target.scheme)
             ? LineFault{}
             : bad("Host differs from the request target");
}

}  // namespace hawser::http
