// SPDX-License-Identifier: Apache-2.0
#include "http/h2_head_reader.h"

#include "http/chunked_decoder.h"
#include "http/framing.h"
#include "message/characters.h"

namespace hawser::http {

using message::BodyLength;
using message::ErrorCode;
using message::FieldName;
using message::Method;

namespace {

constexpr size_t field_overhead_bytes = 32;  // RFC 9113 10.5.1
constexpr unsigned bomb_factor = 4;          // beyond the limits

bool is_blank(char c) { return c == ' ' || c == '\t'; }

const char* name_fault(std::string_view name) {
  if (name.empty()) return "a field has no name";
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') return "a field name holds a capital";
    if (!message::is_in(message::token_char, c))
      return "a field name holds a character that no token has";
  }
  return nullptr;
}

const char* value_fault(std::string_view value) {
  if (value.empty()) return nullptr;
  if (!message::all_in(message::field_value_char, value))
    return "a control character in a field value";
  return is_blank(value.front()) || is_blank(value.back()) ? "a blank around a field value"
                                                           : nullptr;
}

// RFC 9113 8.2.2.
bool belongs_to_a_connection(FieldName id) {
  switch (id) {
    case FieldName::connection:
    case FieldName::keep_alive:
    case FieldName::proxy_connection:
    case FieldName::transfer_encoding:
    case FieldName::upgrade:
      return true;
    default:
      return false;
  }
}

}  // namespace

void H2HeadReader::start(Section section) {
  for (Pseudo* pseudo : {&method_, &scheme_, &authority_, &path_, &protocol_, &status_}) {
    pseudo->text.clear();
    pseudo->given = false;
  }
  cookies_.clear();
  fault_ = {};
  section_bytes_ = 0;
  fields_ = 0;
  section_ = section;
  regular_ = false;
  has_cookies_ = false;
}

void H2HeadReader::fail(ErrorCode code, const char* reason, bool malformed) {
  if (!fault_) fault_ = {code, reason, malformed};
}

bool H2HeadReader::take(std::string_view name, std::string_view value, const H1Limits& limits,
                        message::Fields& fields) {
  const bool crumb = name == "cookie" && section_ == Section::request;
  const bool is_line = !crumb && !name.starts_with(':');
  if (!count(name.size() + value.size() + field_overhead_bytes, is_line, limits)) return false;
  if (fault_) return true;
  if (const char* fault = value_fault(value); fault != nullptr) {
    malformed(fault);
  } else if (!name.empty() && name.front() == ':') {
    take_pseudo(name, value);
  } else {
    take_field(name, value, fields);
  }
  return true;
}

// False: a bomb.
bool H2HeadReader::count(size_t bytes, bool is_line, const H1Limits& limits) {
  section_bytes_ += bytes;
  if (is_line) ++fields_;
  const uint64_t limit_bytes = in_trailers() ? limits.trailer_bytes : limits.head_bytes;
  const ErrorCode code = of_response() ? malformed_code() : ErrorCode::head_too_large;
  const bool unanswerable = section_ != Section::request;
  if (section_bytes_ > limit_bytes) fail(code, "the header section is too large", unanswerable);
  if (fields_ > limits.fields) fail(code, "too many fields", unanswerable);
  return section_bytes_ <= bomb_factor * uint64_t{limits.head_bytes};
}

void H2HeadReader::take_pseudo(std::string_view name, std::string_view value) {
  if (in_trailers()) return malformed("a pseudo-field among the trailers");
  if (regular_) return malformed("a pseudo-field behind a field");
  Pseudo* const pseudo = find_pseudo(name);
  if (pseudo == nullptr)
    return malformed(of_response() ? "a pseudo-field that no response has"
                                   : "a pseudo-field that no request has");
  if (pseudo->given) return malformed("a pseudo-field twice");
  pseudo->given = true;
  pseudo->text.assign(value);
}

H2HeadReader::Pseudo* H2HeadReader::find_pseudo(std::string_view name) {
  if (of_response()) return name == ":status" ? &status_ : nullptr;
  if (name == ":method") return &method_;
  if (name == ":scheme") return &scheme_;
  if (name == ":authority") return &authority_;
  if (name == ":path") return &path_;
  return name == ":protocol" ? &protocol_ : nullptr;
}

void H2HeadReader::take_field(std::string_view name, std::string_view value,
                              message::Fields& fields) {
  regular_ = true;
  if (const char* fault = name_fault(name); fault != nullptr) return malformed(fault);
  const FieldName id = message::find_field_name(name);
  if (belongs_to_a_connection(id)) return malformed("a field that belongs to a connection");
  if (id == FieldName::te && of_response()) return malformed("TE in a response");
  if (id == FieldName::te && !message::equals_ignoring_case(value, "trailers"))
    return malformed("TE is not \"trailers\"");
  if (id == FieldName::cookie && section_ == Section::request) {
    // An empty crumb says nothing, as an empty line of HTTP/1.1 does.
    if (!cookies_.empty() && !value.empty()) cookies_ += "; ";
    has_cookies_ = true;
    cookies_ += value;
    return;
  }
  fields.add(name, value);
}

H2Fault H2HeadReader::finish_trailers(bool stream_ended, message::Fields& trailers) const {
  if (fault_) return fault_;
  if (!stream_ended) return {malformed_code(), "a header section inside the content", true};
  trailers.remove_if([](const message::FieldView& field) { return !allowed_in_trailers(field); });
  return {};
}

