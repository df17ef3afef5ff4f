// SPDX-License-Identifier: Apache-2.0
#include "http/second_reading.h"

#include <llhttp.h>

#include <algorithm>
#include <string>

namespace hawser::http {

namespace {

using message::BodyLength;

int stop_after_head(llhttp_t*) { return HPE_PAUSED; }

const llhttp_settings_t& settings() {
  static const llhttp_settings_t made = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_headers_complete = stop_after_head;
    return s;
  }();
  return made;
}

// Feeds the head; a later minor version is read as 1.1 (RFC 9110 2.5), which llhttp does not do.
bool read_head(llhttp_t& parser, std::string_view before_version, std::string_view version,
               std::string_view after_version) {
  const bool known = version == "HTTP/1.1" || version == "HTTP/1.0";
  const std::string_view read_as = known ? version : std::string_view{"HTTP/1.1"};
  for (const std::string_view part : {before_version, read_as, after_version}) {
    if (part.empty()) continue;
    const llhttp_errno_t verdict = llhttp_execute(&parser, part.data(), part.size());
    if (verdict == HPE_PAUSED) return part.data() == after_version.data();
    if (verdict != HPE_OK) return false;
  }
  return false;
}

const char* compare_framing(const llhttp_t& parser, BodyLength length) {
  if (((parser.flags & F_CHUNKED) != 0) != (length.kind == BodyLength::Kind::unknown))
    return "the two readings differ about the transfer coding";
  if (((parser.flags & F_CONTENT_LENGTH) != 0) != length.is_known())
    return "the two readings differ about Content-Length";
  return length.is_known() && parser.content_length != length.bytes
             ? "the two readings differ about the length"
             : nullptr;
}

struct Expected {
  llhttp_type_t type;
  message::Method method;
  uint16_t status;
  BodyLength length;
};

const char* compare(std::string_view head_text, size_t version_at, const Expected& expected) {
  llhttp_t parser;
  llhttp_init(&parser, expected.type, &settings());
  if (!read_head(parser, head_text.substr(0, version_at),
                 head_text.substr(version_at, version_bytes),
                 head_text.substr(version_at + version_bytes)))
    return "the second reading refuses the head";
  if (expected.type == HTTP_RESPONSE && parser.status_code != expected.status)
    return "the two readings differ about the status";
  if (expected.type == HTTP_REQUEST &&
      message::text_of(expected.method) !=
          llhttp_method_name(static_cast<llhttp_method_t>(parser.method)))
    return "the two readings differ about the method";
  return compare_framing(parser, expected.length);
}

// llhttp does not take a tab for the blank that it is around some values (RFC 9110 5.6.3), so a
// head that it reads otherwise is given to it once more with spaces for tabs.
const char* compare_twice(std::string_view head_text, size_t version_at, const Expected& expected) {
  const char* difference = compare(head_text, version_at, expected);
  if (difference == nullptr || head_text.find('\t') == std::string_view::npos) return difference;
  std::string with_spaces(head_text);
  std::replace(with_spaces.begin(), with_spaces.end(), '\t', ' ');
  return compare(with_spaces, version_at, expected);
}

}  // namespace

const char* second_reading_of_request(std::string_view head_text, std::string_view start_line,
                                      message::Method method, BodyLength length) {
  const auto line_end =
      static_cast<size_t>(start_line.data() + start_line.size() - head_text.data());
  return compare_twice(head_text, line_end - version_bytes, {HTTP_REQUEST, method, 0, length});
}

const char* second_reading_of_response(std::string_view head_text, std::string_view start_line,
                                       uint16_t status, BodyLength length) {
  const auto line_at = static_cast<size_t>(start_line.data() - head_text.data());
  return compare_twice(head_text, line_at, {HTTP_RESPONSE, message::Method::other, status, length});
}

}  // namespace hawser::http
