// SPDX-License-Identifier: Apache-2.0
#include "http/second_reading.h"

#include <llhttp.h>

namespace hawser::http {

namespace {

using message::BodyLength;

constexpr size_t version_bytes = 8;  // "HTTP/1.1"

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

}  // namespace

const char* second_reading_of_request(std::string_view head_text, std::string_view start_line,
                                      message::Method method, BodyLength length) {
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings());
  const auto line_end =
      static_cast<size_t>(start_line.data() + start_line.size() - head_text.data());
  const size_t version_at = line_end - version_bytes;
  if (!read_head(parser, head_text.substr(0, version_at),
                 head_text.substr(version_at, version_bytes), head_text.substr(line_end)))
    return "the second reading refuses the head";
  if (message::text_of(method) != llhttp_method_name(static_cast<llhttp_method_t>(parser.method)))
    return "the two readings differ about the method";
  return compare_framing(parser, length);
}

const char* second_reading_of_response(std::string_view head_text, std::string_view start_line,
                                       uint16_t status, BodyLength length) {
  llhttp_t parser;
  llhttp_init(&parser, HTTP_RESPONSE, &settings());
  const auto line_at = static_cast<size_t>(start_line.data() - head_text.data());
  if (!read_head(parser, head_text.substr(0, line_at), head_text.substr(line_at, version_bytes),
                 head_text.substr(line_at + version_bytes)))
    return "the second reading refuses the head";
  if (parser.status_code != status) return "the two readings differ about the status";
  return compare_framing(parser, length);
}

}  // namespace hawser::http
