// SPDX-License-Identifier: Apache-2.0
// Tables of rules, persons and requests, and which rule decides.
#include "access/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hawser::access {
namespace {

using model::AccessRule;
using model::RuleEffect;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t now_s = 1'800'000'000;

AccessRule allow(std::string name) {
  AccessRule rule;
  rule.name = std::move(name);
  return rule;
}

AccessRule deny(std::string name) {
  AccessRule rule = allow(std::move(name));
  rule.effect = RuleEffect::deny;
  return rule;
}

AccessRule staff() {
  AccessRule rule = allow("staff");
  rule.who.groups = {"staff"};
  return rule;
}

AccessRule anyone() {
  AccessRule rule = allow("anyone");
  rule.who.anyone_signed_in = true;
  return rule;
}

AccessRule shadow(AccessRule rule) {
  rule.shadow = true;
  return rule;
}

model::IpAddress ip(const char* text) { return model::IpAddress::parse(text).value(); }
model::Network net(const char* text) { return model::Network::parse(text).value(); }

struct Somebody {
  std::string user = "ada";
  std::vector<std::string> groups = {};
  std::vector<model::ClaimValues> claims = {};
  std::string acr = {};
  std::vector<std::string> amr = {};
  int64_t signed_in_s = now_s - 60;
};

struct Request {
  const char* client = "192.0.2.1";
  std::string country = {};
  std::string method = "GET";
  std::string path = "/";
};

class RulesOf {
 public:
  explicit RulesOf(std::vector<AccessRule> list) : app_(with(std::move(list))), rules_(app_) {}

  Decision decide(const std::optional<Somebody>& who, const Request& request = {}) const {
    return rules_.decide(person(who), facts(request));
  }
  // "allow staff", "deny" where no rule decided.
  std::string answer(const std::optional<Somebody>& who, const Request& request = {}) const {
    const Decision decision = decide(who, request);
    const std::string verdict(to_string(decision.verdict));
    return decision.rule == nullptr ? verdict : verdict + " " + decision.rule->name;
  }
  std::string why_not(const std::optional<Somebody>& who, const Request& request = {}) const {
    return std::string(to_string(rules_.why_not(person(who), facts(request))));
  }
  // "staff: other_place"
  std::vector<std::string> steps(const std::optional<Somebody>& who,
                                 const Request& request = {}) const {
    Decision decision;
    std::vector<std::string> told;
    for (const Rules::Step& step : rules_.explain(person(who), facts(request), decision))
      told.push_back(step.rule->name + ": " + std::string(to_string(step.finding)));
    return told;
  }

 private:
  static model::App with(std::vector<AccessRule> list) {
    model::App app;
    app.access = model::Access::rules;
    app.rules = std::move(list);
    return app;
  }
  const Person* person(const std::optional<Somebody>& who) const {
    if (!who) return nullptr;
    person_ = {who->user, rules_.names().marks_of(who->groups, who->claims), who->acr, who->amr,
               who->signed_in_s};
    return &person_;
  }
  static RequestFacts facts(const Request& request) {
    return {ip(request.client), request.country, request.method, request.path, now_s};
  }

