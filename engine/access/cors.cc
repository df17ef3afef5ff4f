// SPDX-License-Identifier: Apache-2.0
#include "access/cors.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "access/answers.h"
#include "message/characters.h"

namespace hawser::access {
namespace {

using message::FieldName;

constexpr std::string_view wanted_method = "Access-Control-Request-Method";
constexpr std::string_view wanted_fields = "Access-Control-Request-Headers";
constexpr size_t method_limit_bytes = 32;
constexpr size_t fields_limit_bytes = 2048;
// For how long a browser need not ask again: a list that changes is soon known.
constexpr std::string_view max_age_s = "600";

// The site that asks, where it is one of the app's; "" else.
std::string_view listed_origin(const Question& question) {
  const message::Fields& fields = question.head.fields;
  const auto origin = fields.get(FieldName::origin);
  if (question.app == nullptr || !origin || fields.count(FieldName::origin) != 1) return {};
  const auto& listed = question.app->cors.origins;
  return std::find(listed.begin(), listed.end(), *origin) == listed.end() ? std::string_view()
                                                                          : *origin;
}

// The names of the fields that the script means to send, in one line; nothing where they are none,
// or more than any script needs.
std::optional<std::string> asked_fields(const message::Fields& fields) {
  std::string names;
  bool good = true;
  fields.for_each([&](const message::FieldView& field) {
    if (!message::equals_ignoring_case(field.name, wanted_fields)) return;
    std::string_view rest = field.value;
    while (good && !rest.empty()) {
      const std::string_view name = message::Fields::next_element(rest);
      if (name.empty()) continue;
      good = message::is_token(name) && names.size() + name.size() < fields_limit_bytes;
      if (good) names += (names.empty() ? "" : ", ") + std::string(name);
    }
  });
  if (!good) return std::nullopt;
  return names;
}

Answer refusal(const Question& question, std::string_view detail) {
  return problem_answer(
      {403, "No such request is allowed from there", detail, "preflight_refused", {}},
      question.request_id);
}

}  // namespace

bool is_preflight(const message::RequestHead& head) {
  return head.method == message::Method::options && head.fields.has(FieldName::origin) &&
         head.fields.has(wanted_method);
}

void add_cors_fields(const Question& question, message::Fields& answer) {
  if (question.app == nullptr || question.app->cors.origins.empty()) return;
  answer.add(FieldName::vary, "Origin");
  const std::string_view origin = listed_origin(question);
  if (origin.empty()) return;
  answer.add(FieldName::access_control_allow_origin, origin);
  answer.add("Access-Control-Allow-Credentials", "true");
  answer.add("Access-Control-Expose-Headers", "WWW-Authenticate, X-Request-ID");
}

Answer preflight_answer(const Question& question) {
  const message::Fields& asked = question.head.fields;
  const std::string_view origin = listed_origin(question);
  const std::string_view method = *asked.get(wanted_method);
  const auto fields = asked_fields(asked);
  if (origin.empty()) return refusal(question, "the app's `cors` does not list this origin");
  if (!message::is_token(method) || method.size() > method_limit_bytes || !fields)
    return refusal(question, "it asks for no method or field that there is");
  Answer answer = empty_answer(204, question.request_id);
  message::Fields& told = answer.head.fields;
  told.add(FieldName::vary,
           "Origin, " + std::string(wanted_method) + ", " + std::string(wanted_fields));
  told.add(FieldName::access_control_allow_origin, origin);
  told.add("Access-Control-Allow-Credentials", "true");
  told.add("Access-Control-Allow-Methods", method);
  if (!fields->empty()) told.add("Access-Control-Allow-Headers", *fields);
  told.add("Access-Control-Max-Age", max_age_s);
  answer.reason = "preflight_allowed";
  return answer;
}

}  // namespace hawser::access
