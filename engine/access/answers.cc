// SPDX-License-Identifier: Apache-2.0
#include "access/answers.h"

#include <ctime>
#include <nlohmann/json.hpp>

#include "access/problem.h"
#include "access/visitor.h"
#include "model/json_members.h"

namespace hawser::access {
namespace {

using message::FieldName;

uint16_t status_of(SignInFault fault) {
  switch (fault) {
    case SignInFault::login_unknown:
    case SignInFault::login_replayed:
    case SignInFault::issuer_mixed_up:
      return 400;
    case SignInFault::provider_refused:
    case SignInFault::code_refused:
    case SignInFault::token_refused:
    case SignInFault::too_much_to_hold:
      return 403;
    case SignInFault::provider_unreachable:
    case SignInFault::provider_misconfigured:
      return 502;
    case SignInFault::engine_failed:
      return 500;
  }
  return 500;
}

void complete(Answer& answer, uint16_t status, std::string_view type, std::string_view request_id) {
  answer.head.status = status;
  answer.head.reason = message::usual_reason(status);
  if (!type.empty()) answer.head.fields.add(FieldName::content_type, type);
  answer.head.fields.add(FieldName::cache_control, "no-store");
  answer.head.fields.add(FieldName::x_request_id, request_id);
  answer.head.body_length = message::BodyLength::known(answer.body.size());
}

}  // namespace

Answer page_answer(uint16_t status, const Page& page, std::string_view request_id) {
  Answer answer;
  answer.body = html_of(page);
  complete(answer, status, "text/html; charset=utf-8", request_id);
  answer.head.fields.add(FieldName::content_security_policy, policy_of(page));
  answer.head.fields.add("Referrer-Policy", "no-referrer");
  answer.head.fields.add("X-Content-Type-Options", "nosniff");
  return answer;
}

Answer redirect_answer(std::string_view url, std::string_view request_id) {
  Answer answer;
  complete(answer, 302, "", request_id);
  answer.head.fields.add(FieldName::location, url);
  return answer;
}

Answer unauthorized_answer(std::string_view app, std::string_view login_url,
                           std::string_view request_id) {
  Answer answer;
  answer.body =
      json_of({401,
               "Sign-in required",
               "Open login_url in a browser, or send a token that the application accepts.",
               "signed_out",
               {{"login_url", login_url}}},
              request_id);
  complete(answer, 401, problem_type, request_id);
  answer.head.fields.add("WWW-Authenticate", "Bearer realm=\"" + std::string(app) + "\"");
  answer.reason = "signed_out";
  return answer;
}

Answer denial_answer(const Question& question, std::string_view user, std::string_view message,
                     std::string_view time) {
  const std::string advice(message.empty()
                               ? "Your account, your place or what you asked for is not "
                                 "in this application's rules. Its administrator can "
                                 "tell more."
                               : message);
  Answer answer;
  if (visitor_of(question.head) == Visitor::program) {
    answer.body = json_of({403, "Access denied", advice, "access_denied", {}}, question.request_id);
    complete(answer, 403, problem_type, question.request_id);
  } else {
    Page page;
    page.title = "You may not open this";
    page.advice = advice;
    page.facts = {{"Reason", "access_denied"},
                  {"Signed in as", user.empty() ? "nobody" : std::string(user)},
                  {"Request", std::string(question.request_id)},
                  {"Time", std::string(time)}};
    answer = page_answer(403, page, question.request_id);
  }
  answer.reason = "access_denied";
  answer.user = user;
  return answer;
}

Answer back_channel_answer(const SignedIn<void>& ended, std::string_view request_id) {
  Answer answer;
  answer.reason = "ended_by_provider";
  if (ended) {
    complete(answer, 200, "", request_id);
    return answer;
  }
  const SignInError& error = ended.error();
  answer.body = model::write_json(
      {{"error", "invalid_request"},
       {"error_description", std::string(name_of(error.fault)) + ": " + error.detail}});
  const bool ours =
      error.fault == SignInFault::provider_unreachable || error.fault == SignInFault::engine_failed;
  complete(answer, ours ? 503 : 400, "application/json", request_id);
  answer.detail = error.detail.empty() ? error.reason : error.detail + ": " + error.reason;
  return answer;
}

std::string utc_time(int64_t now_s) {
  const time_t time = now_s;
  tm parts{};
  char text[32];
  gmtime_r(&time, &parts);
  return {text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Answer fault_answer(const SignInError& error, std::string_view request_id, std::string_view time) {
  Page page;
  page.title = title_of(error.fault);
  page.advice = advice_of(error.fault);
  std::string reason(name_of(error.fault));
  if (!error.detail.empty()) reason += " (" + error.detail + ")";
  page.facts = {
      {"Reason", reason}, {"Request", std::string(request_id)}, {"Time", std::string(time)}};
  Answer answer = page_answer(status_of(error.fault), page, request_id);
  answer.reason = name_of(error.fault);
  answer.detail = error.detail.empty() ? error.reason : error.detail + ": " + error.reason;
  return answer;
}

}  // namespace hawser::access
