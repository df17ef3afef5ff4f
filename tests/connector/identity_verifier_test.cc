// SPDX-License-Identifier: Apache-2.0
#include "connector/identity_verifier.h"

#include "forwarder_fixture.h"
#include "proof_fixture.h"

namespace hawser::test {
namespace {

using connector::IdentityVerifier;
using connector::TrustedIssuers;

class IdentityVerifierTest : public testing::Test {
 protected:
  int64_t now_s() { return loop.wall_ms() / 1000; }
  // "" for a person who is proved.
  std::string outcome(const std::shared_ptr<const channel::Grant>& grant) {
    if (verifier == nullptr)
      verifier = std::make_unique<IdentityVerifier>(loop, log.log(), trusted);
    std::string said = "nothing yet";
    const auto waiting = verifier->verify(grant, [&](const IdentityVerifier::Verdict& verdict) {
      said = verdict ? "" : verdict.error().reason;
      person = verdict ? *verdict : nullptr;
    });
    return said;
  }
  std::string outcome_of(const char* claim, const nlohmann::json& value) {
    token::Claims claims = provider.claims(now_s());
    if (value.is_null())
      claims.erase(claim);
    else
      claims[claim] = value;
    return outcome(provider.grant(claims, now_s()));
  }

  core::ManualClock clock{1'000'000, core::SystemClock::instance().wall_ms()};
  core::Loop loop{&clock};
  KeptLog log;
  TrustedProvider provider;
  TrustedIssuers trusted{provider.entry()};
  std::unique_ptr<IdentityVerifier> verifier;
  std::shared_ptr<const connector::ProvenPerson> person;
};

void expect_part(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST_F(IdentityVerifierTest, ATokenOfATrustedIssuerProvesThePerson) {
  EXPECT_EQ(outcome(provider.grant(provider.claims(now_s()), now_s())), "");
  EXPECT_EQ(person->token.subject, "u-1");
  ASSERT_EQ(person->by.size(), 1u);
  EXPECT_EQ(person->by[0].issuer, &trusted[0]);
  EXPECT_EQ(person->by[0].until_s, now_s() + 3600) << "the session's end";
}

TEST_F(IdentityVerifierTest, ItProvesForAsLongAsTheConnectorSays) {
  trusted[0].max_age_s = 600;
  EXPECT_EQ(outcome(provider.grant(provider.claims(now_s(), 590), now_s())), "")
      << "the token itself has ended: the session goes on";
  EXPECT_EQ(person->by[0].until_s, now_s() + 10);
  expect_part(outcome(provider.grant(provider.claims(now_s(), 601), now_s())), "too long ago");
}

TEST_F(IdentityVerifierTest, EachWrongTokenIsRefusedForItsOwnReason) {
  expect_part(outcome_of("iss", "https://evil.example"), "no issuer and client");
  expect_part(outcome_of("aud", "news-client"), "no issuer and client");
  expect_part(outcome_of("azp", "news-client"), "party_wrong");
  expect_part(outcome_of("sub", nullptr), "subject_missing");
  expect_part(outcome_of("iat", nullptr), "when it was issued");
  expect_part(outcome_of("iat", now_s() + 100), "in the future");
  expect_part(outcome_of("exp", now_s() - 1000), "expired");
  expect_part(outcome(TrustedProvider::grant_of("a.b.c", now_s())), "");
  EXPECT_EQ(person, nullptr);
}

TEST_F(IdentityVerifierTest, AKeyThatIsNotTheIssuersProvesNothing) {
  const Issuer forger;
  const std::string own_key = forger.id_token(provider.claims(now_s()));
  expect_part(outcome(TrustedProvider::grant_of(own_key, now_s())), "key_unknown");
  nlohmann::json header = provider.issuer.header();
  const std::string borrowed_name = forger.sign(header, provider.claims(now_s()));
  expect_part(outcome(TrustedProvider::grant_of(borrowed_name, now_s())), "signature_bad");
  header["alg"] = "none";
  const std::string unsigned_one = encoded(header) + "." + encoded(provider.claims(now_s())) + ".";
  EXPECT_NE(outcome(TrustedProvider::grant_of(unsigned_one, now_s())), "");
  EXPECT_EQ(person, nullptr);
}

TEST_F(IdentityVerifierTest, WhatWasFoundIsKeptAsLongAsTheGrant) {
  auto grant = provider.grant(provider.claims(now_s()), now_s());
  EXPECT_EQ(outcome(grant), "");
  const auto first = person;
  EXPECT_EQ(outcome(grant), "");
  EXPECT_EQ(person, first);
  grant.reset();
  for (int i = 0; i < 3000; ++i) outcome(TrustedProvider::grant_of("a.b.c", now_s()));
  EXPECT_LE(verifier->kept(), 1001u);
}

TEST_F(IdentityVerifierTest, AnIssuerThatCannotBeReachedIsNamed) {
  trusted[0].pinned = nullptr;
  trusted[0].issuer = "https://127.0.0.1:1";
  token::Claims claims = provider.claims(now_s());
  claims["iss"] = "https://127.0.0.1:1";
  verifier = std::make_unique<IdentityVerifier>(loop, log.log(), trusted);
  std::string said;
  const auto waiting = verifier->verify(provider.grant(claims, now_s()),
                                        [&](const IdentityVerifier::Verdict& verdict) {
                                          said = verdict ? "proved" : verdict.error().reason;
                                        });
  ASSERT_TRUE(run_until(loop, [&] { return !said.empty(); }));
  expect_part(said, "the keys of https://127.0.0.1:1 cannot be had");
}

}  // namespace
}  // namespace hawser::test
