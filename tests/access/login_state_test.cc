// SPDX-License-Identifier: Apache-2.0
#include "access/login_state.h"

#include <gtest/gtest.h>

#include <string>

#include "access/cookies.h"
#include "access/query.h"
#include "access/token_request.h"
#include "model/ids.h"

namespace hawser::access {
namespace {

LoginState begun() {
  LoginState login;
  login.id = std::string(16, '\x02');
  login.app = "wiki";
  login.provider = "main";
  login.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  login.nonce = "n-1";
  login.return_to = "/page?a=b&c=%20";
  login.begun_s = 1000;
  login.acr_values = {"urn:mfa"};
  login.max_age_s = 0;
  return login;
}

TEST(LoginState, NoAppsSessionHasItsCookies) {
  for (const std::string_view cookie :
       {LoginState::cookie_name, LoginState::fragment_cookie_prefix}) {
    ASSERT_TRUE(cookie.starts_with(own_cookie_prefix));
    EXPECT_FALSE(model::is_name(cookie.substr(own_cookie_prefix.size()))) << cookie;
  }
}

TEST(LoginState, ComesBackToItsBrowserAndHostInTime) {
  const KeyRing keys = KeyRing().rotated(0, 1, 1);
  const std::string browser = new_browser_secret();
  const std::string state = begun().seal(keys, "wiki.example", browser);
  const auto open = [&](std::string_view host, std::string_view secret, int64_t now_s) {
    return LoginState::open(keys, host, secret, state, now_s);
  };
  const auto back = open("wiki.example", browser, 1000 + LoginState::lifetime_s);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->return_to, begun().return_to);
  EXPECT_EQ(back->verifier, begun().verifier);
  EXPECT_EQ(back->acr_values, begun().acr_values);
  EXPECT_EQ(back->max_age_s, 0u);
  EXPECT_FALSE(open("wiki.example", browser, 1001 + LoginState::lifetime_s));
  EXPECT_FALSE(open("hr.example", browser, 1000));
  EXPECT_FALSE(open("wiki.example", new_browser_secret(), 1000));
  EXPECT_FALSE(open("wiki.example", "", 1000));
}

TEST(LoginState, TheChallengeIsThatOfRfc7636) {
  EXPECT_EQ(begun().challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(Query, AParameterIsDecoded) {
  EXPECT_EQ(query_value("a=1&to=%2Fx%3Fy%3Dz+1&b", "to"), "/x?y=z 1");
  EXPECT_EQ(query_value("a=1&b", "b"), "");
  EXPECT_EQ(query_value("%61=1", "a"), "1");
  EXPECT_TRUE(query_names("%61=1&a=%", "a"));
  EXPECT_FALSE(query_names("b=a&ab", "a"));
}

TEST(Query, WhatIsAbsentTwiceOrBadlyEncodedIsNothing) {
  for (const char* query : {"", "b=1", "a=1&a=1", "a=%4", "a=%zz", "a=%"})
    EXPECT_FALSE(query_value(query, "a")) << query;
}

TEST(Form, IsEncodedAsItIsRead) {
  const std::string value = "/x?y=z&a=\"b c\"+%\xC3\xA4";
  EXPECT_EQ(query_value(encode_form({{"x", "1"}, {"to", value}}), "to"), value);
}

}  // namespace
}  // namespace hawser::access
