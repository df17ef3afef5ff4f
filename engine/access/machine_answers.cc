// SPDX-License-Identifier: Apache-2.0
#include "access/machine_answers.h"

#include <algorithm>
#include <string>

#include "access/answers.h"
#include "access/cors.h"
#include "access/visitor.h"

namespace hawser::access {
namespace {

using message::FieldName;

// As RFC 6750 3 wants it inside of quotes, which it has no way to hold themselves.
std::string in_quotes(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '"', '\'');
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c < 0x20 || c > 0x7e || c == '\\'; }, '?');
  return '"' + plain + '"';
}

void challenge(const Question& question, Answer& answer, std::string_view error,
               std::string_view description, const std::string& more = {}) {
  answer.head.fields.add(FieldName::www_authenticate,
                         "Bearer realm=" + in_quotes(question.app->name) +
                             ", error=" + in_quotes(error) +
                             ", error_description=" + in_quotes(description) + more);
  add_cors_fields(question, answer.head.fields);
}

std::string with_blanks(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

}  // namespace

Answer token_refusal(const Question& question, std::string_view fault, std::string_view reason) {
  Answer answer =
      problem_answer({401, "The token was not accepted", reason, fault, {}}, question.request_id);
  const std::string told = std::string(fault) + ": " + std::string(reason);
  challenge(question, answer, "invalid_token", told);
  answer.reason = "token_refused";
  answer.detail = told;
  return answer;
}

Answer stronger_token_answer(const Question& question, const model::AccessRule& rule,
                             std::string_view user) {
  constexpr std::string_view words =
      "A stronger or a fresher sign-in has to stand behind the token.";
  Answer answer = problem_answer({401, "Sign in again, more strongly", words, "step_up", {}},
                                 question.request_id);
  std::string wanted;
  if (!rule.strength.acr.empty())
    wanted += ", acr_values=" + in_quotes(with_blanks(rule.strength.acr));
  if (rule.strength.max_age_s != 0)
    wanted += ", max_age=\"" + std::to_string(rule.strength.max_age_s) + '"';
  challenge(question, answer, "insufficient_user_authentication", words, wanted);
  answer.user = user;
  answer.rule = rule.name;
  return answer;
}

Answer keys_unavailable_answer(const Question& question, std::string_view fault) {
  Answer answer =
      problem_answer({503,
                      "The token cannot be checked now",
                      "The keys of its issuer are not to be had. Try again in a moment.",
                      fault,
                      {}},
                     question.request_id);
  answer.head.fields.add(FieldName::retry_after, "5");
  add_cors_fields(question, answer.head.fields);
  return answer;
}

Answer certificate_refusal(const PageWords& words, const Question& question,
                           const tls::ClientAuthority::Fault& fault, std::string_view time) {
  Answer answer;
  if (visitor_of(question.head) == Visitor::program) {
    answer =
        problem_answer({403, english_of(Text::certificate_title), fault.reason, fault.name, {}},
                       question.request_id);
  } else {
    Page page(words);
    page.title = words[Text::certificate_title];
    page.advice = words[Text::certificate_advice];
    page.facts = {{words[Text::fact_reason], fault.name},
                  {words[Text::fact_request], std::string(question.request_id)},
                  {words[Text::fact_time], std::string(time)}};
    answer = page_answer(403, page, question.request_id);
  }
  add_cors_fields(question, answer.head.fields);
  answer.reason = "certificate_refused";
  answer.detail = fault.name + ": " + fault.reason;
  return answer;
}

}  // namespace hawser::access
