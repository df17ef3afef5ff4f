// SPDX-License-Identifier: Apache-2.0
#include "access/rules.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "message/path_prefix.h"
#include "message/target.h"

namespace hawser::access {
namespace {

using model::AccessRule;
using model::RuleEffect;

constexpr uint32_t no_user = std::numeric_limits<uint32_t>::max();

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_strong_enough(const model::RuleStrength& wanted, const Person& person, int64_t now_s) {
  if (!wanted.acr.empty() && !contains(wanted.acr, person.acr)) return false;
  for (const std::string& method : wanted.amr)
    if (std::find(person.amr.begin(), person.amr.end(), method) == person.amr.end()) return false;
  if (wanted.max_age_s == 0) return true;
  return now_s - person.signed_in_s <= static_cast<int64_t>(wanted.max_age_s);
}

// What a rule decides by what it found; false where it leaves the request to the next one.
bool decides(const AccessRule& rule, RuleFinding finding, Verdict& verdict) {
  const bool allows = rule.effect == RuleEffect::allow;
  switch (finding) {
    case RuleFinding::matched:
      verdict = allows ? Verdict::allow : Verdict::deny;
      return true;
    case RuleFinding::nobody_signed_in:
      verdict = Verdict::sign_in;
      return allows;
    case RuleFinding::not_strong_enough:
      verdict = Verdict::step_up;
      return allows;
    case RuleFinding::other_method:
    case RuleFinding::other_path:
    case RuleFinding::other_place:
    case RuleFinding::other_person:
      break;
  }
  return false;
}

}  // namespace

std::string_view country_of(const core::CountryFile* countries, const model::IpAddress& client) {
  if (countries == nullptr) return {};
  return countries->country_of(std::span(client.bytes()).first(client.is_ipv6() ? 16 : 4));
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::allow:
      return "allow";
    case Verdict::deny:
      return "deny";
    case Verdict::sign_in:
      return "sign_in";
    case Verdict::step_up:
      break;
  }
  return "step_up";
}

std::string_view to_string(RuleFinding finding) {
  switch (finding) {
    case RuleFinding::matched:
      return "matched";
    case RuleFinding::other_method:
      return "other_method";
    case RuleFinding::other_path:
      return "other_path";
    case RuleFinding::other_place:
      return "other_place";
    case RuleFinding::nobody_signed_in:
      return "nobody_signed_in";
    case RuleFinding::other_person:
      return "other_person";
    case RuleFinding::not_strong_enough:
      break;
  }
  return "not_strong_enough";
}

Rules::Rules(const model::App& app) : names_(app.rules) {
  std::set<std::string> users;
  for (const AccessRule& rule : app.rules)
    users.insert(rule.who.users.begin(), rule.who.users.end());
  users_.assign(users.begin(), users.end());
  rules_.reserve(app.rules.size());
  for (const AccessRule& rule : app.rules) {
    rules_.push_back(compile(rule));
    look_at_methods_ = look_at_methods_ || !rule.methods.empty();
    look_at_countries_ = look_at_countries_ || !rule.from.countries.empty();
  }
}

Rules::Compiled Rules::compile(const AccessRule& rule) const {
  Compiled made{&rule, NetworkSet(rule.from.networks), {}, {}, {}, {}, Who::these};
  if (rule.who.anyone_signed_in) made.who = Who::anyone_signed_in;
  if (rule.who.empty())
    made.who = rule.effect == RuleEffect::deny ? Who::everybody : Who::anyone_signed_in;
  for (const std::string& path : rule.paths) {
    std::string canonical;
    uint8_t doubts = message::no_doubt;
    // The configuration's reader refuses what has no canonical form: no request has such a path.
    if (!message::canonicalise_path(path, canonical, doubts).empty()) canonical = path;
    made.paths.push_back(std::move(canonical));
  }
  for (const std::string& user : rule.who.users) {
    const auto found = std::lower_bound(users_.begin(), users_.end(), user);
    made.users.push_back(static_cast<uint32_t>(found - users_.begin()));
  }
  std::sort(made.users.begin(), made.users.end());
  std::vector<size_t> groups;
  for (const std::string& group : rule.who.groups) groups.push_back(names_.bit_of_group(group));
  made.groups = any_of(groups);
  for (const model::ClaimValues& claim : rule.who.claims) {
    std::vector<size_t> values;
    for (const std::string& value : claim.values)
      values.push_back(names_.bit_of_claim(claim.claim, value));
    made.claims.push_back(any_of(values));
  }
  return made;
}

Rules::AnyOf Rules::any_of(const std::vector<size_t>& bits) const {
  std::map<size_t, uint64_t> masks;
  for (const size_t bit : bits)
    if (bit < names_.size()) masks[bit / 64] |= uint64_t{1} << (bit % 64);
  AnyOf words;
  for (const auto& [word, mask] : masks) words.push_back({word, mask});
  return words;
}

