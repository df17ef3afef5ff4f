// SPDX-License-Identifier: Apache-2.0
#include "access/page.h"

#include "core/log.h"

namespace hawser::access {
namespace {

constexpr std::string_view style =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:4em auto;padding:0 1em;"
    "color:#222}h1{font-size:1.4em}code{background:#f2f2f2;padding:.1em .3em}";

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

std::string html_of(const Page& page) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  if (!page.next_url.empty()) {
    const std::string refresh =
        "<meta http-equiv=\"refresh\" content=\"0; url=" + escape_html(page.next_url) + "\">";
    // With a script the way on is the script's, which keeps what only the browser knows.
    html += page.script.empty() ? refresh + "\n" : "<noscript>" + refresh + "</noscript>\n";
  }
  html += "<title>" + escape_html(page.title) + "</title>\n<style>" + std::string(style) +
          "</style>\n" + script_of(page) + "</head>\n<body>\n";
  html += "<h1>" + escape_html(page.title) + "</h1>\n";
  if (!page.advice.empty()) html += "<p>" + escape_html(page.advice) + "</p>\n";
  std::string facts;
  for (const auto& [label, value] : page.facts) {
    if (!facts.empty()) facts += "<br>\n";
    facts += escape_html(label) + ": <code>" + escape_html(value) + "</code>";
  }
  if (!facts.empty()) html += "<p>" + facts + "</p>\n";
  if (!page.next_url.empty()) {
    html += "<p><a href=\"" + escape_html(page.next_url) + "\">" + escape_html(page.next_words) +
            "</a></p>\n";
  }
  return html + "</body>\n</html>\n";
}

std::string policy_of(const Page& page) {
  std::string policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
  if (!page.script.empty()) policy += "; script-src 'nonce-" + page.nonce + "'";
  return policy;
}

}  // namespace hawser::access
