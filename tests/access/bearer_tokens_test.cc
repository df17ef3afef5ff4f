// SPDX-License-Identifier: Apache-2.0
#include "access/bearer_tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "access/issuer_link.h"
#include "core/clock.h"
#include "token/issuer.h"

namespace hawser::access {
namespace {

using test::Issuer;
using token::Claims;
using Kind = BearerFinding::Kind;
using KeysOutcome = SignedIn<std::shared_ptr<const token::KeySet>>;

// Keeps what is asked until the test answers.
class KeyDesk final : public SignInDesk {
 public:
  void ask_provider(std::string, std::function<void(SignedIn<ProviderMetadata>)>) override {}
  void sign_in(Callback, std::function<void(SignedIn<SessionFacts>)>) override {}
  void renew(std::string, SessionFacts, Renewal,
             std::function<void(SignedIn<SessionFacts>)>) override {}
  void end_session(std::string, std::function<void(SignedIn<EndedSession>)>) override {}
  void end_by_provider(std::string, std::function<void(SignedIn<void>)>) override {}
  void keep_form(KeptForm, std::function<void(bool)>) override {}
  void lend_form(std::string, std::function<void(LentForm)>) override {}
  void settle_form(std::string, bool) override {}
  void ask_id_token(std::string, std::function<void(SignedIn<std::string>)>) override {}
  void ask_keys(KeySource source, bool anew, std::function<void(KeysOutcome)> done) override {
    sources.push_back(std::move(source));
    anews.push_back(anew);
    waiting.push_back(std::move(done));
  }
  void answer(const KeysOutcome& keys) {
    for (const auto& done : std::exchange(waiting, {})) done(keys);
  }

  std::vector<KeySource> sources;
  std::vector<bool> anews;
  std::vector<std::function<void(KeysOutcome)>> waiting;
};

class Bearer : public testing::Test {
 protected:
  Bearer() {
    app.name = "wiki";
    app.machines.bearer = {{Issuer::name, "api://wiki", "pem", "sub", "groups", 60}};
    model::AccessRule rule;
    rule.who.groups = {"staff"};
    app.rules = {rule};
  }
  static Claims claims() {
    return {{"iss", Issuer::name},       {"aud", "api://wiki"},      {"sub", "robot"},
            {"client_id", "robot-app"},  {"iat", Issuer::now_s - 1}, {"jti", "1"},
            {"exp", Issuer::now_s + 300}};
  }
  std::string token(const Claims& said = claims()) const {
    nlohmann::json header = issuer.header();
    header["typ"] = "at+jwt";
    return issuer.sign(header, said);
  }
  BearerFinding look(const std::string& text, bool keys_asked = false) {
    return tokens.look(app, names, text, keys_asked);
  }
  std::shared_ptr<const token::KeySet> keys() const {
    return std::make_shared<const token::KeySet>(issuer.keys());
  }
  void give_keys() {
    tokens.ask_keys(source, false, [] {});
    desk.answer(keys());
  }
  void advance_s(uint64_t seconds) {
    clock.advance_ms(seconds * 1000);
    loop.turn(false);
  }

