// SPDX-License-Identifier: Apache-2.0
#include "access/page.h"

#include "core/log.h"

namespace hawser::access {
namespace {

std::string script_of(const Page& page) {
  if (page.script.empty()) return {};
  return "<script nonce=\"" + escape_html(page.nonce) + "\">" + page.script + "</script>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

std::string script_text(std::string_view text) {
  std::string json;
  core::append_json_escaped(json, text, text.size());
  std::string literal = "\"";
  for (const char c : json) {
    if (c == '<') {  // "</script" and "<!--" end or change a script element
      literal += "\\u003c";
    } else {
      literal.push_back(c);
    }
  }
  return literal + "\"";
}

namespace {

std::string head_of(const Page& page) {
  std::string head;
  if (!page.next_url.empty()) {
    const std::string refresh =
        "<meta http-equiv=\"refresh\" content=\"0; url=" + escape_html(page.next_url) + "\">";
    // With a script the way on is the script's, which keeps what only the browser knows.
    head += page.script.empty() ? refresh + "\n" : "<noscript>" + refresh + "</noscript>\n";
  }
  return head + script_of(page);
}

std::string facts_of(const Page& page) {
  std::string facts;
  for (const auto& [label, value] : page.facts) {
    if (!facts.empty()) facts += "<br>\n";
    facts += escape_html(label) + ": <code>" + escape_html(value) + "</code>";
  }
  if (facts.empty()) return {};
  return "<div class=\"facts\">\n<p>" + escape_html(page.words[Text::pass_on]) + "</p>\n" + facts +
         "\n</div>\n";
}

std::string form_of(const Page& page) {
  if (page.form_url.empty()) return {};
  return "<form method=\"post\" action=\"" + escape_html(page.form_url) +
         "\"><input type=\"hidden\" name=\"" + escape_html(page.form_field) + "\" value=\"" +
         escape_html(page.form_value) + "\"><button>" + escape_html(page.form_button) +
         "</button></form>\n";
}

std::string link_of(std::string_view url, std::string_view words, std::string_view attributes) {
  if (url.empty()) return {};
  return "<p><a class=\"next\" href=\"" + escape_html(url) + "\"" + std::string(attributes) + ">" +
         escape_html(words) + "</a></p>\n";
}

std::string content_of(const Page& page) {
  std::string html = "<h1>" + escape_html(page.title) + "</h1>\n";
  if (!page.advice.empty()) html += "<p>" + escape_html(page.advice) + "</p>\n";
  html += form_of(page);
  html += link_of(page.link_url, page.link_words,
                  page.link_in_new_tab ? " target=\"_blank\" rel=\"noopener\"" : "");
  html += facts_of(page);
  return html + link_of(page.next_url, page.next_words, "");
}

}  // namespace

std::string html_of(const Page& page) {
  const std::pair<std::string_view, std::string> slots[] = {
      {model::page_head_slot, head_of(page)},
      {model::page_content_slot, content_of(page)},
      {model::page_language_slot, escape_html(page.words.language())},
      {model::page_direction_slot, escape_html(page.words[Text::direction])},
      {model::page_title_slot, escape_html(page.title)}};
  std::string html;
  std::string_view rest = page.words.frame();
  while (!rest.empty()) {
    const size_t at = rest.find("{{");
    html += rest.substr(0, at);
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at);
    size_t taken = 2;
    std::string_view filled = rest.substr(0, taken);
    for (const auto& [slot, value] : slots) {
      if (!rest.starts_with(slot)) continue;
      taken = slot.size();
      filled = value;
    }
    html += filled;
    rest.remove_prefix(taken);
  }
  return html;
}

std::string policy_of(const Page& page) {
  std::string policy =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
  if (!page.script.empty()) policy += "; script-src 'nonce-" + page.nonce + "'";
  return policy;
}

}  // namespace hawser::access
