// SPDX-License-Identifier: Apache-2.0
#include "access/rules_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace hawser::access {
namespace {

using model::AccessRule;
using testing::ElementsAre;
using ClaimValue = RuleNames::ClaimValue;

AccessRule rule(std::vector<std::string> groups, std::vector<model::ClaimValues> claims = {}) {
  AccessRule made;
  made.who.groups = std::move(groups);
  made.who.claims = std::move(claims);
  return made;
}

TEST(RuleNames, AreSortedAndEachOnce) {
  const RuleNames names({rule({"staff", "admins"}, {{"level", {"3", "2"}}}),
                         rule({"staff", "choir"}, {{"level", {"2"}}, {"area", {"x"}}})});
  EXPECT_THAT(names.groups_in_use(), ElementsAre("admins", "choir", "staff"));
  EXPECT_THAT(names.claims_in_use(), ElementsAre(ClaimValue{"area", "x"}, ClaimValue{"level", "2"},
                                                 ClaimValue{"level", "3"}));
  EXPECT_EQ(names.size(), 6u);
  EXPECT_EQ(names.bit_of_group("choir"), 1u);
  EXPECT_EQ(names.bit_of_claim("level", "2"), 4u);
  EXPECT_EQ(names.bit_of_group("2"), names.size());
  EXPECT_EQ(names.bit_of_claim("level", "x"), names.size());
}

TEST(RuleNames, DigestFollowsTheSetOfNamesAndNothingElse) {
  const uint64_t digest = RuleNames({rule({"a", "b"}, {{"c", {"d"}}})}).digest();
  AccessRule other = rule({"b", "a"}, {{"c", {"d", "d"}}});
  other.name = "renamed";
  other.who.users = {"somebody"};
  EXPECT_EQ(RuleNames({rule({"b"}), other}).digest(), digest);
  const std::vector<AccessRule> others = {
      rule({"a"}, {{"c", {"d"}}}),        rule({"a", "b", "c"}, {{"c", {"d"}}}),
      rule({"ab"}, {{"c", {"d"}}}),       rule({"a", "b"}, {{"c", {"e"}}}),
      rule({"a", "b"}, {{"cd", {"d"}}}),  rule({"a", "b"}, {{"d", {"c"}}}),
      rule({"a", "b", "1:c", "1:d"}, {}), rule({"a", "b"}),
  };
  for (size_t i = 0; i < others.size(); ++i)
    EXPECT_NE(RuleNames({others[i]}).digest(), digest) << i;
}

TEST(RuleNames, ClaimsOfATokenAreTextsNumbersTruthValuesOrListsOfThem) {
  const RuleNames names({rule({"staff"}, {{"department", {"hr", "it"}},
                                          {"email_verified", {"true"}},
                                          {"level", {"3"}},
                                          {"org", {"{}"}}})});
  const auto marks = names.marks_of(
      std::vector<std::string>{"staff", "others"},
      token::Claims::parse(
          R"({"department":["pr","it"],"email_verified":true,"level":3,"org":{},"hr":"department"})"));
  EXPECT_TRUE(marks.has(names.bit_of_group("staff")));
  EXPECT_TRUE(marks.has(names.bit_of_claim("department", "it")));
  EXPECT_FALSE(marks.has(names.bit_of_claim("department", "hr")));
  EXPECT_TRUE(marks.has(names.bit_of_claim("email_verified", "true")));
  EXPECT_TRUE(marks.has(names.bit_of_claim("level", "3")));
  EXPECT_FALSE(marks.has(names.bit_of_claim("org", "{}")));
  EXPECT_EQ(names.marks_of({}, token::Claims("no object")), PersonMarks());
}

TEST(RuleNames, BeyondTheLimitAreNobodys) {
  std::vector<std::string> groups;
  for (size_t i = 0; i < PersonMarks::limit + 5; ++i) groups.push_back(std::to_string(100'000 + i));
  const RuleNames names({rule(groups, {{"c", {"d"}}})});
  EXPECT_EQ(names.size(), PersonMarks::limit);
  EXPECT_EQ(names.bit_of_group(groups.back()), names.size());
  const auto marks = names.marks_of(groups, std::vector<model::ClaimValues>{{"c", {"d"}}});
  EXPECT_TRUE(marks.has(PersonMarks::limit - 1));
}

TEST(PersonMarks, ReadBackWhatTheyWriteForAsManyNames) {
  for (const size_t names : {size_t{0}, size_t{1}, size_t{8}, size_t{9}, size_t{64}, size_t{65},
                             size_t{PersonMarks::limit}}) {
    PersonMarks marks;
    for (size_t bit = 0; bit < names; bit += 3) marks.set(bit);
    const std::string bytes = marks.to_bytes(names);
    EXPECT_EQ(bytes.size(), (names + 7) / 8);
    const auto read = PersonMarks::from_bytes(bytes, names);
    ASSERT_TRUE(read.ok()) << names;
    EXPECT_EQ(*read, marks);
    EXPECT_FALSE(PersonMarks::from_bytes(bytes + "x", names).ok());
  }
  EXPECT_FALSE(PersonMarks::from_bytes("\x04", 2).ok()) << "a mark that no name has";
  EXPECT_FALSE(PersonMarks::from_bytes(std::string(300, '\0'), 2400).ok());
}

}  // namespace
}  // namespace hawser::access
