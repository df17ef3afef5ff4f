// SPDX-License-Identifier: Apache-2.0
#include "access/visitor.h"

#include "message/characters.h"

namespace hawser::access {
namespace {

using message::Fields;
using message::Method;

bool quality_is_zero(std::string_view parameters) {
  const size_t at = parameters.find("q=0");
  return at != std::string_view::npos &&
         parameters.find_first_of("123456789", at + 3) == std::string_view::npos;
}

bool is_navigation(const message::RequestHead& head) {
  const Fields& fields = head.fields;
  if (head.extended_connect || fields.has(message::FieldName::upgrade)) return false;
  if (const auto mode = fields.get("Sec-Fetch-Mode")) {
    // Frames cannot be signed in from: providers refuse to be framed, and so do our pages.
    const auto place = fields.get("Sec-Fetch-Dest");
    return *mode == "navigate" && (!place || *place == "document");
  }
  return prefers_html(fields.joined(message::FieldName::accept)) && !fields.has("X-Requested-With");
}

}  // namespace

bool prefers_html(std::string_view accept) {
  while (!accept.empty()) {
    const std::string_view element = message::Fields::next_element(accept);
    const size_t semicolon = element.find(';');
    const std::string_view type = message::trim_blanks(element.substr(0, semicolon));
    const bool html = message::equals_ignoring_case(type, "text/html") ||
                      message::equals_ignoring_case(type, "application/xhtml+xml") ||
                      message::equals_ignoring_case(type, "text/*");
    if (html)
      return semicolon == std::string_view::npos || !quality_is_zero(element.substr(semicolon));
  }
  return false;
}

Visitor visitor_of(const message::RequestHead& head) {
  if (!is_navigation(head)) return Visitor::program;
  const bool reads = head.method == Method::get || head.method == Method::head;
  return reads ? Visitor::navigation : Visitor::submission;
}

}  // namespace hawser::access
