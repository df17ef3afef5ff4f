// SPDX-License-Identifier: Apache-2.0
#include "relay/error_page.h"

#include "access/answers.h"
#include "access/page.h"
#include "access/problem.h"
#include "access/visitor.h"
#include "message/characters.h"

namespace hawser::relay {

namespace {

// A client that ended in the middle of its request may still read what became of it.
int page_status_of(message::ErrorCode code) {
  const int status = message::status_of(code);
  return status == message::no_answer_status ? 400 : status;
}

access::Page page_of(const message::ExchangeError& error, std::string_view request_id,
                     const access::PageWords& words, int64_t now_s) {
  access::Page page(words);
  page.title = words[access::title_text(error.code)];
  page.advice = words[access::advice_text(error.blame)];
  page.facts = {
      {words[access::Text::fact_reason], std::string(message::name_of(error.code)) + " (" +
                                             std::to_string(page_status_of(error.code)) + ")"},
      {words[access::Text::fact_request], std::string(request_id)}};
  if (now_s != 0) page.facts.emplace_back(words[access::Text::fact_time], access::utc_time(now_s));
  return page;
}

std::string problem_body(const message::ExchangeError& error, std::string_view request_id) {
  return access::json_of({page_status_of(error.code),
                          message::title_of(error.code),
                          access::english_of(access::advice_text(error.blame)),
                          message::name_of(error.code),
                          {{"blame", message::name_of(error.blame)}}},
                         request_id);
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

}  // namespace

ErrorPage make_error_page(const message::ExchangeError& error, std::string_view request_id,
                          std::string_view accept, const access::PageWords& words, int64_t now_s) {
  ErrorPage page;
  const int status = page_status_of(error.code);
  page.head.status = static_cast<uint16_t>(status);
  page.head.reason = message::usual_reason(status);
  page.head.fields.add(message::FieldName::cache_control, "no-store");
  page.head.fields.add(message::FieldName::x_request_id, request_id);
  if (access::prefers_html(accept)) {
    const access::Page shown = page_of(error, request_id, words, now_s);
    page.body = access::html_of(shown);
    page.head.fields.add(message::FieldName::content_type, "text/html; charset=utf-8");
    page.head.fields.add(message::FieldName::content_security_policy, access::policy_of(shown));
  } else {
    page.body = problem_body(error, request_id);
    page.head.fields.add(message::FieldName::content_type, access::problem_type);
  }
  if (const std::string_view after = retry_after_for(error.code); !after.empty()) {
    page.head.fields.add(message::FieldName::retry_after, after);
  }
  page.head.body_length = message::BodyLength::known(page.body.size());
  return page;
}

}  // namespace hawser::relay