H2Fault H2HeadReader::finish_request(bool stream_ended, const H1Limits& limits,
                                     message::RequestHead& head) {
  head.version = message::HttpVersion::http_2;
  head.method = method();
  if (has_cookies_) head.fields.add(FieldName::cookie, cookies_);
  if (!fault_) finish_target(limits, head);
  if (!fault_) finish_authority(head);
  if (!fault_) finish_length(stream_ended, head);
  if (!fault_ && protocol_.given) finish_extended_connect(stream_ended, head);
  return fault_;
}

void H2HeadReader::finish_target(const H1Limits& limits, message::RequestHead& head) {
  if (!method_.given) return malformed(":method is missing");
  if (!message::is_token(method_.text)) return malformed(":method is no token");
  if (protocol_.given && head.method != Method::connect)
    return malformed(":protocol without CONNECT");
  if (head.method == Method::connect && !protocol_.given) {
    if (scheme_.given || path_.given || !authority_.given)
      return malformed("CONNECT has :authority alone");
    return fail(ErrorCode::not_implemented, "CONNECT is not for applications", false);
  }
  if (!scheme_.given || !path_.given) return malformed(":scheme or :path is missing");
  if (path_.text.empty()) return malformed(":path is empty");
  if (head.method == Method::other)
    return fail(ErrorCode::not_implemented, "the method is not known", false);
  if (scheme_.text != "https")
    return fail(ErrorCode::bad_request, ":scheme is not https, which this connection speaks",
                false);
  if (path_.text.size() > limits.target_bytes)
    return fail(ErrorCode::target_too_long, "the request target is too long", false);
  if (path_.text.front() != '/' && path_.text != "*")
    return fail(ErrorCode::bad_request, ":path does not start with a slash", false);
  const std::string_view fault =
      message::parse_target(path_.text, false, head.method == Method::options, head.target);
  if (!fault.empty()) return fail(ErrorCode::bad_request, fault.data(), false);
  head.target.scheme = "https";
}

// RFC 8441 4: the stream's content is the other protocol's bytes.
void H2HeadReader::finish_extended_connect(bool stream_ended, message::RequestHead& head) {
  if (!authority_.given) return malformed("CONNECT without :authority");
  if (stream_ended) return malformed("CONNECT ends its stream at once");
  if (head.body_length.is_known()) return malformed("CONNECT with Content-Length");
  if (!message::is_token(protocol_.text)) return malformed(":protocol is no token");
  head.method = Method::get;
  head.extended_connect = true;
  head.body_length = BodyLength::none();
  head.fields.add(FieldName::connection, "Upgrade");
  head.fields.add(FieldName::upgrade, protocol_.text);
}

void H2HeadReader::finish_authority(message::RequestHead& head) {
  if (!authority_.given) {
    const LineFault fault = apply_host(head);
    return fault ? fail(fault.code, fault.reason, false) : void();
  }
  const std::string_view fault = message::parse_authority(authority_.text, head.target.authority);
  if (!fault.empty()) return fail(ErrorCode::bad_request, fault.data(), false);
  if (!head.fields.has(FieldName::host)) return;
  // Compared as Host is with the authority of an absolute target.
  const message::TargetForm form = head.target.form;
  head.target.form = message::TargetForm::absolute;
  const LineFault difference = apply_host(head);
  head.target.form = form;
  if (difference) malformed("Host is not :authority");
}

void H2HeadReader::finish_length(bool stream_ended, message::RequestHead& head) {
  const LineFault fault = apply_request_framing(head);
  if (fault) return malformed(fault.reason);
  if (stream_ended && head.body_length.has_body())
    return malformed("Content-Length announces content that does not come");
  if (stream_ended || head.body_length.is_known()) return;
  head.body_length = BodyLength::unknown();
  if (head.method == Method::trace) fail(ErrorCode::bad_request, "TRACE with content", false);
}

H2Fault H2HeadReader::finish_response(bool stream_ended, Method method,
                                      message::ResponseHead& head) {
  head.version = message::HttpVersion::http_2;
  if (!fault_) finish_status(head);
  if (!fault_ && stream_ended && head.status < 200) malformed("an interim answer ends the stream");
  if (!fault_) finish_length(stream_ended, method, head);
  return fault_;
}

void H2HeadReader::finish_status(message::ResponseHead& head) {
  const std::string_view code = status_.text;
  if (!status_.given) return malformed(":status is missing");
  if (code.size() != 3 || !message::all_in(message::digit_char, code))
    return malformed("the status code has not three digits");
  head.status =
      static_cast<uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  if (head.status < 100 || head.status > 599)
    return malformed("the status code is not within 100 to 599");
  if (head.status == 101) return malformed("101, which HTTP/2 does not have");  // RFC 9113 8.6
  head.reason.assign(message::usual_reason(head.status));
}

void H2HeadReader::finish_length(bool stream_ended, Method method, message::ResponseHead& head) {
  const LineFault fault = apply_response_framing(head, method);
  if (fault) return malformed(fault.reason);
  if (head.body_length.kind != BodyLength::Kind::until_close) {
    if (stream_ended && head.body_length.has_body())
      malformed("Content-Length announces content that does not come");
    return;
  }
  // No connection's end says how long it is: the stream's does.
  head.body_length = stream_ended ? BodyLength::known(0) : BodyLength::unknown();
}

}  // namespace hawser::http
