// SPDX-License-Identifier: Apache-2.0
// Access tokens of programs, and logout tokens.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "issuer.h"
#include "token/access_token.h"
#include "token/logout_token.h"

namespace hawser::token {
namespace {

using test::Issuer;

constexpr const char* logout_event = "http://schemas.openid.net/event/backchannel-logout";

const Issuer& issuer() {
  static const Issuer made;
  return made;
}

std::string signed_as(const char* type, const Claims& claims) {
  nlohmann::json header = issuer().header();
  header["typ"] = type;
  return issuer().sign(header, claims);
}

std::string access_outcome(const std::function<void(Claims&)>& change,
                           const char* type = "at+jwt") {
  Claims claims{{"iss", Issuer::name},      {"aud", "api://wiki"},      {"sub", "robot"},
                {"client_id", "robot-app"}, {"iat", Issuer::now_s - 1}, {"jti", "1"},
                {"exp", Issuer::now_s + 60}};
  change(claims);
  const AccessTokenWanted wanted{Issuer::name, "api://wiki", {Issuer::now_s, 60}};
  const auto token = check_access_token(signed_as(type, claims), issuer().keys(), wanted);
  return token.ok() ? token->subject : std::string(name_of(token.error().fault));
}

std::string logout_outcome(const std::function<void(Claims&)>& change,
                           const char* type = "logout+jwt") {
  Claims claims{{"iss", Issuer::name},  {"aud", Issuer::client},
                {"sub", "u-1"},         {"sid", "s-1"},
                {"iat", Issuer::now_s}, {"exp", Issuer::now_s + 120},
                {"jti", "1"},           {"events", {{logout_event, Claims::object()}}}};
  change(claims);
  const LogoutTokenWanted wanted{Issuer::name, Issuer::client, {Issuer::now_s, 60}};
  const auto token = check_logout_token(signed_as(type, claims), issuer().keys(), wanted);
  return token.ok() ? token->subject + "/" + token->provider_session
                    : std::string(name_of(token.error().fault));
}

TEST(AccessToken, ARightOneNamesItsProgram) {
  EXPECT_EQ(access_outcome([](Claims&) {}), "robot");
  EXPECT_EQ(access_outcome([](Claims&) {}, "application/at+JWT"), "robot");
}

TEST(AccessToken, AnIdTokenIsNone) {
  EXPECT_EQ(access_outcome([](Claims&) {}, "JWT"), "type_wrong");
  EXPECT_EQ(access_outcome([](Claims&) {}, ""), "type_wrong");
}

TEST(AccessToken, EachOfItsClaimsMustBeRight) {
  EXPECT_EQ(access_outcome([](Claims& c) { c["iss"] = "https://evil.example"; }), "issuer_wrong");
  EXPECT_EQ(access_outcome([](Claims& c) { c["aud"] = "api://hr"; }), "audience_wrong");
  EXPECT_EQ(access_outcome([](Claims& c) { c["exp"] = Issuer::now_s - 61; }), "expired");
  EXPECT_EQ(access_outcome([](Claims& c) { c.erase("sub"); }), "subject_missing");
  for (const char* name : {"iat", "jti", "client_id", "exp"})
    EXPECT_EQ(access_outcome([name](Claims& c) { c.erase(name); }), "malformed") << name;
  EXPECT_EQ(access_outcome([](Claims& c) { c["client_id"] = 1; }), "malformed");
}

TEST(AccessToken, OneThatIsBoundToAKeyIsNoBearersToken) {
  EXPECT_EQ(access_outcome([](Claims& c) { c["cnf"] = {{"jkt", "0"}}; }), "proof_missing");
}

TEST(LogoutToken, NamesASessionOrAPerson) {
  EXPECT_EQ(logout_outcome([](Claims&) {}), "u-1/s-1");
  EXPECT_EQ(logout_outcome([](Claims& c) { c.erase("sid"); }, "JWT"), "u-1/");
  EXPECT_EQ(logout_outcome([](Claims& c) { c.erase("sub"); }, ""), "/s-1");
  EXPECT_EQ(logout_outcome([](Claims& c) {
              c.erase("sub");
              c.erase("sid");
            }),
            "subject_missing");
}

TEST(LogoutToken, AnIdTokenIsNone) {
  EXPECT_EQ(logout_outcome([](Claims& c) { c["nonce"] = "n-1"; }), "event_wrong");
  EXPECT_EQ(logout_outcome([](Claims& c) { c.erase("events"); }), "event_wrong");
  EXPECT_EQ(logout_outcome([](Claims& c) { c["events"] = {logout_event}; }), "event_wrong");
  EXPECT_EQ(logout_outcome([](Claims&) {}, "at+jwt"), "type_wrong");
}

TEST(LogoutToken, IsNotUsedLate) {
  EXPECT_EQ(logout_outcome([](Claims& c) { c["exp"] = Issuer::now_s - 60; }), "expired");
  EXPECT_EQ(logout_outcome([](Claims& c) {
              c.erase("exp");
              c["iat"] = Issuer::now_s - 180;
            }),
            "expired");
  EXPECT_EQ(logout_outcome([](Claims& c) { c.erase("iat"); }), "malformed");
  EXPECT_EQ(logout_outcome([](Claims& c) { c.erase("jti"); }), "malformed");
}

}  // namespace
}  // namespace hawser::token