  model::App app_;
  Rules rules_;
  mutable Person person_;
};

const std::optional<Somebody> nobody;
const Somebody ada{"ada", {"staff", "choir"}, {}, "", {}, now_s - 60};
const Somebody bob{"bob", {"guests"}, {}, "", {}, now_s - 60};

TEST(Rules, WithoutAnyTheAnswerIsNo) {
  EXPECT_EQ(RulesOf({}).answer(ada), "deny");
  EXPECT_EQ(RulesOf({}).answer(nobody), "deny");
}

TEST(Rules, TheFirstThatMatchesDecides) {
  AccessRule no_choir = deny("no choir");
  no_choir.who.groups = {"choir"};
  EXPECT_EQ(RulesOf({no_choir, staff()}).answer(ada), "deny no choir");
  EXPECT_EQ(RulesOf({staff(), no_choir}).answer(ada), "allow staff");
  EXPECT_EQ(RulesOf({staff(), no_choir}).answer(bob), "deny");
}

TEST(Rules, ADenyRuleHasAMessage) {
  AccessRule closed = deny("closed");
  closed.message = "Closed until Monday.";
  const RulesOf rules({closed});
  EXPECT_EQ(rules.decide(ada).message(), "Closed until Monday.");
  EXPECT_EQ(rules.decide(ada).rule_name(), "closed");
  EXPECT_EQ(RulesOf({}).decide(ada).message(), "");
  EXPECT_EQ(RulesOf({}).decide(ada).rule_name(), "");
}

TEST(Rules, WhoIsMetByOneOfUsersGroupsOrAllOfTheClaims) {
  AccessRule rule = allow("some");
  rule.who.users = {"zoe", "ada"};
  rule.who.groups = {"admins", "staff"};
  rule.who.claims = {{"department", {"hr", "it"}}, {"level", {"3"}}};
  const RulesOf rules({rule});
  const auto with = [](std::string user, std::vector<std::string> groups,
                       std::vector<model::ClaimValues> claims) {
    return Somebody{std::move(user), std::move(groups), std::move(claims), "", {}, now_s};
  };
  const std::vector<std::pair<Somebody, const char*>> table = {
      {with("ada", {}, {}), "allow some"},
      {with("zoe", {}, {}), "allow some"},
      {with("Ada", {}, {}), "deny"},
      {with("", {}, {}), "deny"},
      {with("x", {"staff"}, {}), "allow some"},
      {with("x", {"other", "admins"}, {}), "allow some"},
      {with("x", {"Staff", "staf", "staff "}, {}), "deny"},
      {with("x", {}, {{"department", {"it"}}, {"level", {"3"}}}), "allow some"},
      {with("x", {}, {{"department", {"pr", "hr"}}, {"level", {"3"}}}), "allow some"},
      {with("x", {}, {{"department", {"it"}}}), "deny"},
      {with("x", {}, {{"department", {"it"}}, {"level", {"4"}}}), "deny"},
      {with("x", {}, {{"level", {"it"}}, {"department", {"3"}}}), "deny"},
      {with("x", {"hr", "3", "department"}, {}), "deny"},
  };
  for (size_t i = 0; i < table.size(); ++i)
    EXPECT_EQ(rules.answer(table[i].first), table[i].second) << i;
}

TEST(Rules, AUserOfAnotherRuleIsNotThisOnes) {
  AccessRule first = allow("first");
  first.who.users = {"zoe"};
  AccessRule second = allow("second");
  second.who.users = {"ada", "bob"};
  EXPECT_EQ(RulesOf({first, second}).answer(bob), "allow second");
  EXPECT_EQ(RulesOf({second, first}).answer(Somebody{"zoe", {}, {}, "", {}, 0}), "allow first");
  EXPECT_EQ(RulesOf({second, first}).answer(Somebody{"moe", {}, {}, "", {}, 0}), "deny");
}

TEST(Rules, FromIsMetByANetworkOrACountry) {
  AccessRule rule = staff();
  rule.from.networks = {net("192.0.2.0/25"), net("192.0.2.64/26"), net("203.0.113.9"),
                        net("2001:db8::/33"), net("0.0.0.0/8")};
  rule.from.countries = {"AT"};
  const RulesOf rules({rule});
  const std::vector<std::pair<Request, const char*>> table = {
      {{"192.0.2.0"}, "allow staff"},
      {{"192.0.2.127"}, "allow staff"},
      {{"192.0.2.128"}, "deny"},
      {{"192.0.1.255"}, "deny"},
      {{"203.0.113.9"}, "allow staff"},
      {{"203.0.113.8"}, "deny"},
      {{"203.0.113.10"}, "deny"},
      {{"0.1.2.3"}, "allow staff"},
      {{"2001:db8:7fff::1"}, "allow staff"},
      {{"2001:db8:8000::"}, "deny"},
      {{"::ffff:192.0.2.1"}, "allow staff"},
      {{"::"}, "deny"},
      {{"198.51.100.1", "AT"}, "allow staff"},
      {{"198.51.100.1", "DE"}, "deny"},
      {{"198.51.100.1", ""}, "deny"},
  };
  for (const auto& [request, expected] : table)
    EXPECT_EQ(rules.answer(ada, request), expected) << request.client << request.country;
}

TEST(Rules, MethodsAreComparedExactly) {
  AccessRule rule = staff();
  rule.methods = {"GET", "PROPFIND"};
  const RulesOf rules({rule});
  EXPECT_EQ(rules.answer(ada, {.method = "GET"}), "allow staff");
  EXPECT_EQ(rules.answer(ada, {.method = "PROPFIND"}), "allow staff");
  EXPECT_EQ(rules.answer(ada, {.method = "HEAD"}), "deny");
  EXPECT_EQ(rules.answer(ada, {.method = "get"}), "deny");
}

TEST(Rules, PathsArePrefixesOfWholeSegments) {
  AccessRule rule = deny("reports");
  rule.paths = {"/reports/", "/caf%C3%A9/"};
  const RulesOf rules({rule, anyone()});
  for (const char* path : {"/reports/", "/reports", "/reports/2026", "/caf\xC3\xA9/menu"})
    EXPECT_EQ(rules.answer(ada, {.path = path}), "deny reports") << path;
  for (const char* path : {"/", "/report", "/reports2", "/Reports/", "/a/reports/", "*"})
    EXPECT_EQ(rules.answer(ada, {.path = path}), "allow anyone") << path;
}

TEST(Rules, StrengthThatIsNotMetAsksForTheStrongerSignIn) {
  AccessRule rule = staff();
  rule.strength = {{"silver", "gold"}, {"pwd", "otp"}, 3600};
  const RulesOf rules({rule, anyone()});
  const auto with = [](std::string acr, std::vector<std::string> amr, int64_t age_s) {
    return Somebody{"ada", {"staff"}, {}, std::move(acr), std::move(amr), now_s - age_s};
  };
  EXPECT_EQ(rules.answer(with("gold", {"otp", "hwk", "pwd"}, 3600)), "allow staff");
  EXPECT_EQ(rules.answer(with("gold", {"pwd", "otp"}, -30)), "allow staff");
  EXPECT_EQ(rules.answer(with("gold", {"pwd", "otp"}, 3601)), "step_up staff");
  EXPECT_EQ(rules.answer(with("bronze", {"pwd", "otp"}, 60)), "step_up staff");
  EXPECT_EQ(rules.answer(with("", {"pwd", "otp"}, 60)), "step_up staff");
  EXPECT_EQ(rules.answer(with("gold", {"pwd"}, 60)), "step_up staff");
  EXPECT_EQ(rules.answer(bob), "allow anyone") << "the first rule is not about him";
  const Decision decision = rules.decide(with("", {}, 0));
  ASSERT_NE(decision.wanted(), nullptr);
  EXPECT_EQ(*decision.wanted(), rule.strength);
  EXPECT_EQ(rules.decide(bob).wanted(), nullptr);
}

TEST(Rules, AWeakerRuleDoesNotOpenWhatAStrongerOneBeforeItGuards) {
  AccessRule strongly = staff();
  strongly.name = "admin area, strongly";
  strongly.paths = {"/admin/"};
  strongly.strength.acr = {"mfa"};
  const RulesOf rules({strongly, staff()});
  EXPECT_EQ(rules.answer(ada, {.path = "/admin/"}), "step_up admin area, strongly");
  EXPECT_EQ(rules.answer(ada), "allow staff");
  EXPECT_EQ(RulesOf({staff(), strongly}).answer(ada, {.path = "/admin/"}), "allow staff");
}

TEST(Rules, ADenyRuleWithStrengthMatchesOnlyWhoMeetsIt) {
  AccessRule passwords = deny("no passwords");
  passwords.strength.amr = {"pwd"};
  const RulesOf rules({passwords, anyone()});
  EXPECT_EQ(rules.answer(Somebody{"ada", {}, {}, "", {"pwd"}, now_s}), "deny no passwords");
  EXPECT_EQ(rules.answer(Somebody{"ada", {}, {}, "", {"hwk"}, now_s}), "allow anyone");
  EXPECT_EQ(rules.answer(nobody), "sign_in anyone");
}

TEST(Rules, NobodyIsAskedToSignInWhereThatCouldHelp) {
  AccessRule office = staff();
  office.from.networks = {net("192.0.2.0/24")};
  AccessRule abroad = deny("abroad");
  abroad.from.networks = {net("198.51.100.0/24")};
  AccessRule interns = deny("interns");
  interns.who.groups = {"interns"};
  const RulesOf rules({interns, abroad, office});
  EXPECT_EQ(rules.answer(nobody), "sign_in staff");
  EXPECT_EQ(rules.answer(nobody, {"198.51.100.1"}), "deny abroad");
  EXPECT_EQ(rules.answer(nobody, {"203.0.113.1"}), "deny") << "no rule could allow it from there";
}

TEST(Rules, AnAllowRuleThatNamesNobodyStillWantsASignIn) {
  const RulesOf rules({allow("all")});
  EXPECT_EQ(rules.answer(nobody), "sign_in all");
  EXPECT_EQ(rules.answer(bob), "allow all");
}

TEST(Rules, ShadowsAreToldAndDecideNothing) {
  AccessRule strongly = staff();
  strongly.name = "strongly";
  strongly.strength.acr = {"mfa"};
  const RulesOf rules({shadow(deny("all")), shadow(strongly), staff(), shadow(deny("late"))});
  const Decision decision = rules.decide(ada);
  EXPECT_EQ(decision.verdict, Verdict::allow);
  ASSERT_EQ(decision.shadows().size(), 2u);
  EXPECT_EQ(decision.shadows()[0].rule->name, "all");
  EXPECT_EQ(decision.shadows()[0].verdict, Verdict::deny);
  EXPECT_EQ(decision.shadows()[1].rule->name, "strongly");
  EXPECT_EQ(decision.shadows()[1].verdict, Verdict::step_up);
  EXPECT_EQ(RulesOf({shadow(anyone())}).answer(ada), "deny");
  EXPECT_THAT(RulesOf({shadow(staff())}).decide(bob).shadows(), IsEmpty());
}

TEST(Rules, MoreShadowsThanAnAnswerHoldsAreLeftOut) {
  const RulesOf rules(std::vector<AccessRule>(20, shadow(deny("all"))));
  EXPECT_EQ(rules.decide(ada).shadows().size(), Decision::shadow_limit);
}

TEST(Rules, WhoIsDeniedHearsOfTheRuleThatCameNearest) {
  AccessRule office = anyone();
  office.paths = {"/office/"};
  office.from.networks = {net("198.51.100.0/24")};
  AccessRule reading = staff();
  reading.methods = {"GET"};
  const RulesOf rules({office, deny("nothing"), shadow(anyone()), reading});
  EXPECT_EQ(rules.why_not(bob), "other_person");
  EXPECT_EQ(rules.why_not(bob, {.path = "/office/"}), "other_place");
  EXPECT_EQ(rules.why_not(bob, {.client = "198.51.100.1"}), "other_path");
  EXPECT_EQ(rules.why_not(ada, {.method = "POST"}), "other_method");
  EXPECT_EQ(RulesOf({deny("nothing")}).why_not(bob), "matched");
}

TEST(Rules, AnExplanationNamesTheFirstConditionThatWasNotMet) {
  AccessRule posts = staff();
  posts.name = "posts";
  posts.methods = {"POST"};
  posts.paths = {"/x/"};
  AccessRule elsewhere = staff();
  elsewhere.name = "elsewhere";
  elsewhere.from.networks = {net("203.0.113.0/24")};
  AccessRule there = staff();
  there.name = "there";
  there.paths = {"/x/"};
  AccessRule guests = allow("guests");
  guests.who.groups = {"guests"};
  AccessRule strongly = deny("strongly");
  strongly.strength.acr = {"mfa"};
  const RulesOf rules({posts, elsewhere, there, guests, strongly, staff(), anyone()});
  EXPECT_THAT(rules.steps(ada),
              ElementsAre("posts: other_method", "elsewhere: other_place", "there: other_path",
                          "guests: other_person", "strongly: not_strong_enough", "staff: matched"));
  EXPECT_THAT(rules.steps(nobody), ElementsAre("posts: other_method", "elsewhere: other_place",
                                               "there: other_path", "guests: nobody_signed_in"));
}

}  // namespace
}  // namespace hawser::access
