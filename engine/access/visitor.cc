// SPDX-License-Identifier: Apache-2.0
#include "access/visitor.h"

#include "message/characters.h"

namespace hawser::access {
namespace {

using message::Fields;
using message::Method;

bool accepts_html(const Fields& fields) {
  bool html = false;
  fields.for_each_element(message::FieldName::accept, [&html](std::string_view element) {
    const std::string_view type = message::trim_blanks(element.substr(0, element.find(';')));
    html = html || message::equals_ignoring_case(type, "text/html") ||
           message::equals_ignoring_case(type, "application/xhtml+xml");
  });
  return html;
}

bool is_navigation(const message::RequestHead& head) {
  const Fields& fields = head.fields;
  if (head.extended_connect || fields.has(message::FieldName::upgrade)) return false;
  if (const auto mode = fields.get("Sec-Fetch-Mode")) {
    // Frames cannot be signed in from: providers refuse to be framed, and so do our pages.
    const auto place = fields.get("Sec-Fetch-Dest");
    return *mode == "navigate" && (!place || *place == "document");
  }
  return accepts_html(fields) && !fields.has("X-Requested-With");
}

}  // namespace

Visitor visitor_of(const message::RequestHead& head) {
  if (!is_navigation(head)) return Visitor::program;
  const bool reads = head.method == Method::get || head.method == Method::head;
  return reads ? Visitor::navigation : Visitor::submission;
}

}  // namespace hawser::access
