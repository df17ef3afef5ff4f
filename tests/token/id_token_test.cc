// SPDX-License-Identifier: Apache-2.0
#include "token/id_token.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "issuer.h"

namespace hawser::token {
namespace {

using test::Issuer;

const Issuer& issuer() {
  static const Issuer made;
  return made;
}

IdTokenWanted wanted() {
  IdTokenWanted wanted;
  wanted.issuer = Issuer::name;
  wanted.client_id = Issuer::client;
  wanted.nonce = "n-1";
  wanted.time = {Issuer::now_s, 60};
  return wanted;
}

std::string outcome(const std::string& compact, const IdTokenWanted& expected = wanted()) {
  const auto token = check_id_token(compact, issuer().keys(), expected);
  return token.ok() ? "ok" : std::string(name_of(token.error().fault));
}

std::string outcome_of(const std::function<void(Claims&)>& change,
                       const IdTokenWanted& expected = wanted()) {
  Claims claims = Issuer::id_claims();
  change(claims);
  return outcome(issuer().id_token(claims), expected);
}

TEST(IdToken, ARightOneTellsWhoSignedInAndHow) {
  const auto token = check_id_token(issuer().id_token(), issuer().keys(), wanted());
  ASSERT_TRUE(token.ok()) << token.error().reason;
  EXPECT_EQ(token->subject, "u-1");
  EXPECT_EQ(token->acr, "urn:strong");
  EXPECT_EQ(token->expires_s, Issuer::now_s + 300);
  EXPECT_EQ(token->signed_in_s, Issuer::now_s - 60);
}

struct WrongClaim {
  const char* what;
  const char* fault;
  std::function<void(Claims&)> change;
};

class IdTokenClaims : public testing::TestWithParam<WrongClaim> {};

TEST_P(IdTokenClaims, AWrongOneHasItsOwnReason) {
  EXPECT_EQ(outcome_of(GetParam().change), GetParam().fault);
}

const std::vector<WrongClaim> wrong_claims = {
    {"no issuer", "issuer_wrong", [](Claims& c) { c.erase("iss"); }},
    {"another issuer", "issuer_wrong", [](Claims& c) { c["iss"] = "https://login.example/"; }},
    {"an issuer that is no text", "malformed", [](Claims& c) { c["iss"] = {Issuer::name}; }},
    {"no audience", "audience_wrong", [](Claims& c) { c.erase("aud"); }},
    {"another client's token", "audience_wrong", [](Claims& c) { c["aud"] = "hr-client"; }},
    {"an empty audience", "audience_wrong", [](Claims& c) { c["aud"] = Claims::array(); }},
    {"an audience of numbers", "malformed", [](Claims& c) { c["aud"] = {1}; }},
    {"several audiences without a party", "party_wrong",
     [](Claims& c) {
       c["aud"] = {Issuer::client, "other"};
     }},
    {"another party", "party_wrong", [](Claims& c) { c["azp"] = "hr-client"; }},
    {"no subject", "subject_missing", [](Claims& c) { c.erase("sub"); }},
    {"an empty subject", "subject_missing", [](Claims& c) { c["sub"] = ""; }},
    {"a long subject", "subject_missing", [](Claims& c) { c["sub"] = std::string(256, 'a'); }},
    {"a subject with a line end", "subject_missing", [](Claims& c) { c["sub"] = "a\nb"; }},
    {"a subject that is a number", "malformed", [](Claims& c) { c["sub"] = 1; }},
    {"no expiry", "malformed", [](Claims& c) { c.erase("exp"); }},
    {"an expiry that is a text", "malformed", [](Claims& c) { c["exp"] = "1900000000"; }},
    {"an expiry past all time", "malformed", [](Claims& c) { c["exp"] = 1e300; }},
    {"a negative expiry", "malformed", [](Claims& c) { c["exp"] = -1; }},
    {"expired", "expired", [](Claims& c) { c["exp"] = Issuer::now_s - 60; }},
    {"no time of issue", "malformed", [](Claims& c) { c.erase("iat"); }},
    {"issued in the future", "not_yet_valid", [](Claims& c) { c["iat"] = Issuer::now_s + 61; }},
    {"not valid yet", "not_yet_valid", [](Claims& c) { c["nbf"] = Issuer::now_s + 61; }},
    {"no nonce", "nonce_wrong", [](Claims& c) { c.erase("nonce"); }},
    {"another nonce", "nonce_wrong", [](Claims& c) { c["nonce"] = "n-2"; }},
    {"a nonce that is a list", "malformed", [](Claims& c) { c["nonce"] = {"n-1"}; }},
    {"an acr that is a number", "malformed", [](Claims& c) { c["acr"] = 2; }},
    {"an amr of numbers", "malformed", [](Claims& c) { c["amr"] = {1}; }},
};
INSTANTIATE_TEST_SUITE_P(EachInTurn, IdTokenClaims, testing::ValuesIn(wrong_claims),
                         [](const auto& tried) {
                           std::string name = tried.param.what;
                           for (char& c : name)
                             if (c == ' ' || c == '\'') c = '_';
                           return name;
                         });

TEST(IdToken, ClocksMayDifferByTheSkewAndNoMore) {
  EXPECT_EQ(outcome_of([](Claims& c) { c["exp"] = Issuer::now_s - 59; }), "ok");
  EXPECT_EQ(outcome_of([](Claims& c) { c["iat"] = Issuer::now_s + 60; }), "ok");
  EXPECT_EQ(outcome_of([](Claims& c) { c["exp"] = Issuer::now_s + 0.5; }), "ok");
}

TEST(IdToken, SeveralAudiencesAreTakenWhereThePartyIsUs) {
  EXPECT_EQ(outcome_of([](Claims& c) {
              c["aud"] = {"other", Issuer::client};
              c["azp"] = Issuer::client;
            }),
            "ok");
}

TEST(IdToken, AStrengthThatWasAskedForMustBeThere) {
  IdTokenWanted strong = wanted();
  strong.acr_values = {"urn:mfa", "urn:strong"};
  EXPECT_EQ(outcome_of([](Claims&) {}, strong), "ok");
  EXPECT_EQ(outcome_of([](Claims& c) { c["acr"] = "urn:weak"; }, strong), "too_weak");
  EXPECT_EQ(outcome_of([](Claims& c) { c.erase("acr"); }, strong), "too_weak");
}

TEST(IdToken, ASignInThatIsTooOldOrNotToldIsRefusedWhereOneWasAskedFor) {
  IdTokenWanted fresh = wanted();
  fresh.max_age_s = 30;
  EXPECT_EQ(outcome_of([](Claims&) {}, fresh), "ok");  // 60 s ago, and 60 s of skew
  EXPECT_EQ(outcome_of([](Claims& c) { c["auth_time"] = Issuer::now_s - 91; }, fresh), "too_old");
  EXPECT_EQ(outcome_of([](Claims& c) { c.erase("auth_time"); }, fresh), "too_old");
  EXPECT_EQ(outcome_of([](Claims& c) { c["auth_time"] = Issuer::now_s + 61; }, fresh),
            "not_yet_valid");
}

TEST(IdToken, ItBelongsToTheAccessTokenThatCameWithIt) {
  IdTokenWanted both = wanted();
  both.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";  // OpenID Connect Core A.3
  EXPECT_EQ(outcome_of([](Claims& c) { c["at_hash"] = "77QmUPtjPfzWtF2AnpK9RQ"; }, both), "ok");
  EXPECT_EQ(outcome_of([](Claims& c) { c["at_hash"] = "77QmUPtjPfzWtF2AnpK9RA"; }, both),
            "access_token_wrong");
  EXPECT_EQ(outcome_of([](Claims& c) { c["at_hash"] = 1; }, both), "malformed");
}

TEST(IdToken, ARenewedOneIsOfTheSamePersonAndNeedsNoNonce) {
  IdTokenWanted renewed = wanted();
  renewed.nonce.clear();
  renewed.subject = "u-1";
  EXPECT_EQ(outcome_of([](Claims& c) { c.erase("nonce"); }, renewed), "ok");
  EXPECT_EQ(outcome_of([](Claims& c) { c["sub"] = "u-2"; }, renewed), "subject_wrong");
}

TEST(IdToken, ATokenOfAnotherPurposeIsNone) {
  for (const char* type : {"at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt"}) {
    nlohmann::json header = issuer().header();
    header["typ"] = type;
    EXPECT_EQ(outcome(issuer().sign(header, Issuer::id_claims())), "type_wrong") << type;
  }
  nlohmann::json header = issuer().header();
  header.erase("typ");
  EXPECT_EQ(outcome(issuer().sign(header, Issuer::id_claims())), "ok");
}

}  // namespace
}  // namespace hawser::token
