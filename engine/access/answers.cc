// SPDX-License-Identifier: Apache-2.0
#include "access/answers.h"

#include <ctime>
#include <nlohmann/json.hpp>

#include "access/cors.h"
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

// What a denial says of the step that failed.
struct Step {
  std::string_view name;  // "" where there is none to name
  Text advice;
};

Step step_of(const Denial& denial) {
  if (!denial.rule.empty()) return {"denied_by_rule", Text::denied_by_rule};
  switch (denial.closest) {
    case RuleFinding::other_method:
      return {"other_method", Text::denied_method};
    case RuleFinding::other_path:
      return {"other_path", Text::denied_path};
    case RuleFinding::other_place:
      return {"other_place", Text::denied_place};
    case RuleFinding::other_person:
      return {"not_assigned", Text::denied_not_assigned};
    case RuleFinding::nobody_signed_in:
    case RuleFinding::not_strong_enough:
    case RuleFinding::matched:
      break;
  }
  return {"", Text::denied_advice};
}

std::string with_detail(std::string_view name, std::string_view detail) {
  std::string text(name);
  if (!detail.empty()) text += " (" + std::string(detail) + ")";
  return text;
}

// By what the log is searched.
void add_case(Page& page, std::string_view request_id, std::string_view time) {
  page.facts.emplace_back(page.words[Text::fact_request], request_id);
  page.facts.emplace_back(page.words[Text::fact_time], time);
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

std::string_view step_name(RuleFinding closest) {
  Denial denial;
  denial.closest = closest;
  return step_of(denial).name;
}

Answer page_answer(uint16_t status, const Page& page, std::string_view request_id) {
  Answer answer;
  answer.body = html_of(page);
  complete(answer, status, "text/html; charset=utf-8", request_id);
  answer.head.fields.add(FieldName::content_security_policy, policy_of(page));
  answer.head.fields.add("Referrer-Policy", "no-referrer");
  answer.head.fields.add("X-Content-Type-Options", "nosniff");
  return answer;
}

Answer redirect_answer(std::string_view url, std::string_view request_id, uint16_t status) {
  Answer answer;
  complete(answer, status, "", request_id);
  answer.head.fields.add(FieldName::location, url);
  return answer;
}

Answer unauthorized_answer(const Question& question, std::string_view login_url) {
  Answer answer;
  answer.body =
      json_of({401,
               "Sign-in required",
               "Open login_url in a browser, or send a token that the application accepts.",
               "signed_out",
               {{"login_url", login_url}}},
              question.request_id);
  complete(answer, 401, problem_type, question.request_id);
  answer.head.fields.add("WWW-Authenticate", "Bearer realm=\"" + question.app->name + "\"");
  add_cors_fields(question, answer.head.fields);
  answer.reason = "signed_out";
  return answer;
}

Answer denial_answer(const PageWords& words, const Question& question, const Denial& denial,
                     std::string_view time) {
  const Step step = step_of(denial);
  Answer answer;
  if (visitor_of(question.head) == Visitor::program) {
    const std::string_view detail =
        denial.message.empty() ? english_of(step.advice) : denial.message;
    std::vector<std::pair<std::string_view, std::string_view>> more;
    if (!step.name.empty()) more.emplace_back("step", step.name);
    answer.body =
        json_of({403, "Access denied", detail, "access_denied", more}, question.request_id);
    complete(answer, 403, problem_type, question.request_id);
  } else {
    Page page(words);
    page.title = words[Text::denied_title];
    page.advice = denial.message.empty() ? words[step.advice] : std::string(denial.message);
    page.facts = {{words[Text::fact_reason], with_detail("access_denied", step.name)},
                  {words[Text::fact_user],
                   denial.user.empty() ? words[Text::fact_nobody] : std::string(denial.user)}};
    if (step.advice == Text::denied_place)
      page.facts.emplace_back(words[Text::fact_address], denial.client_ip);
    add_case(page, question.request_id, time);
    if (step.advice == Text::denied_not_assigned && question.app != nullptr) {
      page.link_url = std::string(own_path) + "logout?app=" + question.app->name;
      page.link_words = words[Text::other_account];
    }
    answer = page_answer(403, page, question.request_id);
  }
  add_cors_fields(question, answer.head.fields);
  answer.reason = "access_denied";
  answer.detail = step.name;
  answer.user = denial.user;
  answer.rule = denial.rule;
  return answer;
}

Answer problem_answer(const Problem& problem, std::string_view request_id) {
  Answer answer;
  answer.body = json_of(problem, request_id);
  complete(answer, static_cast<uint16_t>(problem.status), problem_type, request_id);
  answer.reason = problem.reason;
  answer.detail = problem.detail;
  return answer;
}

Answer empty_answer(uint16_t status, std::string_view request_id) {
  Answer answer;
  complete(answer, status, "", request_id);
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
  if (ours) answer.head.fields.add(FieldName::retry_after, "5");
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

Answer fault_answer(const PageWords& words, const SignInError& error, std::string_view request_id,
                    std::string_view time, const WayOn& on) {
  Page page(words);
  page.title = words[title_text(error.fault)];
  const std::string name(name_of(error.fault));
  const auto narrower = find_text("sign_in." + name + "." + error.detail);
  page.advice = words[narrower.value_or(advice_text(error.fault))];
  page.facts = {{words[Text::fact_reason], with_detail(name, error.detail)}};
  add_case(page, request_id, time);
  if (on.sends_form) page.advice += " " + words[Text::form_kept];
  page.link_url = on.url;
  page.link_words = words[on.sends_form ? Text::form_kept_again : Text::go_to_application];
  Answer answer = page_answer(status_of(error.fault), page, request_id);
  answer.reason = name;
  answer.detail = error.detail.empty() ? error.reason : error.detail + ": " + error.reason;
  return answer;
}

Answer not_sent_answer(const PageWords& words, const NotSent& told) {
  const std::string_view key = key_of(told.why);
  const std::string_view reason = key.substr(key.rfind('.') + 1);
  const bool signed_in = told.sign_in_url.empty();
  Page page(words);
  page.title = words[Text::form_not_sent_title];
  page.advice = words[told.why];
  page.facts = {{words[Text::fact_reason], std::string(reason)}};
  add_case(page, told.request_id, told.time);
  page.link_url = signed_in ? told.go_on_url : told.sign_in_url;
  page.link_words = words[signed_in ? Text::go_to_application : Text::sign_in_in_tab];
  page.link_in_new_tab = !signed_in;
  const bool too_large = told.why == Text::form_too_large;
  const uint16_t status = too_large ? 413 : signed_in ? 409 : 401;
  Answer answer = page_answer(status, page, told.request_id);
  if (status == 401) answer.head.fields.add("WWW-Authenticate", "Bearer");
  answer.reason = reason;
  return answer;
}

Answer unreachable_answer(const PageWords& words, const Question& question,
                          const SignInError& error, std::string_view time, const WayOn& on) {
  if (visitor_of(question.head) != Visitor::program)
    return fault_answer(words, error, question.request_id, time, on);
  const uint16_t status = status_of(error.fault);
  Answer answer;
  answer.body = json_of({status,
                         english_of(title_text(error.fault)),
                         english_of(advice_text(error.fault)),
                         name_of(error.fault),
                         {}},
                        question.request_id);
  complete(answer, status, problem_type, question.request_id);
  answer.reason = name_of(error.fault);
  answer.detail = error.detail + ": " + error.reason;
  return answer;
}

}  // namespace hawser::access
