// SPDX-License-Identifier: Apache-2.0
#include "access/decision_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/decision_story.h"

namespace hawser::access {
namespace {

std::string id_of(size_t number) {
  const std::string digits = std::to_string(number);
  return "018bcfe5-6800-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

struct Asked {
  std::string id = id_of(1);
  std::vector<std::string> amr{"pwd", "otp"};
  model::App app = made_app();
  Rules rules{app};
  std::string marks = marks_of({"staff"});

  static model::App made_app() {
    model::App app;
    app.name = "wiki";
    app.rules.resize(2);
    app.rules[0].name = "admins";
    app.rules[0].who.groups = {"admins"};
    app.rules[1].name = "staff, strongly";
    app.rules[1].who.groups = {"staff"};
    app.rules[1].strength.acr = {"mfa"};
    app.revision = model::content_revision(app);
    return app;
  }
  std::string marks_of(const std::vector<std::string>& groups) const {
    return rules.names()
        .marks_of(groups, std::vector<model::ClaimValues>())
        .to_bytes(rules.names().size());
  }
  DecisionRing::Decided decided() const {
    DecisionRing::Decided decided;
    decided.request_id = id;
    decided.time_ms = 1'700'000'000'000;
    decided.verdict = Verdict::step_up;
    decided.app = app.name;
    decided.app_revision = app.revision;
    decided.rule = "staff, strongly";
    decided.signed_in = true;
    decided.user = "ada";
    decided.session = "0123456789abcdef";
    decided.marks = marks;
    decided.acr = "pwd";
    decided.amr = amr;
    decided.signed_in_s = 1'699'999'000;
    decided.client_ip = "192.0.2.7";
    decided.country = "AT";
    decided.host = "wiki.example";
    decided.method = "GET";
    decided.path = "/reports/";
    return decided;
  }
};

TEST(DecisionRing, RemembersWhatWasDecidedFromWhatAndHowItEnded) {
  const Asked asked;
  DecisionRing ring;
  const auto place = ring.add(asked.decided());
  EXPECT_EQ(ring.last_of(asked.id), place);
  EXPECT_FALSE(ring.find(asked.id).at(0).story.ended);
  ring.end(place, asked.id, {401, 12, "step_up", "", "complete", "some words", "some connector"});
  const auto found = ring.find(asked.id);
  ASSERT_EQ(found.size(), 1u);
  const model::RequestStory& story = found[0].story;
  EXPECT_EQ(story.verdict, "step_up");
  EXPECT_EQ(story.rule, "staff, strongly");
  EXPECT_EQ(story.user, "ada");
  EXPECT_EQ(story.session, "30313233343536373839616263646566");
  EXPECT_EQ(story.amr, asked.amr);
  EXPECT_EQ(story.client_ip, "192.0.2.7");
  EXPECT_EQ(story.country, "AT");
  EXPECT_EQ(story.path, "/reports/");
  EXPECT_EQ(story.status, 401u);
  EXPECT_EQ(story.answer, "step_up");
  EXPECT_EQ(story.reason, "some words");
  EXPECT_EQ(story.connector, "some connector");
  EXPECT_EQ(story.total_ms, 12u);
}

TEST(DecisionRing, KeepsTheLastTenThousandAndWhatWasAllowedPushesOutNoDenial) {
  Asked asked;
  DecisionRing ring;
  auto denied = asked.decided();
  denied.verdict = Verdict::deny;
  ring.add(denied);
  auto allowed = asked.decided();
  allowed.verdict = Verdict::allow;
  std::string id;
  for (size_t i = 2; i < DecisionRing::kept + 12; ++i) {
    id = id_of(i);
    allowed.request_id = id;
    ring.add(allowed);
  }
  EXPECT_EQ(ring.find(id_of(1)).size(), 1u);
  EXPECT_TRUE(ring.find(id_of(11)).empty());
  EXPECT_EQ(ring.find(id_of(12)).size(), 1u);
  EXPECT_EQ(ring.find(id).size(), 1u);
}

TEST(DecisionRing, AnEndThatComesTooLateChangesNoOthers) {
  Asked asked;
  DecisionRing ring;
  const auto place = ring.add(asked.decided());
  std::string id;
  for (size_t i = 2; i < DecisionRing::kept + 2; ++i) {
    id = id_of(i);
    auto other = asked.decided();
    other.request_id = id;
    ring.add(other);
  }
  ring.end(place, id_of(1), {200, 1, "", "", "complete", "", ""});
  EXPECT_TRUE(ring.find(id_of(1)).empty());
  EXPECT_FALSE(ring.find(id).at(0).story.ended);
}

TEST(DecisionRing, WhatAClientWritesIsCutSoThatItsMemoryIsBounded) {
  Asked asked;
  const std::string endless(100'000, 'x');
  asked.amr = std::vector<std::string>(100, endless);
  DecisionRing ring;
  auto decided = asked.decided();
  decided.user = decided.path = decided.acr = decided.client_ip = endless;
  decided.rule = decided.host = decided.method = decided.marks = endless;
  for (size_t i = 0; i < 100; ++i) {
    const auto place = ring.add(decided);
    ring.end(place, asked.id, {200, 1, endless, endless, endless, endless, endless});
  }
  EXPECT_LE(ring.held_bytes() / 100, 16'000u);
  EXPECT_EQ(ring.find(asked.id).size(), 100u);
}

TEST(DecisionStory, TellsWhatEachRuleSaidByAskingAgain) {
  const Asked asked;
  DecisionRing ring;
  ring.add(asked.decided());
  const auto story = story_of(ring.find(asked.id).at(0), &asked.app);
  EXPECT_FALSE(story.rules_changed);
  ASSERT_EQ(story.steps.size(), 2u);
  EXPECT_EQ(story.steps[0].finding, "other_person");
  EXPECT_EQ(story.steps[1].finding, "not_strong_enough");
  EXPECT_EQ(story.steps[1].wants, "acr mfa");
  EXPECT_THAT(story.names, testing::ElementsAre("staff"));
}

TEST(DecisionStory, RulesThatHaveChangedSinceSayNothing) {
  Asked asked;
  DecisionRing ring;
  ring.add(asked.decided());
  asked.app.rules[0].who.groups = {"others"};
  asked.app.revision = model::content_revision(asked.app);
  const auto story = story_of(ring.find(asked.id).at(0), &asked.app);
  EXPECT_TRUE(story.rules_changed);
  EXPECT_TRUE(story.steps.empty());
  EXPECT_EQ(story.rule, "staff, strongly");
  EXPECT_TRUE(story_of(ring.find(asked.id).at(0), nullptr).rules_changed);
}

}  // namespace
}  // namespace hawser::access
