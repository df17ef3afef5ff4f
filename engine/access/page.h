// SPDX-License-Identifier: Apache-2.0
// Pages that a person reads: one look for all, everything that comes from elsewhere escaped. Owner:
// nobody. Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/page_words.h"

namespace hawser::access {

// Its texts are for the reader already; `words` gives the frame around them.
struct Page {
  // `language` outlives the page.
  explicit Page(const PageWords& language = PageWords::english()) : words(language) {}

  const PageWords& words;
  std::string title;
  std::string advice;                                      // what to do about it
  std::vector<std::pair<std::string, std::string>> facts;  // to be passed on: "Request", its id
  // Where to go on, at once and without a script. "" where the page is the end.
  std::string next_url;
  std::string next_words;  // of the link
  // A link that waits for the reader.
  std::string link_url;
  std::string link_words;
  bool link_in_new_tab = false;
  // A form that is sent to `form_url` with one hidden field, by the script or by its button.
  std::string form_url;
  std::string form_field;
  std::string form_value;
  std::string form_button;
  std::string script;  // run with the nonce; "" for none
  std::string nonce;
};

std::string html_of(const Page& page);
// Content-Security-Policy's value for it: nothing but its own style and script.
std::string policy_of(const Page& page);

// Text of HTML, and the value of a quoted attribute.
std::string escape_html(std::string_view text);
// A string literal of JavaScript that is safe within a script element.
std::string script_text(std::string_view text);

}  // namespace hawser::access
