// SPDX-License-Identifier: Apache-2.0
#include "control/config_rule_reach.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace hawser::control {
namespace {

using model::AccessRule;
using model::RuleEffect;
using Texts = std::vector<std::string>;

// Both sorted.
bool has_all(const Texts& texts, const Texts& of) {
  return std::includes(texts.begin(), texts.end(), of.begin(), of.end());
}

// Whoever has all the later claims has all the earlier ones.
bool takes_claims(const std::vector<model::ClaimValues>& earlier,
                  const std::vector<model::ClaimValues>& later) {
  if (later.empty()) return true;
  return !earlier.empty() &&
         std::all_of(earlier.begin(), earlier.end(), [&](const model::ClaimValues& wanted) {
           return std::any_of(later.begin(), later.end(), [&](const model::ClaimValues& given) {
             return given.claim == wanted.claim && has_all(wanted.values, given.values);
           });
         });
}

bool takes_paths(const Texts& earlier, const Texts& later) {
  if (earlier.empty()) return true;
  const auto is_inside = [&](const std::string& path) {
    return std::any_of(earlier.begin(), earlier.end(),
                       [&](const std::string& each) { return path.starts_with(each); });
  };
  return !later.empty() && std::all_of(later.begin(), later.end(), is_inside);
}

bool takes_methods(const Texts& earlier, const Texts& later) {
  return earlier.empty() || (!later.empty() && has_all(earlier, later));
}

}  // namespace

RuleReach::RuleReach(AccessRule rule, const std::string& app_path) : rule_(std::move(rule)) {
  auto& paths = rule_.paths;
  if (std::find(paths.begin(), paths.end(), app_path) != paths.end()) paths.clear();
  for (Texts* list : {&rule_.who.users, &rule_.who.groups, &rule_.methods, &rule_.from.countries})
    std::sort(list->begin(), list->end());
  for (model::ClaimValues& claim : rule_.who.claims)
    std::sort(claim.values.begin(), claim.values.end());
}

bool RuleReach::takes_people(const AccessRule& later) const {
  if (rule_.who.empty()) return true;
  // Who has not signed in gets past a deny rule for people, and is stopped by an allow rule.
  if (rule_.who.anyone_signed_in) return rule_.effect == RuleEffect::allow || !later.who.empty();
  if (later.who.empty() || later.who.anyone_signed_in) return false;
  return has_all(rule_.who.users, later.who.users) && has_all(rule_.who.groups, later.who.groups) &&
         takes_claims(rule_.who.claims, later.who.claims);
}

bool RuleReach::takes_places(const model::RuleFrom& later) const {
  if (rule_.from.empty()) return true;
  if (later.empty()) return false;
  const auto is_inside = [&](const model::Network& network) {
    return std::any_of(rule_.from.networks.begin(), rule_.from.networks.end(),
                       [&](const model::Network& each) { return each.contains(network); });
  };
  return std::all_of(later.networks.begin(), later.networks.end(), is_inside) &&
         has_all(rule_.from.countries, later.countries);
}

bool RuleReach::takes_all_of(const RuleReach& later) const {
  // An allow rule decides however strong the sign-in is: it asks for a stronger one.
  const bool decides = rule_.effect == RuleEffect::allow || rule_.strength.empty();
  return !rule_.shadow && decides && takes_methods(rule_.methods, later.rule_.methods) &&
         takes_paths(rule_.paths, later.rule_.paths) && takes_people(later.rule_) &&
         takes_places(later.rule_.from);
}

}  // namespace hawser::control
