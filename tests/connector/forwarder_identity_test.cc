// SPDX-License-Identifier: Apache-2.0
// A connector that sees for itself who is asking, before an engine that may have been broken into.
#include "forwarder_fixture.h"
#include "proof_fixture.h"

namespace hawser::test {
namespace {

class ForwarderIdentity : public ForwarderTest {
 protected:
  void SetUp() override {
    publish(origin.url());
    engine.app.verify_identity = true;
    engine.app.identity = {{"X-Forwarded-User", "email", {}}, {"X-Groups", "groups", {}}};
  }
  void begin() {
    verifier_ = std::make_unique<connector::IdentityVerifier>(loop, log.log(), trusted);
    needs.identity = verifier_.get();
    start();
  }
  // Not its names.
  void guard_the_network() {
    trusted[0].origins = {*connector::OriginRule::parse("127.0.0.0/8"),
                          *connector::OriginRule::parse("::1")};
    publish("http://localhost:" + std::to_string(origin.port()) + "/");
    begin();
  }
  int64_t now_s() { return loop.wall_ms() / 1000; }
  // What an honest engine says.
  channel::OpenInfo proven(const std::string& id_token) {
    channel::OpenInfo info = channel::open_info();
    info.user = "u-1";
    info.session = "00ff";
    info.grant = "g" + std::to_string(++grants_);
    info.claims = {"email", "u@example.org", "groups", "staff,choir"};
    info.proof = std::make_shared<const channel::Grant>(
        channel::Grant{info.grant, info.session, info.app, id_token, now_s() + 3600});
    return info;
  }
  channel::OpenInfo proven() { return proven(provider.issuer.id_token(provider.claims(now_s()))); }
  void with_proof(channel::OpenInfo& info, void (*change)(channel::Grant&)) {
    channel::Grant grant = *info.proof;
    change(grant);
    info.proof = std::make_shared<const channel::Grant>(grant);
  }
  void expect_refused(const channel::OpenInfo& info, std::string_view reason,
                      message::RequestHead head = channel::request_head()) {
    auto& exchange = open(head, info);
    ASSERT_TRUE(ended(exchange));
    EXPECT_EQ(exchange.events, "reset identity_unverified untouched;");
    EXPECT_EQ(exchange.reset.error.blame, message::Blame::connector);
    EXPECT_NE(exchange.reset.error.reason.find(reason), std::string::npos)
        << exchange.reset.error.reason;
    EXPECT_EQ(origin.connections(), 0u);
  }
  std::string head_with(const channel::OpenInfo& info,
                        message::RequestHead head = channel::request_head()) {
    open(head, info);
    EXPECT_TRUE(origin_got_head());
    const std::string& got = origin.session().received;
    return got.substr(0, got.find("\r\n\r\n") + 2);
  }
  static bool has_line(const std::string& head, const std::string& line) {
    return head.find("\r\n" + line + "\r\n") != std::string::npos;
  }
  message::RequestHead asserting(const token::Claims& more) {
    token::Claims claims{{"iss", "https://wiki.example"},
                         {"aud", "wiki"},
                         {"sub", "u-1"},
                         {"user", "u-1"},
                         {"sid", "00ff"},
                         {"iat", now_s()},
                         {"exp", now_s() + 60},
                         {"acr", "urn:strong"}};
    if (!more.empty()) claims.update(more);
    message::RequestHead head = channel::request_head();
    head.fields.add("X-Hawser-Assertion", provider.issuer.id_token(claims));
    return head;
  }

  TrustedProvider provider;
  connector::TrustedIssuers trusted{provider.entry()};

