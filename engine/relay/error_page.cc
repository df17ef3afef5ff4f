// SPDX-License-Identifier: Apache-2.0
#include "relay/error_page.h"

#include "core/log.h"
#include "message/characters.h"

namespace hawser::relay {

namespace {

// What the person in front of the screen can do about it.
std::string_view advice_for(message::Blame blame) {
  switch (blame) {
    case message::Blame::client:
      return "The problem lies with the request that was sent. Check the address and try again.";
    case message::Blame::engine:
      return "The problem lies with the relay at the edge. Try again in a moment.";
    case message::Blame::connector:
      return "The problem lies between the relay and the application's network. Its administrator "
             "can tell more.";
    case message::Blame::origin:
      return "The problem lies with the application itself. Its administrator can tell more.";
  }
  return "";
}

// A client that ended in the middle of its request may still read what became of it.
int page_status_of(message::ErrorCode code) {
  const int status = message::status_of(code);
  return status == message::no_answer_status ? 400 : status;
}

std::string html_body(const message::ExchangeError& error, std::string_view request_id) {
  const std::string status = std::to_string(page_status_of(error.code));
  const std::string title(message::title_of(error.code));
  std::string html;
  html += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  html += "<title>" + status + " " + title + "</title>\n";
  html +=
      "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:4em auto;padding:0 "
      "1em;color:#222}"
      "h1{font-size:1.4em}code{background:#f2f2f2;padding:.1em .3em}</style>\n</head>\n<body>\n";
  html += "<h1>" + title + "</h1>\n<p>" + std::string(advice_for(error.blame)) + "</p>\n";
  html += "<p>Reason: <code>" + std::string(message::name_of(error.code)) + "</code> (" + status +
          ")<br>\n";
  html += "Request: <code>" + std::string(request_id) + "</code></p>\n</body>\n</html>\n";
  return html;
}

std::string problem_body(const message::ExchangeError& error, std::string_view request_id) {
  std::string json = "{\"type\":\"about:blank\",\"title\":\"";
  core::append_json_escaped(json, message::title_of(error.code));
  json += "\",\"status\":" + std::to_string(page_status_of(error.code));
  json += ",\"detail\":\"";
  core::append_json_escaped(json, advice_for(error.blame));
  json += "\",\"reason\":\"" + std::string(message::name_of(error.code));
  json += "\",\"blame\":\"" + std::string(message::name_of(error.blame));
  json += "\",\"request_id\":\"" + std::string(request_id) + "\"}\n";
  return json;
}

std::string_view retry_after_for(message::ErrorCode code) {
  switch (code) {
    case message::ErrorCode::no_connector:
      return "10";
    case message::ErrorCode::queue_full:
    case message::ErrorCode::queue_timeout:
    case message::ErrorCode::budget_exhausted:
    case message::ErrorCode::too_many_connections:
    case message::ErrorCode::too_many_requests:
    case message::ErrorCode::draining:
      return "2";
    default:
      return "";
  }
}

bool quality_is_zero(std::string_view parameters) {
  const size_t at = parameters.find("q=0");
  return at != std::string_view::npos &&
         parameters.find_first_of("123456789", at + 3) == std::string_view::npos;
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

ErrorPage make_error_page(const message::ExchangeError& error, std::string_view request_id,
                          std::string_view accept) {
  ErrorPage page;
  const int status = page_status_of(error.code);
  page.head.status = static_cast<uint16_t>(status);
  page.head.reason = message::usual_reason(status);
  const bool html = prefers_html(accept);
  page.body = html ? html_body(error, request_id) : problem_body(error, request_id);
  page.head.fields.add(message::FieldName::content_type,
                       html ? "text/html; charset=utf-8" : "application/problem+json");
  page.head.fields.add(message::FieldName::cache_control, "no-store");
  page.head.fields.add(message::FieldName::x_request_id, request_id);
  if (html) {
    page.head.fields.add(message::FieldName::content_security_policy,
                         "default-src 'none'; style-src 'unsafe-inline'");
  }
  if (const std::string_view after = retry_after_for(error.code); !after.empty()) {
    page.head.fields.add(message::FieldName::retry_after, after);
  }
  page.head.body_length = message::BodyLength::known(page.body.size());
  return page;
}

}  // namespace hawser::relay
