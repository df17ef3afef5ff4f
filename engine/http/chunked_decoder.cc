// SPDX-License-Identifier: Apache-2.0
#include "http/chunked_decoder.h"

#include <algorithm>

#include "http/folded_name.h"
#include "message/characters.h"

namespace hawser::http {

using message::ErrorCode;
using message::FieldName;

namespace {

// Extensions of a whole body that need no content beside them.
constexpr uint64_t extensions_free_bytes = 4096;
constexpr uint8_t size_digits_limit = 16;
constexpr uint64_t chunk_limit_bytes = INT64_MAX;

// Where in a chunk-ext (RFC 9112 7.1.1) the decoder stands.
enum Extension : uint8_t {
  blank_before_semicolon,  // after the size or a value: only ";" may come
  before_name,
  in_name,
  after_name,
  before_value,
  in_token,
  in_quotes,
  after_backslash,
  after_quotes,
};

}  // namespace

void ChunkedDecoder::restart() {
  state_ = State::size;
  digits_ = 0;
  extension_state_ = blank_before_semicolon;
  extension_bytes_ = 0;
  extensions_bytes_ = 0;
  announced_bytes_ = 0;
  chunk_left_ = 0;
  fault_ = {};
  std::string().swap(trailer_text_);
  trailer_scanner_.restart();
  trailers_.reset();
}

ChunkedDecoder::Status ChunkedDecoder::fail(const char* reason, ErrorCode code) {
  state_ = State::failed;
  fault_ = {code, reason};
  return Status::failed;
}

ChunkedDecoder::Status ChunkedDecoder::decode(core::ByteChain& input, const H1Limits& limits) {
  for (;;) {
    switch (state_) {
      case State::content:
        if (chunk_left_ > 0) return input.empty() ? Status::need_more : Status::content;
        state_ = State::content_cr;
        break;
      case State::trailers:
        return decode_trailers(input, limits);
      case State::done:
        return Status::complete;
      case State::failed:
        return Status::failed;
      default:
        if (input.empty()) return Status::need_more;
        if (decode_framing(input, limits) == Status::failed) return Status::failed;
    }
  }
}

// Steps through the octets of the first slice until content or the trailers begin.
ChunkedDecoder::Status ChunkedDecoder::decode_framing(core::ByteChain& input,
                                                      const H1Limits& limits) {
  const std::span<const uint8_t> octets = input.front().span();
  size_t used = 0;
  while (used < octets.size() && state_ != State::content && state_ != State::trailers)
    if (step(static_cast<char>(octets[used++]), limits) == Status::failed) return Status::failed;
  input.consume(used);
  return Status::need_more;
}

ChunkedDecoder::Status ChunkedDecoder::step(char c, const H1Limits& limits) {
  switch (state_) {
    case State::size:
      return step_size(c);
    case State::extension:
      return step_extension(c, limits);
    case State::size_lf:
      if (c != '\n') return fail("a chunk line holds a CR without LF");
      announced_bytes_ += chunk_left_;
      state_ = chunk_left_ == 0 ? State::trailers : State::content;
      return Status::need_more;
    case State::content_cr:
      if (c != '\r') return fail("a chunk's content is longer than its size");
      state_ = State::content_lf;
      return Status::need_more;
    case State::content_lf:
      if (c != '\n') return fail("a chunk does not end with CRLF");
      state_ = State::size;
      digits_ = 0;
      return Status::need_more;
    default:
      return Status::need_more;
  }
}

ChunkedDecoder::Status ChunkedDecoder::step_size(char c) {
  const int digit = message::hex_value(c);
  if (digit >= 0) {
    if (++digits_ > size_digits_limit) return fail("a chunk size has too many digits");
    if (chunk_left_ > (chunk_limit_bytes >> 4)) return fail("a chunk size is too large");
    chunk_left_ = chunk_left_ << 4 | static_cast<uint64_t>(digit);
    return Status::need_more;
  }
  if (digits_ == 0) return fail("a chunk line does not start with a hexadecimal size");
  if (c == '\r') {
    state_ = State::size_lf;
    return Status::need_more;
  }
  if (c != ';' && c != ' ' && c != '\t') return fail("a chunk size is followed by something else");
  state_ = State::extension;
  extension_bytes_ = 1;
  extension_state_ = c == ';' ? before_name : blank_before_semicolon;
  return Status::need_more;
}

ChunkedDecoder::Status ChunkedDecoder::step_extension(char c, const H1Limits& limits) {
  if (++extension_bytes_ > limits.chunk_extension_bytes)
    return fail("a chunk extension is too long");
  // Each may be short and all of them more than what they come with: work without use.
  if (++extensions_bytes_ > extensions_free_bytes + announced_bytes_ + chunk_left_)
    return fail("the chunk extensions outweigh the content");
  const bool complete = extension_state_ == in_name || extension_state_ == in_token ||
                        extension_state_ == after_quotes;
  if (c == '\r' && complete) {
    state_ = State::size_lf;
    return Status::need_more;
  }
  if (!message::is_in(message::field_value_char, c)) return fail("a chunk extension is not valid");
  if (!advance_extension(c)) return fail("a chunk extension is not valid");
  return Status::need_more;
}

bool ChunkedDecoder::advance_extension(char c) {
  const auto go = [this](Extension next) {
    extension_state_ = next;
    return true;
  };
  const bool blank = c == ' ' || c == '\t';
  const bool token = message::is_in(message::token_char, c);
  switch (extension_state_) {
    case blank_before_semicolon:
      return c == ';' ? go(before_name) : blank;
    case before_name:
      return token ? go(in_name) : blank;
    case in_name:
      if (token) return true;
      [[fallthrough]];
    case after_name:
      return c == ';' ? go(before_name) : c == '=' ? go(before_value) : blank && go(after_name);
    case before_value:
      return c == '"' ? go(in_quotes) : token ? go(in_token) : blank;
    case in_token:
      return token || (c == ';' ? go(before_name) : blank && go(blank_before_semicolon));
    case in_quotes:
      return c == '"' ? go(after_quotes) : c == '\\' ? go(after_backslash) : true;
    case after_backslash:
      return go(in_quotes);
    case after_quotes:
      return c == ';' ? go(before_name) : blank && go(blank_before_semicolon);
    default:
      return false;
  }
}

ChunkedDecoder::Status ChunkedDecoder::decode_trailers(core::ByteChain& input,
                                                       const H1Limits& limits) {
  while (!input.empty()) {
    const std::string_view here = input.front().view();
    if (trailer_text_.empty() && here.starts_with("\r\n")) {  // nearly always
      input.consume(2);
      state_ = State::done;
      return Status::complete;
    }
    const size_t before = trailer_text_.size();
    trailer_text_.append(here);
    if (trailers_ == nullptr) trailers_ = std::make_unique<message::Fields>();
    const auto status = trailer_scanner_.scan(trailer_text_, limits, trailers_.get());
    if (status == LineScanner::Status::failed)
      return fail(trailer_scanner_.fault().reason, trailer_scanner_.fault().code);
    if (status == LineScanner::Status::complete) {
      input.consume(trailer_scanner_.section_bytes() - before);
      return finish_trailers();
    }
    input.consume(here.size());
  }
  return Status::need_more;
}

ChunkedDecoder::Status ChunkedDecoder::finish_trailers() {
  std::string().swap(trailer_text_);
  for (const FieldName framing :
       {FieldName::content_length, FieldName::transfer_encoding, FieldName::host})
    if (trailers_->has(framing)) return fail("a trailer field would change framing or routing");
  trailers_->remove_if([](const message::FieldView& field) { return !allowed_in_trailers(field); });
  if (trailers_->empty()) trailers_.reset();
  state_ = State::done;
  return Status::complete;
}

namespace {

bool may_stand_in_trailers(FieldName id) {
  switch (id) {
    case FieldName::accept:
    case FieldName::accept_encoding:
    case FieldName::accept_language:
    case FieldName::age:
    case FieldName::alt_svc:
    case FieldName::authorization:
    case FieldName::cache_control:
    case FieldName::connection:
    case FieldName::content_encoding:
    case FieldName::content_length:
    case FieldName::content_range:
    case FieldName::content_type:
    case FieldName::cookie:
    case FieldName::date:
    case FieldName::expect:
    case FieldName::expires:
    case FieldName::forwarded:
    case FieldName::host:
    case FieldName::http2_settings:
    case FieldName::if_match:
    case FieldName::if_modified_since:
    case FieldName::if_none_match:
    case FieldName::if_range:
    case FieldName::if_unmodified_since:
    case FieldName::keep_alive:
    case FieldName::location:
    case FieldName::max_forwards:
    case FieldName::origin:
    case FieldName::pragma:
    case FieldName::proxy_authenticate:
    case FieldName::proxy_authentication_info:
    case FieldName::proxy_authorization:
    case FieldName::proxy_connection:
    case FieldName::range:
    case FieldName::referer:
    case FieldName::retry_after:
    case FieldName::set_cookie:
    case FieldName::strict_transport_security:
    case FieldName::te:
    case FieldName::traceparent:
    case FieldName::tracestate:
    case FieldName::trailer:
    case FieldName::transfer_encoding:
    case FieldName::upgrade:
    case FieldName::vary:
    case FieldName::via:
    case FieldName::www_authenticate:
    case FieldName::x_forwarded_for:
    case FieldName::x_forwarded_host:
    case FieldName::x_forwarded_port:
    case FieldName::x_forwarded_proto:
    case FieldName::x_real_ip:
    case FieldName::x_request_id:
      return false;
    default:
      return true;
  }
}

// Folded names of request modifiers beyond those that have a number.
constexpr std::string_view modifiers[] = {"x-http-method", "x-http-method-override",
                                          "x-method-override"};

}  // namespace

bool allowed_in_trailers(const message::FieldView& field) {
  if (field.id != FieldName::other) return may_stand_in_trailers(field.id);
  const FoldedName folded(field.name);
  const std::string_view text = folded.text();
  // Whatever this program asserts about a request stands in its head alone.
  return !text.starts_with("x-hawser-") && may_stand_in_trailers(message::find_field_name(text)) &&
         std::find(std::begin(modifiers), std::end(modifiers), text) == std::end(modifiers);
}

}  // namespace hawser::http