Rules::Question Rules::question(const Person* person, const RequestFacts& request) const {
  Question asked{person, request, key_of(request.client), no_user};
  if (person == nullptr || person->user.empty()) return asked;
  const auto found = std::lower_bound(users_.begin(), users_.end(), person->user);
  if (found != users_.end() && *found == person->user)
    asked.user = static_cast<uint32_t>(found - users_.begin());
  return asked;
}

namespace {

bool has_some(const PersonMarks& marks, const auto& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const auto& each) { return (marks.word(each.word) & each.mask) != 0; });
}

}  // namespace

bool Rules::is_meant(const Compiled& compiled, const Question& question) {
  if (compiled.who == Who::anyone_signed_in) return true;
  const PersonMarks& marks = question.person->marks;
  if (has_some(marks, compiled.groups)) return true;
  if (question.user != no_user &&
      std::binary_search(compiled.users.begin(), compiled.users.end(), question.user))
    return true;
  return !compiled.claims.empty() &&
         std::all_of(compiled.claims.begin(), compiled.claims.end(),
                     [&](const AnyOf& claim) { return has_some(marks, claim); });
}

bool Rules::meets_method(const Compiled& compiled, const RequestFacts& request) {
  return compiled.rule->methods.empty() || contains(compiled.rule->methods, request.method);
}

bool Rules::meets_path(const Compiled& compiled, const RequestFacts& request) {
  return compiled.paths.empty() ||
         std::any_of(compiled.paths.begin(), compiled.paths.end(),
                     [&](const std::string& path) { return message::covers(path, request.path); });
}

bool Rules::meets_place(const Compiled& compiled, const Question& question) {
  const model::RuleFrom& from = compiled.rule->from;
  return from.empty() || compiled.networks.contains(question.client) ||
         contains(from.countries, question.request.country);
}

RuleFinding Rules::look(const Compiled& compiled, const Question& question) {
  const AccessRule& rule = *compiled.rule;
  const RequestFacts& request = question.request;
  if (!meets_method(compiled, request)) return RuleFinding::other_method;
  if (!meets_path(compiled, request)) return RuleFinding::other_path;
  if (!meets_place(compiled, question)) return RuleFinding::other_place;
  const bool asks_nothing = compiled.who == Who::everybody && rule.strength.empty();
  if (question.person == nullptr)
    return asks_nothing ? RuleFinding::matched : RuleFinding::nobody_signed_in;
  if (compiled.who != Who::everybody && !is_meant(compiled, question))
    return RuleFinding::other_person;
  if (!is_strong_enough(rule.strength, *question.person, request.now_s))
    return RuleFinding::not_strong_enough;
  return RuleFinding::matched;
}

template <class Seen>
Decision Rules::walk(const Question& question, Seen&& seen) const {
  Decision decision;
  for (const Compiled& compiled : rules_) {
    const AccessRule& rule = *compiled.rule;
    const RuleFinding finding = look(compiled, question);
    seen(rule, finding);
    Verdict verdict = Verdict::deny;
    if (!decides(rule, finding, verdict)) continue;
    if (!rule.shadow) {
      decision.verdict = verdict;
      decision.rule = &rule;
      break;
    }
    if (decision.shadow_count < Decision::shadow_limit)
      decision.shadow_matches[decision.shadow_count++] = {&rule, verdict};
  }
  return decision;
}

Decision Rules::decide(const Person* person, const RequestFacts& request) const {
  return walk(question(person, request), [](const AccessRule&, RuleFinding) {});
}

RuleFinding Rules::why_not(const Person* person, const RequestFacts& request) const {
  const Question asked = question(person, request);
  RuleFinding nearest = RuleFinding::matched;
  int fewest = std::numeric_limits<int>::max();
  for (const Compiled& compiled : rules_) {
    if (compiled.rule->effect != RuleEffect::allow || compiled.rule->shadow) continue;
    const int unmet = (meets_method(compiled, request) ? 0 : 1) +
                      (meets_path(compiled, request) ? 0 : 1) +
                      (meets_place(compiled, asked) ? 0 : 1) +
                      (person != nullptr && !is_meant(compiled, asked) ? 1 : 0);
    if (unmet >= fewest) continue;
    fewest = unmet;
    nearest = look(compiled, asked);
  }
  return nearest;
}

std::vector<Rules::Step> Rules::explain(const Person* person, const RequestFacts& request,
                                        Decision& decision) const {
  std::vector<Step> steps;
  decision = walk(question(person, request), [&](const AccessRule& rule, RuleFinding finding) {
    steps.push_back({&rule, finding});
  });
  return steps;
}

}  // namespace hawser::access
