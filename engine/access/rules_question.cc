// SPDX-License-Identifier: Apache-2.0
#include "access/rules_question.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/rules.h"
#include "message/target.h"
#include "model/quantity.h"

namespace hawser::access {
namespace {

using model::AccessAnswer;
using model::AccessRule;

// "a, b, c and 7 more"
std::string listed(const std::vector<std::string>& texts) {
  constexpr size_t shown = 5;
  std::string line;
  for (size_t i = 0; i < texts.size() && i < shown; ++i) line += (i == 0 ? "" : ", ") + texts[i];
  if (texts.size() > shown) line += " and " + std::to_string(texts.size() - shown) + " more";
  return line;
}

void add_part(std::string& line, const std::string& part) {
  line += (line.empty() ? "" : "; ") + part;
}

std::string people_of(const model::RuleWho& who) {
  if (who.anyone_signed_in) return "anyone who has signed in";
  std::string line;
  if (!who.users.empty()) add_part(line, "users " + listed(who.users));
  if (!who.groups.empty()) add_part(line, "groups " + listed(who.groups));
  std::string claims;
  for (const model::ClaimValues& each : who.claims)
    claims += (claims.empty() ? "claims " : " and ") + each.claim + " " + listed(each.values);
  if (!claims.empty()) add_part(line, claims);
  return line;
}

std::string places_of(const model::RuleFrom& from) {
  std::vector<std::string> places;
  for (const model::Network& network : from.networks) places.push_back(network.to_string());
  places.insert(places.end(), from.countries.begin(), from.countries.end());
  return listed(places);
}

std::string strength_of(const model::RuleStrength& strength) {
  std::string line;
  if (!strength.acr.empty()) add_part(line, "acr " + listed(strength.acr));
  if (!strength.amr.empty()) add_part(line, "amr " + listed(strength.amr));
  if (strength.max_age_s != 0)
    add_part(line,
             "signed in at most " + model::format_duration(strength.max_age_s * 1000) + " ago");
  return line;
}

std::string wanted(const AccessRule& rule, RuleFinding finding) {
  switch (finding) {
    case RuleFinding::other_method:
      return listed(rule.methods);
    case RuleFinding::other_path:
      return listed(rule.paths);
    case RuleFinding::other_place:
      return places_of(rule.from);
    case RuleFinding::nobody_signed_in:
      return rule.who.empty() ? strength_of(rule.strength) : people_of(rule.who);
    case RuleFinding::other_person:
      return people_of(rule.who);
    case RuleFinding::not_strong_enough:
      return strength_of(rule.strength);
    case RuleFinding::matched:
      break;
  }
  return {};
}

core::Result<std::string> canonical_path(const model::App& app, const std::string& path) {
  message::Target target;
  const auto reason = message::parse_path_and_query(path, target);
  if (!reason.empty()) return core::Error{"no request has such a path: " + std::string(reason)};
  if (target.has_query) return core::Error{"leave out the query: no rule looks at it"};
  std::string prefix;
  uint8_t doubts = message::no_doubt;
  if (!message::canonicalise_path(app.path_prefix, prefix, doubts).empty()) prefix = "/";
  if (target.canonical_path.starts_with(prefix) || target.canonical_path + '/' == prefix)
    return std::move(target.canonical_path);
  return core::Error{"the app's own path is " + app.path_prefix + ", so it gets no such request"};
}

}  // namespace

AccessAnswer::Step told(const Rules::Step& step) {
  return {step.rule->name, step.rule->effect, step.rule->shadow,
          std::string(to_string(step.finding)), wanted(*step.rule, step.finding)};
}

core::Result<AccessAnswer> answer(const model::App& app, const model::AccessQuestion& question,
                                  const core::CountryFile* countries, int64_t now_s) {
  const auto path = canonical_path(app, question.path);
  if (!path.ok()) return path.error();
  AccessAnswer answered;
  if (app.access == model::Access::passthrough) {
    answered.verdict = to_string(Verdict::allow);
    answered.rule = "passthrough";
    return answered;
  }
  const Rules rules(app);
  Person person;
  if (const auto& supposed = question.person) {
    person = {supposed->user, rules.names().marks_of(supposed->groups, supposed->claims),
              supposed->acr, supposed->amr,
              now_s - static_cast<int64_t>(supposed->signed_in_ago_s)};
  }
  answered.country = country_of(countries, question.client);
  const RequestFacts request{question.client, answered.country, question.method, *path, now_s};
  Decision decision;
  for (const Rules::Step& step :
       rules.explain(question.person ? &person : nullptr, request, decision)) {
    answered.steps.push_back(told(step));
  }
  answered.verdict = to_string(decision.verdict);
  answered.rule = decision.rule_name();
  answered.message = decision.message();
  return answered;
}

}  // namespace hawser::access
