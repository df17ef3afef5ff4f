// SPDX-License-Identifier: Apache-2.0
#include "message/head.h"

namespace hawser::message {

namespace {

struct MethodEntry {
  std::string_view text;
  bool idempotent;
};
constexpr MethodEntry methods[] = {{"", false},
#define HAWSER_METHOD_ENTRY(id, text, idempotent) {text, idempotent},
                                   HAWSER_METHODS(HAWSER_METHOD_ENTRY)
#undef HAWSER_METHOD_ENTRY
};

struct ReasonEntry {
  int status;
  std::string_view text;
};
constexpr ReasonEntry reasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
    {511, "Network Authentication Required"},
};

}  // namespace

Method find_method(std::string_view text) {
  for (size_t i = 1; i < std::size(methods); ++i)
    if (methods[i].text == text) return static_cast<Method>(i);
  return Method::other;
}

std::string_view text_of(Method method) { return methods[static_cast<size_t>(method)].text; }

bool is_idempotent(Method method) { return methods[static_cast<size_t>(method)].idempotent; }

std::string_view text_of(HttpVersion version) {
  switch (version) {
    case HttpVersion::http_1_0:
      return "HTTP/1.0";
    case HttpVersion::http_1_1:
      return "HTTP/1.1";
    case HttpVersion::http_2:
      return "HTTP/2";
  }
  return "";
}

void RequestHead::clear() {
  method = Method::other;
  version = HttpVersion::http_1_1;
  target.clear();
  fields.clear();
  body_length = BodyLength::none();
  extended_connect = false;
}

void ResponseHead::clear() {
  status = 0;
  version = HttpVersion::http_1_1;
  reason.clear();
  fields.clear();
  body_length = BodyLength::none();
  connect_us = 0;
}

std::string_view usual_reason(int status) {
  for (const ReasonEntry& entry : reasons)
    if (entry.status == status) return entry.text;
  return "";
}

}  // namespace hawser::message
