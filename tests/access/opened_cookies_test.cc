// SPDX-License-Identifier: Apache-2.0
#include "access/opened_cookies.h"

#include <gtest/gtest.h>

namespace hawser::access {
namespace {

class OpenedCookiesTest : public ::testing::Test {
 protected:
  OpenedCookiesTest() {
    facts_.session = std::string(16, '\x01');
    facts_.subject = facts_.user = "ada";
    facts_.expires_s = 1000;
    sealed_ = SessionCookie::seal(keys_, "wiki", "wiki.example", facts_).value();
  }
  std::shared_ptr<const SessionFacts> open(std::string_view app, std::string_view host,
                                           const std::string& value) {
    return opened_.open(keys_, app, host, value);
  }

  KeyRing keys_ = KeyRing().rotated(0, 1000, 1000);
  SessionFacts facts_;
  std::string sealed_;
  OpenedCookies opened_;
};

TEST_F(OpenedCookiesTest, TheSameCookieIsOpenedOnce) {
  const auto first = open("wiki", "wiki.example", sealed_);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(*first, facts_);
  EXPECT_EQ(open("wiki", "wiki.example", sealed_), first);
}

TEST_F(OpenedCookiesTest, WhatIsRememberedOpensNoOtherAppAndNoOtherHost) {
  ASSERT_NE(open("wiki", "wiki.example", sealed_), nullptr);
  EXPECT_EQ(open("mail", "wiki.example", sealed_), nullptr);
  EXPECT_EQ(open("wiki", "mail.example", sealed_), nullptr);
}

TEST_F(OpenedCookiesTest, OfAnotherValueNothingIsRemembered) {
  ASSERT_NE(open("wiki", "wiki.example", sealed_), nullptr);
  for (size_t i = 0; i < sealed_.size(); ++i) {
    std::string other = sealed_;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(open("wiki", "wiki.example", other), nullptr) << i;
  }
}

TEST_F(OpenedCookiesTest, ACookieWhoseKeyHasGoneOpensNothing) {
  ASSERT_NE(open("wiki", "wiki.example", sealed_), nullptr);
  keys_ = KeyRing().rotated(0, 1000, 1000);
  opened_.forget();
  EXPECT_EQ(open("wiki", "wiki.example", sealed_), nullptr);
}

TEST_F(OpenedCookiesTest, MorePeopleThanAreRememberedAreAllKnown) {
  for (size_t i = 0; i < 2 * OpenedCookies::kept; ++i) {
    facts_.user = "user " + std::to_string(i);
    const auto sealed = SessionCookie::seal(keys_, "wiki", "wiki.example", facts_).value();
    for (int again = 0; again < 2; ++again) {
      const auto opened = open("wiki", "wiki.example", sealed);
      ASSERT_NE(opened, nullptr);
      EXPECT_EQ(opened->user, facts_.user);
    }
  }
}

}  // namespace
}  // namespace hawser::access
