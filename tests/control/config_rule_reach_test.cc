// SPDX-License-Identifier: Apache-2.0
#include "control/config_rule_reach.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hawser::control {
namespace {

using model::AccessRule;
using Change = std::function<void(AccessRule&)>;

// An allow rule for the staff, changed.
AccessRule staff(const Change& change = {}) {
  AccessRule rule;
  rule.who.groups = {"staff"};
  if (change) change(rule);
  return rule;
}

bool takes(const AccessRule& earlier, const AccessRule& later) {
  return RuleReach(earlier, "/wiki/").takes_all_of(RuleReach(later, "/wiki/"));
}

model::Network net(const char* text) { return model::Network::parse(text).value(); }
void deny(AccessRule& rule) { rule.effect = model::RuleEffect::deny; }
void anyone(AccessRule& rule) {
  rule.who = {};
  rule.who.anyone_signed_in = true;
}
void everybody(AccessRule& rule) {
  rule.who = {};
  deny(rule);
}

TEST(RuleReach, ARuleTakesWhatANarrowerOneWould) {
  const std::vector<Change> narrower = {
      [](AccessRule&) {},
      [](AccessRule& r) { r.methods = {"GET"}; },
      [](AccessRule& r) { r.paths = {"/wiki/a/"}; },
      [](AccessRule& r) { r.from.networks = {net("192.0.2.0/24")}; },
      [](AccessRule& r) { r.from.countries = {"AT"}; },
      [](AccessRule& r) { r.strength.acr = {"mfa"}; },
      [](AccessRule& r) { r.shadow = true; },
      deny,
  };
  for (size_t i = 0; i < narrower.size(); ++i) {
    EXPECT_TRUE(takes(staff(), staff(narrower[i]))) << i;
    EXPECT_TRUE(takes(staff(anyone), staff(narrower[i]))) << i;
    EXPECT_TRUE(takes(staff(everybody), staff(narrower[i]))) << i;
  }
}

TEST(RuleReach, ButNotWhatAWiderOneWould) {
  const std::vector<Change> narrower = {
      [](AccessRule& r) { r.methods = {"GET"}; },
      [](AccessRule& r) { r.paths = {"/wiki/a/"}; },
      [](AccessRule& r) { r.from.networks = {net("192.0.2.0/24")}; },
      [](AccessRule& r) { r.from.countries = {"AT"}; },
      [](AccessRule& r) { r.shadow = true; },
  };
  for (size_t i = 0; i < narrower.size(); ++i)
    EXPECT_FALSE(takes(staff(narrower[i]), staff())) << i;
}

TEST(RuleReach, AnAllowRuleDecidesWhateverTheStrengthAndADenyRuleOnlyWhereItIsMet) {
  const Change strongly = [](AccessRule& r) { r.strength.amr = {"mfa"}; };
  EXPECT_TRUE(takes(staff(strongly), staff()));
  EXPECT_FALSE(takes(staff([&](AccessRule& r) {
                       strongly(r);
                       deny(r);
                     }),
                     staff()));
}

TEST(RuleReach, PeopleAreTakenWhoAreAllNamedBefore) {
  AccessRule both = staff();
  both.who.groups = {"staff", "admins"};
  both.who.users = {"zoe", "ada"};
  EXPECT_TRUE(takes(both, staff()));
  EXPECT_FALSE(takes(staff(), both));
  EXPECT_FALSE(takes(both, staff(anyone)));
  EXPECT_FALSE(takes(both, staff(everybody)));
  AccessRule wide;
  wide.who.claims = {{"department", {"it", "hr"}}};
  AccessRule narrow;
  narrow.who.claims = {{"level", {"3"}}, {"department", {"hr"}}};
  EXPECT_TRUE(takes(wide, narrow));
  EXPECT_FALSE(takes(narrow, wide));
  EXPECT_FALSE(takes(staff(), narrow));
  EXPECT_FALSE(takes(wide, staff()));
}

TEST(RuleReach, WhoHasNotSignedInGetsPastADenyRuleForPeople) {
  const AccessRule deny_people = staff([](AccessRule& r) {
    anyone(r);
    deny(r);
  });
  EXPECT_FALSE(takes(deny_people, staff(everybody)));
  EXPECT_TRUE(takes(deny_people, staff()));
  EXPECT_TRUE(takes(staff(anyone), staff(everybody)));
}

TEST(RuleReach, MethodsPlacesAndPathsLieInsideOthers) {
  AccessRule earlier = staff();
  earlier.methods = {"POST", "GET"};
  earlier.from.networks = {net("192.0.2.0/24"), net("2001:db8::/32")};
  earlier.paths = {"/wiki/a/", "/wiki/b/"};
  AccessRule later = staff();
  later.methods = {"GET"};
  later.from.networks = {net("2001:db8:1::/48"), net("192.0.2.7")};
  later.paths = {"/wiki/b/c/"};
  EXPECT_TRUE(takes(earlier, later));
  later.methods = {"PUT"};
  EXPECT_FALSE(takes(earlier, later));
  later.methods = {"GET"};
  later.from.networks.push_back(net("198.51.100.0/24"));
  EXPECT_FALSE(takes(earlier, later));
  later.from.networks.pop_back();
  later.paths.emplace_back("/wiki/c/");
  EXPECT_FALSE(takes(earlier, later));
}

TEST(RuleReach, TheAppsOwnPathIsNoCondition) {
  EXPECT_TRUE(takes(staff([](AccessRule& r) { r.paths = {"/wiki/a/", "/wiki/"}; }), staff()));
}

}  // namespace
}  // namespace hawser::control
