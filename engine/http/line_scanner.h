// SPDX-License-Identifier: Apache-2.0
// LineScanner: our own first reading of a head or trailer section (RFC 9112 2 to 5): lines end with
// CRLF and nothing else, no fold, names are tokens, no blank before the colon, values hold no
// control characters. It works on a buffer that grows at its end and reports an error at the line
// that has it. Owner: a reader. Thread: that of its owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/limits.h"
#include "message/error.h"
#include "message/fields.h"

namespace hawser::http {

// What is wrong with a line: the code that a *request* with it is answered with, and why in words.
struct LineFault {
  message::ErrorCode code = message::ErrorCode::none;
  const char* reason = "";
  explicit operator bool() const { return code != message::ErrorCode::none; }
};

inline LineFault bad(const char* reason) { return {message::ErrorCode::bad_request, reason}; }

inline constexpr size_t version_bytes = 8;  // "HTTP/1.1"

// method SP request-target SP HTTP-version, as views into the buffer.
struct RequestLine {
  std::string_view method;
  std::string_view target;
  uint8_t major = 0;
  uint8_t minor = 0;
};
// HTTP-version SP status-code SP [reason-phrase]
struct StatusLine {
  uint8_t major = 0;
  uint8_t minor = 0;
  uint16_t status = 0;
  std::string_view reason;
};

// `line` without its CRLF.
LineFault scan_request_line(std::string_view line, const H1Limits& limits, RequestLine& into);
LineFault scan_status_line(std::string_view line, StatusLine& into);
// Splits a field line into name and value.
LineFault scan_field_line(std::string_view line, std::string_view& name, std::string_view& value);

class LineScanner {
 public:
  enum class Section : uint8_t { request, response, trailers };
  enum class Status : uint8_t { need_more, complete, failed };

  explicit LineScanner(Section section) : section_(section) {}

  // `buffer` holds the section from its first octet on; what an earlier call has seen must be
  // unchanged (it may have moved). `fields` may be null: then lines are only checked. On `complete`
  // section_bytes() tells where the section ends, its empty line included.
  Status scan(std::string_view buffer, const H1Limits& limits, message::Fields* fields);
  void restart();

  size_t section_bytes() const { return at_; }
  bool started() const { return lines_ > 0; }
  const LineFault& fault() const { return fault_; }
  // Offsets of the start line in the buffer, once it was seen.
  std::string_view start_line(std::string_view buffer) const {
    return buffer.substr(start_line_at_, start_line_size_);
  }

 private:
  Status fail(message::ErrorCode code, const char* reason);
  Status take_line(std::string_view line, const H1Limits& limits, message::Fields* fields);
  Status check_start_line(std::string_view line, const H1Limits& limits);
  Status check_so_far(std::string_view line, size_t section_bytes, const H1Limits& limits);
  Status check_request_line_so_far(std::string_view line, size_t section_bytes,
                                   const H1Limits& limits);
  bool at_start_line() const { return lines_ == 0 && section_ != Section::trailers; }

  Section section_;
  LineFault fault_;
  size_t at_ = 0;         // where the next line starts
  size_t searched_ = 0;   // up to where no line end was found
  uint32_t lines_ = 0;    // the start line included
  uint32_t skipped_ = 0;  // empty lines before a request line
  uint32_t start_line_at_ = 0;
  uint32_t start_line_size_ = 0;
};

}  // namespace hawser::http
