// SPDX-License-Identifier: Apache-2.0
#include "access/rules_question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hawser::access {
namespace {

using testing::HasSubstr;

constexpr int64_t now_s = 1'800'000'000;

model::App app() {
  model::App made;
  made.access = model::Access::rules;
  made.path_prefix = "/wiki/";
  made.rules.resize(3);
  made.rules[0].name = "no interns";
  made.rules[0].effect = model::RuleEffect::deny;
  made.rules[0].who.claims = {{"kind", {"intern", "guest"}}};
  made.rules[0].message = "Ask the help desk.";
  made.rules[1].name = "office";
  made.rules[1].shadow = true;
  made.rules[1].from.networks = {model::Network::parse("192.0.2.0/24").value()};
  made.rules[1].who.users = {"a", "b", "c", "d", "e", "f", "g"};
  made.rules[2].name = "staff";
  made.rules[2].who.groups = {"staff"};
  made.rules[2].strength = {{"mfa"}, {}, 300};
  made.rules[2].paths = {"/wiki/reports/"};
  return made;
}

model::AccessQuestion question() {
  model::AccessQuestion asked;
  asked.person = model::SupposedPerson{"z", {"staff"}, {}, "mfa", {}, 0};
  asked.client = model::IpAddress::ipv4(192, 0, 2, 9);
  asked.path = "/wiki/reports/";
  return asked;
}

TEST(AccessQuestion, TheDecisionComesWithWhatEachRuleSaid) {
  const auto told = answer(app(), question(), nullptr, now_s);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->verdict, "allow");
  EXPECT_EQ(told->rule, "staff");
  ASSERT_EQ(told->steps.size(), 3u);
  EXPECT_EQ(told->steps[0].finding, "other_person");
  EXPECT_EQ(told->steps[0].wants, "claims kind intern, guest");
  EXPECT_EQ(told->steps[0].effect, model::RuleEffect::deny);
  EXPECT_TRUE(told->steps[1].shadow);
  EXPECT_EQ(told->steps[1].wants, "users a, b, c, d, e and 2 more");
  EXPECT_EQ(told->steps[2].finding, "matched");
  EXPECT_EQ(told->steps[2].wants, "");
}

TEST(AccessQuestion, ConditionsAreNamed) {
  auto asked = question();
  asked.client = model::IpAddress::ipv4(203, 0, 113, 1);
  asked.person->signed_in_ago_s = 301;
  auto told = answer(app(), asked, nullptr, now_s);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->verdict, "step_up");
  EXPECT_EQ(told->steps[1].finding, "other_place");
  EXPECT_EQ(told->steps[1].wants, "192.0.2.0/24");
  EXPECT_EQ(told->steps[2].finding, "not_strong_enough");
  EXPECT_EQ(told->steps[2].wants, "acr mfa; signed in at most 5m ago");
  asked.path = "/wiki/";
  told = answer(app(), asked, nullptr, now_s);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->verdict, "deny");
  EXPECT_EQ(told->rule, "");
  EXPECT_EQ(told->steps[2].wants, "/wiki/reports/");
}

TEST(AccessQuestion, NobodyIsAskedToSignIn) {
  auto asked = question();
  asked.person.reset();
  const auto told = answer(app(), asked, nullptr, now_s);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->verdict, "sign_in");
  EXPECT_EQ(told->steps[2].finding, "nobody_signed_in");
  EXPECT_EQ(told->steps[2].wants, "groups staff");
}

TEST(AccessQuestion, ADenialHasItsMessage) {
  auto asked = question();
  asked.person->claims = {{"kind", {"guest"}}};
  const auto told = answer(app(), asked, nullptr, now_s);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->verdict, "deny");
  EXPECT_EQ(told->message, "Ask the help desk.");
  EXPECT_EQ(told->steps.size(), 1u);
}

TEST(AccessQuestion, PassthroughAsksNobody) {
  model::App open = app();
  open.access = model::Access::passthrough;
  const auto told = answer(open, question(), nullptr, now_s);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->verdict, "allow");
  EXPECT_EQ(told->rule, "passthrough");
  EXPECT_TRUE(told->steps.empty());
}

TEST(AccessQuestion, APathThatNoRequestOfTheAppHasIsRefused) {
  const auto reason = [](const char* path) {
    auto asked = question();
    asked.path = path;
    const auto told = answer(app(), asked, nullptr, now_s);
    return told.ok() ? std::string() : told.error().reason;
  };
  EXPECT_THAT(reason("/other/"), HasSubstr("the app's own path is /wiki/"));
  EXPECT_THAT(reason("/wiki/../x"), HasSubstr("no request has such a path"));
  EXPECT_THAT(reason("/wiki/a?b"), HasSubstr("leave out the query"));
  EXPECT_THAT(reason("wiki"), HasSubstr("no request has such a path"));
  EXPECT_EQ(reason("/wiki"), "");
}

}  // namespace
}  // namespace hawser::access
