// SPDX-License-Identifier: Apache-2.0
#include "access/assertions.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "token/claims.h"
#include "token/signed_token.h"

namespace hawser::access {
namespace {

constexpr int64_t now_s = 1'800'000'000;
constexpr char base_url[] = "https://wiki.example:8443";

class AssertionsTest : public testing::Test {
 protected:
  AssertionsTest() {
    ring_ = std::make_shared<const SigningRing>(*SigningRing().rotated(now_s - 9000));
    assertions_.apply(ring_);
    app_.name = "wiki";
    app_.identity = {{"X-User", "email", {}},
                     {"X-Groups", "groups", {}},
                     {"X-Admin", "groups", {"admin"}},
                     {"X-Aud", "aud", {}}};
    facts_.session = "0123456789abcdef";
    facts_.subject = "u-1";
    facts_.user = "alice";
    facts_.acr = "mfa";
    facts_.amr = {"pwd", "otp"};
    facts_.signed_in_s = now_s - 100;
    facts_.expires_s = now_s + 1000;
    facts_.identity = {"a@b.example", "a,b", "admin", "other"};
  }
  std::string make(int64_t at_s = now_s) { return assertions_.of(app_, base_url, facts_, at_s); }
  token::Claims claims_of(const std::string& compact) {
    const auto token = token::read_signed_token(compact);
    EXPECT_TRUE(token.ok());
    EXPECT_EQ(token->algorithm, tls::SignatureAlgorithm::es256);
    EXPECT_EQ(token->type, "jwt");
    EXPECT_EQ(token->key_id, ring_->signer(now_s)->id);
    EXPECT_TRUE(token::check_signature(*token, *token::KeySet::parse(ring_->jwk_set())).ok());
    return token->claims;
  }

  std::shared_ptr<const SigningRing> ring_;
  Assertions assertions_;
  model::App app_;
  SessionFacts facts_;
};

TEST_F(AssertionsTest, ItTellsTheAppWhoIsAskingAndForHowLong) {
  const token::Claims expected{{"iss", base_url},
                               {"aud", "wiki"},
                               {"sub", "u-1"},
                               {"sid", "30313233343536373839616263646566"},
                               {"iat", now_s},
                               {"nbf", now_s},
                               {"exp", now_s + 60},
                               {"user", "alice"},
                               {"acr", "mfa"},
                               {"amr", {"pwd", "otp"}},
                               {"auth_time", now_s - 100},
                               {"email", "a@b.example"},
                               {"groups", "a,b,admin"}};
  EXPECT_EQ(claims_of(make()), expected);
}

TEST_F(AssertionsTest, ItEndsWithTheSession) {
  facts_.expires_s = now_s + 20;
  EXPECT_EQ(claims_of(make()).at("exp"), now_s + 20);
}

TEST_F(AssertionsTest, WhatIsNotKnownIsNotTold) {
  facts_.acr.clear();
  facts_.amr.clear();
  facts_.signed_in_s = 0;
  facts_.identity = {"", "", "", ""};
  const token::Claims claims = claims_of(make());
  for (const char* name : {"acr", "amr", "auth_time", "email", "groups"})
    EXPECT_FALSE(claims.contains(name)) << name;
}

TEST_F(AssertionsTest, OneServesForHalfOfItsLife) {
  const std::string first = make();
  facts_.issued_s = now_s + 3;  // a new cookie
  EXPECT_EQ(make(now_s + 29), first);
  EXPECT_NE(make(now_s + 30), first);
  EXPECT_NE(make(now_s - 1), first) << "the clock was set back";
}

TEST_F(AssertionsTest, WhoHasChangedIsToldAnew) {
  const std::string first = make();
  facts_.identity[1] = "a";
  EXPECT_NE(make(), first);
  EXPECT_EQ(claims_of(make()).at("groups"), "a,admin");
  app_.name = "news";
  EXPECT_EQ(claims_of(make()).at("aud"), "news");
  EXPECT_EQ(claims_of(assertions_.of(app_, "https://other", facts_, now_s)).at("iss"),
            "https://other");
}

TEST_F(AssertionsTest, SessionsWithoutAnEndTakeBoundedRoom) {
  for (size_t i = 0; i < Assertions::kept_limit * 2; ++i) {
    facts_.session = std::to_string(i);
    make();
  }
  EXPECT_LE(assertions_.kept(), Assertions::kept_limit);
}

TEST_F(AssertionsTest, AProgramWithoutASessionIsToldEachTime) {
  facts_.session.clear();
  facts_.expires_s = 0;
  const token::Claims claims = claims_of(make());
  EXPECT_FALSE(claims.contains("sid"));
  EXPECT_EQ(claims.at("exp"), now_s + 60);
  EXPECT_EQ(assertions_.kept(), 0u);
}

TEST_F(AssertionsTest, WithoutAKeyNothingIsSaid) {
  assertions_.apply(std::make_shared<const SigningRing>());
  EXPECT_EQ(make(), "");
}

}  // namespace
}  // namespace hawser::access
