// SPDX-License-Identifier: Apache-2.0
#include "access/renewals.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "access/recheck.h"

namespace hawser::access {
namespace {

// Keeps what it is asked until the test answers.
class HeldDesk final : public SignInDesk {
 public:
  using Done = std::function<void(SignedIn<SessionFacts>)>;

  void ask_provider(std::string, std::function<void(SignedIn<ProviderMetadata>)>) override {}
  void sign_in(Callback, Done) override {}
  void renew(std::string, SessionFacts facts, Renewal renewal, Done done) override {
    asked.push_back({std::move(facts), renewal, std::move(done)});
  }
  void ask_id_token(std::string, std::function<void(SignedIn<std::string>)>) override {}
  void end_session(std::string, std::function<void(SignedIn<EndedSession>)>) override {}
  void end_by_provider(std::string, std::function<void(SignedIn<void>)>) override {}
  void ask_keys(KeySource, bool,
                std::function<void(SignedIn<std::shared_ptr<const token::KeySet>>)>) override {}
  void keep_form(KeptForm, std::function<void(bool)>) override {}
  void lend_form(std::string, std::function<void(LentForm)>) override {}
  void settle_form(std::string, bool) override {}

  struct Asked {
    SessionFacts facts;
    Renewal renewal;
    Done done;
  };
  std::vector<Asked> asked;
};

class RenewalsTest : public ::testing::Test {
 protected:
  void ask(const std::string& session, Renewal renewal) {
    SessionFacts facts;
    facts.session = session;
    renewals_->ask("wiki", facts, renewal,
                   [this](const SignedIn<SessionFacts>& now) { answers_ += now.ok() ? 1 : 0; });
  }

  HeldDesk desk_;
  int answers_ = 0;
  std::unique_ptr<Renewals> renewals_ = std::make_unique<Renewals>(&desk_);
};

TEST_F(RenewalsTest, ASessionIsAskedForOnceHoweverManyOfItsRequestsWait) {
  for (int i = 0; i < 3; ++i) ask("a", Renewal::vouched);
  ask("b", Renewal::vouched);
  ASSERT_EQ(desk_.asked.size(), 2u);
  desk_.asked[0].done(desk_.asked[0].facts);
  EXPECT_EQ(answers_, 3);
}

TEST_F(RenewalsTest, NewRulesNeedNotWaitForAProvider) {
  ask("a", Renewal::vouched);
  ask("a", Renewal::marks);
  ASSERT_EQ(desk_.asked.size(), 2u);
  EXPECT_EQ(renewals_->marking(), 1u);
  bool told = false;
  renewals_->on_fewer([&] { told = true; });
  desk_.asked[1].done(desk_.asked[1].facts);
  EXPECT_EQ(answers_, 1);
  EXPECT_TRUE(told);
  EXPECT_EQ(renewals_->marking(), 0u);
}

TEST_F(RenewalsTest, TooManyThatWaitAreToldAtOnce) {
  for (size_t i = 0; i < Renewals::waiting_limit; ++i) ask("a", Renewal::vouched);
  SessionFacts facts;
  facts.session = "a";
  std::string fault;
  renewals_->ask("wiki", facts, Renewal::vouched,
                 [&](const SignedIn<SessionFacts>& now) { fault = now.error().detail; });
  EXPECT_EQ(fault, "busy");
}

TEST_F(RenewalsTest, AnAnswerThatComesTooLateIsForNobody) {
  ask("a", Renewal::vouched);
  renewals_.reset();
  desk_.asked[0].done(desk_.asked[0].facts);
  EXPECT_EQ(answers_, 0);
}

TEST(Recheck, ComesUpToAFifthEarlierAndNeverLater) {
  model::SessionLimits limits;
  EXPECT_EQ(recheck_due_s(limits, "a", 1000), 0) << "off";
  limits.recheck_s = 300;
  for (int first = 0; first < 256; ++first) {
    const std::string session(16, static_cast<char>(first));
    const int64_t due_s = recheck_due_s(limits, session, 1000);
    EXPECT_GE(due_s, 1240);
    EXPECT_LE(due_s, 1300);
  }
  EXPECT_NE(recheck_due_s(limits, "\x01", 1000), recheck_due_s(limits, "\xf0", 1000));
}

TEST(Recheck, SilenceIsBorneTwelveTimesAsLongAndAnHourAtMost) {
  model::SessionLimits limits;
  limits.recheck_s = 10;
  EXPECT_EQ(silence_ends_s(limits, 1000), 1000 + 10 + 120);
  limits.recheck_s = 7200;
  EXPECT_EQ(silence_ends_s(limits, 1000), 1000 + 7200 + 3600);
}

}  // namespace
}  // namespace hawser::access
