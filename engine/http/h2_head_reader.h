// SPDX-License-Identifier: Apache-2.0
// H2HeadReader: makes the head of a request or response, or its trailers, of the fields of one
// HTTP/2 header section (RFC 9113 8.2, 8.3) by the same rules for targets, hosts, status codes,
// lengths and characters that the HTTP/1 readers keep. Owner: the session, which reads one section
// at a time. Thread: the loop's own.
//
// What is malformed by RFC 9113 (fields of connections, wrong pseudo-fields, capitals, characters
// that no field has, a Host unlike :authority, a wrong Content-Length) resets its stream with
// PROTOCOL_ERROR. What is well-formed and refused all the same is answered: 400 for a target, host
// or scheme that is not served, 414, 431, 501. Of a response every fault is origin_bad_answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/limits.h"
#include "http/line_scanner.h"
#include "message/head.h"

namespace hawser::http {

struct H2Fault {
  message::ErrorCode code = message::ErrorCode::none;
  const char* reason = "";
  bool malformed = false;  // a stream error; else the request is answered
  explicit operator bool() const { return code != message::ErrorCode::none; }
};

class H2HeadReader {
 public:
  enum class Section : uint8_t { request, trailers, response, response_trailers };

  void start(Section section);
  // The next field goes into `fields` when it is good; the first fault is kept. False: the section
  // unfolds to so much that the connection is to be ended.
  [[nodiscard]] bool take(std::string_view name, std::string_view value, const H1Limits& limits,
                          message::Fields& fields);
  // `head.fields` was filled by take(). Sets everything else of the head.
  H2Fault finish_request(bool stream_ended, const H1Limits& limits, message::RequestHead& head);
  H2Fault finish_trailers(bool stream_ended, message::Fields& trailers) const;
  // The head of an answer to `method`, interim or final; 101 is none that HTTP/2 has.
  H2Fault finish_response(bool stream_ended, message::Method method, message::ResponseHead& head);
  message::Method method() const { return message::find_method(method_.text); }

 private:
  struct Pseudo {
    std::string text;
    bool given = false;
  };

  void fail(message::ErrorCode code, const char* reason, bool malformed);
  void malformed(const char* reason) { fail(malformed_code(), reason, true); }
  bool in_trailers() const {
    return section_ == Section::trailers || section_ == Section::response_trailers;
  }
  bool of_response() const {
    return section_ == Section::response || section_ == Section::response_trailers;
  }
  message::ErrorCode malformed_code() const {
    return of_response() ? message::ErrorCode::origin_bad_answer : message::ErrorCode::bad_request;
  }
  Pseudo* find_pseudo(std::string_view name);
  bool count(size_t bytes, bool is_line, const H1Limits& limits);
  void take_pseudo(std::string_view name, std::string_view value);
  void take_field(std::string_view name, std::string_view value, message::Fields& fields);
  void finish_extended_connect(bool stream_ended, message::RequestHead& head);
  void finish_target(const H1Limits& limits, message::RequestHead& head);
  void finish_authority(message::RequestHead& head);
  void finish_length(bool stream_ended, message::RequestHead& head);
  void finish_status(message::ResponseHead& head);
  void finish_length(bool stream_ended, message::Method method, message::ResponseHead& head);

  Pseudo method_;
  Pseudo scheme_;
  Pseudo authority_;
  Pseudo path_;
  Pseudo protocol_;  // RFC 8441
  Pseudo status_;
  std::string cookies_;  // crumbs, joined (RFC 9113 8.2.3)
  H2Fault fault_;
  uint64_t section_bytes_ = 0;
  uint32_t fields_ = 0;  // as HTTP/1 would count lines: without pseudo-fields and crumbs
  Section section_ = Section::request;
  bool regular_ = false;  // a field that is no pseudo-field was seen
  bool has_cookies_ = false;
};

}  // namespace hawser::http