 private:
  std::unique_ptr<connector::IdentityVerifier> verifier_;
  int grants_ = 0;
};

TEST_F(ForwarderIdentity, WhoIsProvedReachesTheOrigin) {
  begin();
  const std::string head = head_with(proven());
  EXPECT_TRUE(has_line(head, "X-Forwarded-User: u@example.org")) << head;
  EXPECT_TRUE(has_line(head, "X-Groups: staff,choir")) << head;
  EXPECT_EQ(head.find("eyJ"), std::string::npos) << "the token stays outside";
}

TEST_F(ForwarderIdentity, WhatTheTokenSaysStandsInPlaceOfWhatTheEngineSays) {
  begin();
  channel::OpenInfo info = proven();
  info.claims = {"email", "admin@example.org", "groups", "admin"};
  const std::string head = head_with(info);
  EXPECT_TRUE(has_line(head, "X-Forwarded-User: u@example.org")) << head;
  EXPECT_TRUE(has_line(head, "X-Groups: staff,choir")) << head;
  EXPECT_EQ(head.find("admin"), std::string::npos) << head;
}

TEST_F(ForwarderIdentity, AnEngineThatInventsAUserReachesNothing) {
  begin();
  channel::OpenInfo another = proven();
  another.user = "admin";
  expect_refused(another, "names another user");
  channel::OpenInfo nobody = proven();
  nobody.user.clear();
  expect_refused(nobody, "names another user");
}

TEST_F(ForwarderIdentity, AnAddressThatNobodyHasVerifiedNamesNobody) {
  trusted[0].user_claim = "email";
  begin();
  const auto by_email = [this](const nlohmann::json& verified) {
    token::Claims claims = provider.claims(now_s());
    claims["email_verified"] = verified;
    channel::OpenInfo info = proven(provider.issuer.id_token(claims));
    info.user = "u@example.org";
    return info;
  };
  for (const nlohmann::json& unverified : {nlohmann::json(false), nlohmann::json("false")})
    expect_refused(by_email(unverified), "names another user");
  EXPECT_TRUE(has_line(head_with(by_email(true)), "X-Forwarded-User: u@example.org"));
}

TEST_F(ForwarderIdentity, AnEngineThatProvesNothingReachesNothing) {
  begin();
  channel::OpenInfo without = channel::open_info();
  without.user = "u-1";
  expect_refused(without, "showed no ID token");
  channel::OpenInfo name_alone = proven();
  name_alone.proof = nullptr;
  expect_refused(name_alone, "showed no ID token");
}

TEST_F(ForwarderIdentity, ATokenForAnotherAppOrSessionProvesNothing) {
  begin();
  token::Claims claims = provider.claims(now_s());
  claims["aud"] = "news-client";
  expect_refused(proven(provider.issuer.id_token(claims)), "no issuer and client");
  channel::OpenInfo other_session = proven();
  with_proof(other_session, [](channel::Grant& grant) { grant.session = "ff00"; });
  expect_refused(other_session, "another session");
  channel::OpenInfo other_app = proven();
  with_proof(other_app, [](channel::Grant& grant) { grant.app = "news"; });
  expect_refused(other_app, "another session");
}

TEST_F(ForwarderIdentity, ATokenThatTheEngineMadeItselfProvesNothing) {
  begin();
  const Issuer forger;
  expect_refused(proven(forger.id_token(provider.claims(now_s()))), "key_unknown");
  expect_refused(proven(forger.sign(provider.issuer.header(), provider.claims(now_s()))),
                 "signature_bad");
}

TEST_F(ForwarderIdentity, AnIssuerThatTheEngineNamesCountsForNothing) {
  trusted.clear();
  begin();
  expect_refused(proven(), "has no `verify_identity`");
}

TEST_F(ForwarderIdentity, AnOriginThatIsListedIsGuardedWhateverTheEngineSaysOfItsApp) {
  engine.app.verify_identity = false;
  begin();
  expect_refused(channel::open_info(), "showed no ID token");
  engine.app.identity.clear();
  engine.app.revision = 2;
  expect_refused(channel::open_info(), "showed no ID token");
}

TEST_F(ForwarderIdentity, AnOriginThatIsNotListedIsOpenAsEver) {
  trusted[0].origins = {*connector::OriginRule::parse("10.0.0.0/8")};
  engine.app.verify_identity = false;
  begin();
  get("/");
  EXPECT_TRUE(origin_got_head());
}

TEST_F(ForwarderIdentity, ATokenOpensOnlyTheOriginsOfItsEntry) {
  trusted[0].origins = {*connector::OriginRule::parse("10.0.0.0/8")};
  begin();
  expect_refused(proven(), "for none of the clients");
}

TEST_F(ForwarderIdentity, ANetworkIsGuardedByWhateverNameTheEngineCallsIt) {
  guard_the_network();
  expect_refused(channel::open_info(), "wants to see who is asking");
  engine.app.verify_identity = true;
  engine.app.revision = 2;
  head_with(proven());
}

TEST_F(ForwarderIdentity, AConnectionOfProvenPeopleServesNobodyElse) {
  guard_the_network();
  engine.app.verify_identity = true;
  auto& exchange = open(channel::request_head(), proven());
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(ended(exchange));
  engine.app.verify_identity = false;
  engine.app.revision = 2;
  auto& other = open(channel::request_head(), channel::open_info());
  ASSERT_TRUE(ended(other));
  EXPECT_EQ(other.events, "reset identity_unverified untouched;");
}

TEST_F(ForwarderIdentity, FieldsOfTheConnectorsOwnConfigurationAreTheTokensAlone) {
  trusted[0].identity = {{"X-Forwarded-User", "sub", {}}, {"Remote-User", "email", {}}};
  begin();
  message::RequestHead head = channel::request_head();
  head.fields.add("REMOTE_USER", "admin");
  head.fields.add("X-Forwarded-User", "admin");
  const std::string got = head_with(proven(), head);
  EXPECT_TRUE(has_line(got, "X-Forwarded-User: u-1")) << got;
  EXPECT_TRUE(has_line(got, "Remote-User: u@example.org")) << got;
  EXPECT_EQ(got.find("admin"), std::string::npos) << got;
}

TEST_F(ForwarderIdentity, AnAssertionHasToSayWhatTheTokenSays) {
  begin();
  expect_refused(proven(), "sub", asserting({{"sub", "admin"}}));
  expect_refused(proven(), "user", asserting({{"user", "admin"}}));
  expect_refused(proven(), "sid", asserting({{"sid", "ff00"}}));
  expect_refused(proven(), "aud", asserting({{"aud", "news"}}));
  expect_refused(proven(), "groups", asserting({{"groups", "admin"}}));
  expect_refused(proven(), "acr", asserting({{"acr", "urn:stronger"}}));
  expect_refused(proven(), "roles", asserting({{"roles", "admin"}}));
  expect_refused(proven(), "auth_time", asserting({{"auth_time", now_s() + 5000}}));
  message::RequestHead two = asserting({});
  two.fields.add("X-Hawser-Assertion", "a.b.c");
  expect_refused(proven(), "there are two", two);
  head_with(proven(), asserting({{"groups", "staff,choir"}, {"email", "u@example.org"}}));
}

TEST_F(ForwarderIdentity, AnAssertionByAnotherSpellingStaysOutside) {
  begin();
  message::RequestHead head = asserting({});
  head.fields.add("X_Hawser_Assertion", "a.b.admin");
  head.fields.add("HTTP-X-HAWSER_ASSERTION", "a.b.admin");
  const std::string got = head_with(proven(), head);
  EXPECT_NE(got.find("X-Hawser-Assertion: eyJ"), std::string::npos) << got;
  EXPECT_EQ(got.find("admin"), std::string::npos) << got;
}

TEST_F(ForwarderIdentity, AnExchangeEndsWhenItsProofDoes) {
  trusted[0].max_age_s = 40;
  begin();
  auto& exchange = open(channel::request_head(), proven());
  ASSERT_TRUE(origin_got_head());
  clock.advance_ms(36'000);
  ASSERT_TRUE(ended(exchange));
  EXPECT_EQ(exchange.events, "reset identity_unverified;");
}

}  // namespace
}  // namespace hawser::test
