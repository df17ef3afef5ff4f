// SPDX-License-Identifier: Apache-2.0
#include "token/identity_values.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace hawser::token {
namespace {

std::string told(const Claims& claims, const std::string& claim,
                 const std::vector<std::string>& values = {}) {
  return identity_values({{"X-Field", claim, values}}, "groups", claims).front();
}

TEST(IdentityValues, AClaimIsToldAsItsText) {
  const Claims claims{
      {"email", "a@b.example"}, {"level", 7}, {"staff", true}, {"name", "Zoë, the 2nd"}};
  EXPECT_EQ(told(claims, "email"), "a@b.example");
  EXPECT_EQ(told(claims, "level"), "7");
  EXPECT_EQ(told(claims, "staff"), "true");
  EXPECT_EQ(told(claims, "name"), "Zoë, the 2nd");
}

TEST(IdentityValues, AListIsToldWithCommasAndWithoutMembersThatHoldOne) {
  EXPECT_EQ(told({{"groups", {"a", "b", 3}}}, "groups"), "a,b,3");
  EXPECT_EQ(told({{"groups", {"a", "b,admin", "c\nd", "", " ", "e"}}}, "groups"), "a,e");
  EXPECT_EQ(told({{"groups", {"a", nullptr, {"b"}, "c"}}}, "groups"), "a,c");
}

TEST(IdentityValues, AGroupAloneIsAListOfOne) {
  EXPECT_EQ(told({{"groups", "staff"}}, "groups"), "staff");
  EXPECT_EQ(told({{"groups", "staff,admin"}}, "groups"), "");
}

TEST(IdentityValues, OnlyTheValuesThatAreNamedAreTold) {
  const Claims claims{{"groups", {"a", "b", "c"}}, {"department", "hr"}};
  EXPECT_EQ(told(claims, "groups", {"c", "a", "x"}), "a,c");
  EXPECT_EQ(told(claims, "groups", {"x"}), "");
  EXPECT_EQ(told(claims, "department", {"hr"}), "hr");
  EXPECT_EQ(told(claims, "department", {"it"}), "");
}

TEST(IdentityValues, WhatNoFieldCanHoldIsNotTold) {
  EXPECT_EQ(told({{"name", "a\r\nX-Admin: yes"}}, "name"), "");
  EXPECT_EQ(told({{"name", "a\tb"}}, "name"), "");
  EXPECT_EQ(told({{"name", std::string("a\0b", 3)}}, "name"), "");
  EXPECT_EQ(told({{"name", {{"given", "Ada"}}}}, "name"), "");
  EXPECT_EQ(told({{"name", nullptr}}, "name"), "");
  EXPECT_EQ(told({{"name", "  "}}, "name"), "");
  EXPECT_EQ(told(Claims::object(), "name"), "");
  EXPECT_EQ(told("no object", "name"), "");
}

TEST(IdentityValues, TheyStandForClaimsInTheOrderOfTheFields) {
  const std::vector<model::IdentityField> fields{{"X-User", "email", {}}, {"X-Dept", "dept", {}}};
  EXPECT_EQ(claims_told(fields, {"a@b", ""}),
            (std::vector<std::string>{"email", "a@b", "dept", ""}));
  EXPECT_TRUE(claims_told(fields, {"a@b"}).empty()) << "of another mapping";
}

}  // namespace
}  // namespace hawser::token