  Issuer issuer;
  core::ManualClock clock{1'000'000, Issuer::now_s * 1000};
  core::Loop loop{&clock};
  KeyDesk desk;
  BearerTokens tokens{loop, &desk};
  model::App app;
  RuleNames names{{}};
  const KeySource source{Issuer::name, "pem"};
};

TEST_F(Bearer, KeysAreAskedForBeforeATokenIsJudged) {
  const BearerFinding first = look(token());
  ASSERT_EQ(first.kind, Kind::keys_wanted);
  EXPECT_EQ(first.source, source);
  int told = 0;
  ASSERT_TRUE(tokens.ask_keys(source, false, [&] { ++told; }));
  ASSERT_TRUE(tokens.ask_keys(source, false, [&] { ++told; }));
  EXPECT_EQ(desk.sources.size(), 1u) << "one question is enough";
  desk.answer(keys());
  EXPECT_EQ(told, 2);
  const BearerFinding then = look(token(), true);
  ASSERT_EQ(then.kind, Kind::good) << then.reason;
  EXPECT_EQ(then.facts->user, "robot");
  EXPECT_EQ(then.facts->client_id, "robot-app");
  EXPECT_EQ(then.facts->session, "");
}

TEST_F(Bearer, FactsAreWhatTheTokenTells) {
  names = RuleNames(app.rules);
  app.identity = {{"X-Forwarded-User", "email", {}}, {"X-Forwarded-Groups", "groups", {}}};
  app.machines.bearer[0].user_claim = "email";
  give_keys();
  Claims said = claims();
  said["email"] = "robot@example.org";
  said["groups"] = {"staff", "others"};
  said["acr"] = "mfa";
  said["amr"] = {"hwk"};
  said["auth_time"] = Issuer::now_s - 9;
  const BearerFinding found = look(token(said));
  ASSERT_EQ(found.kind, Kind::good) << found.reason;
  EXPECT_EQ(found.facts->user, "robot@example.org");
  EXPECT_EQ(found.facts->marks, std::string("\x01"));
  EXPECT_EQ(found.facts->identity, (std::vector<std::string>{"robot@example.org", "staff,others"}));
  EXPECT_EQ(found.facts->acr, "mfa");
  EXPECT_EQ(found.facts->amr, std::vector<std::string>{"hwk"});
  EXPECT_EQ(found.facts->signed_in_s, Issuer::now_s - 9);
  EXPECT_EQ(found.facts->expires_s, Issuer::now_s + 360) << "by our clock, which may be ahead";
}

TEST_F(Bearer, ATokenWithoutTheUsersNameIsRefused) {
  app.machines.bearer[0].user_claim = "email";
  give_keys();
  EXPECT_EQ(look(token()).fault, "user_missing");
  Claims said = claims();
  said["email"] = "robot@example.org";
  said["email_verified"] = false;
  EXPECT_EQ(look(token(said)).fault, "user_unverified");
}

TEST_F(Bearer, AGoodTokenIsCheckedOnceAndHoldsUntilItsEnd) {
  give_keys();
  const std::string text = token();
  ASSERT_EQ(look(text).kind, Kind::good);
  ASSERT_EQ(look(text).kind, Kind::good);
  EXPECT_EQ(tokens.remembered(), 1u);
  advance_s(360);
  EXPECT_EQ(look(text).fault, "expired");
}

TEST_F(Bearer, WhatOneAppKnowsIsNoOthersAnswer) {
  give_keys();
  const std::string text = token();
  ASSERT_EQ(look(text).kind, Kind::good);
  app.name = "hr";
  app.machines.bearer[0].audience = "api://hr";
  EXPECT_EQ(look(text).kind, Kind::not_ours);
}

TEST_F(Bearer, TokensAreForgottenWithTheRulesThatTheyWereReadFor) {
  give_keys();
  ASSERT_EQ(look(token()).kind, Kind::good);
  tokens.forget_tokens();
  EXPECT_EQ(tokens.remembered(), 0u);
}

TEST_F(Bearer, TheAudienceMayBeOneOfSeveralForOneIssuer) {
  model::BearerIssuer other = app.machines.bearer[0];
  other.audience = "api://wiki-admin";
  other.user_claim = "client_id";
  app.machines.bearer.push_back(other);
  give_keys();
  Claims said = claims();
  said["aud"] = "api://wiki-admin";
  const BearerFinding found = look(token(said));
  ASSERT_EQ(found.kind, Kind::good);
  EXPECT_EQ(found.facts->user, "robot-app");
}

TEST_F(Bearer, WhatIsNotMeantForTheAppIsNotOurs) {
  give_keys();
  Claims elsewhere = claims();
  elsewhere["aud"] = "api://hr";
  Claims stranger = claims();
  stranger["iss"] = "https://evil.example";
  EXPECT_EQ(look(token(elsewhere)).fault, "audience_wrong");
  EXPECT_EQ(look(token(stranger)).fault, "issuer_wrong");
  EXPECT_EQ(look("opaque").fault, "malformed");
  EXPECT_EQ(look(token(elsewhere)).kind, Kind::not_ours);
  EXPECT_EQ(look("opaque").kind, Kind::not_ours);
}

TEST_F(Bearer, AnUnknownKeyIsAskedForAtMostSoOften) {
  give_keys();
  nlohmann::json header = issuer.header();
  header["typ"] = "at+jwt";
  header["kid"] = "new";
  const std::string text = issuer.sign(header, claims());
  EXPECT_EQ(look(text).fault, "key_unknown") << "they came just now";
  advance_s(5);
  EXPECT_EQ(look(text).kind, Kind::keys_wanted);
  tokens.ask_keys(source, true, [] {});
  EXPECT_TRUE(desk.anews.back());
  EXPECT_EQ(look(text).kind, Kind::keys_wanted) << "who comes meanwhile waits with the first";
  desk.answer(keys());
  EXPECT_EQ(look(text, true).fault, "key_unknown");
  EXPECT_EQ(look(text).fault, "key_unknown");
  EXPECT_EQ(desk.sources.size(), 2u);
}

TEST_F(Bearer, AnOutageLeavesTheKeysThatAreKnown) {
  give_keys();
  advance_s(301);
  ASSERT_EQ(look(token()).kind, Kind::good);
  ASSERT_EQ(desk.waiting.size(), 1u) << "they are old enough to be asked for";
  desk.answer(SignInError{SignInFault::provider_unreachable, "keys", "down"});
  Claims another = claims();
  another["jti"] = "2";
  EXPECT_EQ(look(token(another)).kind, Kind::good);
}

TEST_F(Bearer, AKeyThatWasWithdrawnIsNoticedThoughItsTokenIsRemembered) {
  Claims said = claims();
  said["exp"] = Issuer::now_s + 3600;
  give_keys();
  const std::string text = token(said);
  ASSERT_EQ(look(text).kind, Kind::good);
  advance_s(59);
  ASSERT_EQ(look(text).kind, Kind::good);
  EXPECT_TRUE(desk.waiting.empty()) << "they are fresh";
  advance_s(1);
  EXPECT_EQ(look(text).kind, Kind::good) << "nobody waits for the answer";
  ASSERT_EQ(desk.waiting.size(), 1u);
  issuer.key = test::new_p256_key();
  desk.answer(keys());
  EXPECT_EQ(look(text, true).fault, "key_unknown");
}

TEST_F(Bearer, KeysThatAreTooOldOpenNothing) {
  give_keys();
  const std::string text = token();
  ASSERT_EQ(look(text).kind, Kind::good);
  advance_s(60);
  ASSERT_EQ(look(text).kind, Kind::good);
  desk.answer(SignInError{SignInFault::provider_unreachable, std::string(IssuerLink::keys_outdated),
                          "down for a day"});
  EXPECT_EQ(look(text, true).kind, Kind::unavailable);
}

TEST_F(Bearer, WithoutKeysNothingIsGood) {
  tokens.ask_keys(source, false, [] {});
  desk.answer(SignInError{SignInFault::provider_unreachable, "keys", "down"});
  EXPECT_EQ(look(token(), true).kind, Kind::unavailable);
  EXPECT_EQ(look(token()).kind, Kind::unavailable) << "and nobody is asked at once again";
  advance_s(5);
  EXPECT_EQ(look(token()).kind, Kind::keys_wanted);
}

TEST_F(Bearer, NewKeysMakeOldTokensBeCheckedAnew) {
  give_keys();
  ASSERT_EQ(look(token()).kind, Kind::good);
  const std::string old = token();
  ASSERT_EQ(look(old).kind, Kind::good);
  issuer.key = test::new_p256_key();
  give_keys();
  EXPECT_EQ(look(old, true).fault, "key_unknown");
}

TEST_F(Bearer, SoManyWaitAndNoMore) {
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(tokens.ask_keys(source, false, [] {}));
  EXPECT_FALSE(tokens.ask_keys(source, false, [] {}));
}

TEST_F(Bearer, WhatATokenTellsIsBounded) {
  give_keys();
  Claims said = claims();
  said["acr"] = std::string(4096, 'a');
  EXPECT_EQ(look(token(said)).fault, "too_much_to_hold");
}

TEST_F(Bearer, SoManyAreRememberedAndNoMore) {
  give_keys();
  Claims said = claims();
  for (int i = 0; i < 4'010; ++i) {
    said["jti"] = std::to_string(i);
    ASSERT_EQ(look(token(said)).kind, Kind::good);
  }
  EXPECT_EQ(tokens.remembered(), 4'000u);
}

TEST(BearerField, IsReadInOneWay) {
  const auto read = [](std::initializer_list<const char*> lines) {
    message::Fields fields;
    for (const char* line : lines) fields.add("Authorization", line);
    return std::string(bearer_token(fields).value_or("(none)"));
  };
  EXPECT_EQ(read({"Bearer abc"}), "abc");
  EXPECT_EQ(read({"bearer  abc "}), "abc");
  EXPECT_EQ(read({"Basic abc"}), "(none)");
  EXPECT_EQ(read({"Bearer"}), "(none)");
  EXPECT_EQ(read({"Bearerabc"}), "(none)");
  EXPECT_EQ(read({}), "(none)");
  EXPECT_EQ(read({"Bearer abc", "Bearer abc"}), "(none)") << "two readers might take either";
}

}  // namespace
}  // namespace hawser::access
