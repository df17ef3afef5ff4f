// SPDX-License-Identifier: Apache-2.0
#include "http/line_scanner.h"

#include <algorithm>

#include "message/characters.h"

namespace hawser::http {

using message::ErrorCode;

namespace {

constexpr uint32_t empty_lines_limit = 1;  // RFC 9112 2.2: at least one is to be ignored
constexpr size_t method_limit_bytes = 64;  // longer than any that exists
constexpr size_t status_line_limit = 4096;

// Exactly "HTTP/" DIGIT "." DIGIT.
bool scan_version(std::string_view text, uint8_t& major, uint8_t& minor) {
  if (text.size() != version_bytes || text.substr(0, 5) != "HTTP/" || text[6] != '.') return false;
  if (!message::is_in(message::digit_char, text[5]) ||
      !message::is_in(message::digit_char, text[7]))
    return false;
  major = static_cast<uint8_t>(text[5] - '0');
  minor = static_cast<uint8_t>(text[7] - '0');
  return true;
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

const char* name_fault(std::string_view line, size_t name_size) {
  if (name_size == line.size()) return "a field line has no colon";
  const char c = line[name_size];
  const bool blank = c == ' ' || c == '\t';
  if (name_size == 0 && blank) return "a line starts with a blank (obsolete folding)";
  if (name_size == 0 && c == ':') return "a field has no name";
  if (blank) return "a blank stands before the colon of a field";
  if (c == '\r') return "a CR without LF";
  if (c == '\0') return "a NUL in a field name";
  return "a field name holds a character that no token has";
}

const char* value_fault(char c) {
  if (c == '\r') return "a CR without LF";
  return c == '\0' ? "a NUL in a field value" : "a control character in a field value";
}

}  // namespace

LineFault scan_request_line(std::string_view line, const H1Limits& limits, RequestLine& into) {
  const size_t method_size = message::span_of(message::token_char, line);
  if (method_size == 0) return bad("the request line does not start with a method");
  if (method_size == line.size()) return bad("the request line has no target");
  if (line[method_size] != ' ') return bad("the method is not followed by one space");
  into.method = line.substr(0, method_size);
  line.remove_prefix(method_size + 1);
  const size_t target_size = line.find(' ');
  if (std::min(target_size, line.size()) > limits.target_bytes)
    return {ErrorCode::target_too_long, "the request target is too long"};
  if (target_size == std::string_view::npos) return bad("the request line has no HTTP version");
  into.target = line.substr(0, target_size);
  if (target_size == 0) return bad("the method is followed by more than one space");
  if (!is_visible_ascii(into.target)) return bad("the request target holds a forbidden character");
  if (!scan_version(line.substr(target_size + 1), into.major, into.minor))
    return bad("the request line does not end with one space and an HTTP version");
  if (into.major != 1)
    return {ErrorCode::version_not_supported, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  return {};
}

LineFault scan_status_line(std::string_view line, StatusLine& into) {
  if (line.size() < version_bytes + 5 || line[version_bytes] != ' ' ||
      !scan_version(line.substr(0, version_bytes), into.major, into.minor))
    return bad("the status line does not start with an HTTP version and one space");
  if (into.major != 1) return bad("the answer is in another version of HTTP");
  const std::string_view code = line.substr(version_bytes + 1, 3);
  if (!message::all_in(message::digit_char, code))
    return bad("the status code has not three digits");
  into.status =
      static_cast<uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
  if (into.status < 100 || into.status > 599)
    return bad("the status code is not within 100 to 599");
  if (line[version_bytes + 4] != ' ') return bad("the status code is not followed by a space");
  into.reason = line.substr(version_bytes + 5);
  if (!message::all_in(message::field_value_char, into.reason))
    return bad("a control character in the reason phrase");
  return {};
}

LineFault scan_field_line(std::string_view line, std::string_view& name, std::string_view& value) {
  const size_t name_size = message::span_of(message::token_char, line);
  if (name_size == 0 || name_size == line.size() || line[name_size] != ':')
    return bad(name_fault(line, name_size));
  name = line.substr(0, name_size);
  value = line.substr(name_size + 1);
  const size_t good = message::span_of(message::field_value_char, value);
  if (good != value.size()) return bad(value_fault(value[good]));
  value = message::trim_blanks(value);
  return {};
}

void LineScanner::restart() { *this = LineScanner(section_); }

LineScanner::Status LineScanner::fail(ErrorCode code, const char* reason) {
  fault_ = {code, reason};
  return Status::failed;
}

// What is checked of a line, and in which order, does not depend on how its octets arrive.
LineScanner::Status LineScanner::scan(std::string_view buffer, const H1Limits& limits,
                                      message::Fields* fields) {
  if (fault_) return Status::failed;
  for (;;) {
    const size_t found = buffer.find('\n', searched_);
    const bool ended = found != std::string_view::npos;
    const size_t end = ended ? found : buffer.size();
    if (check_so_far(buffer.substr(at_, end - at_), ended ? end + 1 : end, limits) ==
        Status::failed)
      return Status::failed;
    if (!ended) {
      searched_ = end;
      return Status::need_more;
    }
    if (end == at_ || buffer[end - 1] != '\r')
      return fail(ErrorCode::bad_request, "a line ends with LF alone");
    const std::string_view line = buffer.substr(at_, end - 1 - at_);
    if (at_start_line()) {
      start_line_at_ = static_cast<uint32_t>(at_);
      start_line_size_ = static_cast<uint32_t>(line.size());
    } else if (line.empty()) {
      at_ = end + 1;
      return Status::complete;
    }
    at_ = searched_ = end + 1;
    if (take_line(line, limits, fields) == Status::failed) return Status::failed;
  }
}

LineScanner::Status LineScanner::take_line(std::string_view line, const H1Limits& limits,
                                           message::Fields* fields) {
  if (at_start_line()) {
    if (line.empty() && section_ == Section::request && skipped_ < empty_lines_limit) {
      ++skipped_;
      return Status::need_more;
    }
    ++lines_;
    return check_start_line(line, limits);
  }
  std::string_view name;
  std::string_view value;
  const LineFault fault = scan_field_line(line, name, value);
  if (fault) return fail(fault.code, fault.reason);
  ++lines_;
  const uint32_t field_lines = lines_ - (section_ == Section::trailers ? 0 : 1);
  if (field_lines > limits.fields) return fail(ErrorCode::head_too_large, "too many field lines");
  if (fields != nullptr) fields->add(name, value);
  return Status::need_more;
}

LineScanner::Status LineScanner::check_start_line(std::string_view line, const H1Limits& limits) {
  LineFault fault;
  if (section_ == Section::request) {
    RequestLine parsed;
    fault = scan_request_line(line, limits, parsed);
  } else {
    StatusLine parsed;
    fault = scan_status_line(line, parsed);
  }
  return fault ? fail(fault.code, fault.reason) : Status::need_more;
}

// A line is refused as soon as it cannot become a good one, though its end is not there yet.
LineScanner::Status LineScanner::check_so_far(std::string_view line, size_t section_bytes,
                                              const H1Limits& limits) {
  if (lines_ == 0 && section_ == Section::request)
    return check_request_line_so_far(line, section_bytes, limits);
  if (lines_ == 0 && section_ == Section::response) {
    constexpr std::string_view start = "HTTP/1.";
    if (line.substr(0, start.size()) != start.substr(0, line.size()))
      return fail(ErrorCode::bad_request, "the answer does not start with a status line");
    if (line.size() > status_line_limit)
      return fail(ErrorCode::head_too_large, "the status line is too long");
  }
  const size_t limit = section_ == Section::trailers ? limits.trailer_bytes : limits.head_bytes;
  return section_bytes > limit ? fail(ErrorCode::head_too_large, "the head is too large")
                               : Status::need_more;
}

LineScanner::Status LineScanner::check_request_line_so_far(std::string_view line,
                                                           size_t section_bytes,
                                                           const H1Limits& limits) {
  const size_t method_size =
      message::span_of(message::token_char, line.substr(0, method_limit_bytes));
  if (method_size == method_limit_bytes)
    return fail(ErrorCode::not_implemented, "the method is longer than any that exists");
  if (line.empty() || line == "\r") return Status::need_more;
  if (method_size == 0 || (method_size < line.size() && line[method_size] != ' '))
    return fail(ErrorCode::bad_request, "the request line does not start with a method");
  const std::string_view target =
      method_size < line.size() ? line.substr(method_size + 1) : std::string_view{};
  if (std::min(target.find(' '), target.size()) > limits.target_bytes ||
      section_bytes > limits.head_bytes)
    return fail(ErrorCode::target_too_long, "the request target is too long");
  return Status::need_more;
}

}  // namespace hawser::http
