// SPDX-License-Identifier: Apache-2.0
// Tells browsers that open a page from programs and scripts: only the former can be sent to a
// sign-in page. Owner: nobody. Thread: any.
#pragma once

#include <string_view>

#include "message/head.h"

namespace hawser::access {

enum class Visitor {
  navigation,  // a person opens a page: a redirect will be followed and seen
  submission,  // a person sends a form: a redirect would lose what was typed
  program,     // a script of a page, or no browser at all
};

// Whether the client would rather read HTML: it names text/html, or any text, with a quality above
// 0. `accept` is the field's value, "" where there was none.
bool prefers_html(std::string_view accept);

// Browsers say what they are about (Fetch metadata); of others the field Accept, the method and
// what scripts' libraries send decide.
Visitor visitor_of(const message::RequestHead& head);

}  // namespace hawser::access
