// SPDX-License-Identifier: Apache-2.0
#include "token/key_freshness.h"

#include <gtest/gtest.h>

namespace hawser::token {
namespace {

uint64_t fresh_s(std::initializer_list<const char*> lines) {
  message::Fields fields;
  for (const char* line : lines) fields.add("Cache-Control", line);
  return keys_fresh_ms(fields) / 1000;
}

TEST(KeyFreshness, IsWhatTheIssuerSaysWithinBounds) {
  EXPECT_EQ(fresh_s({"public, max-age=300"}), 300u);
  EXPECT_EQ(fresh_s({"Max-Age=61"}), 61u);
  EXPECT_EQ(fresh_s({"max-age=0"}), 60u);
  EXPECT_EQ(fresh_s({"max-age=86400"}), 600u);
  EXPECT_EQ(fresh_s({"max-age=99999999999999999999999"}), 600u);
}

TEST(KeyFreshness, IsLongestWithoutAWordAndShortestWhereNothingMayBeKept) {
  EXPECT_EQ(fresh_s({}), 600u);
  EXPECT_EQ(fresh_s({"max-age="}), 600u);
  EXPECT_EQ(fresh_s({"max-age=-5"}), 600u);
  EXPECT_EQ(fresh_s({"public, s-maxage=100"}), 600u);
  EXPECT_EQ(fresh_s({"no-store"}), 60u);
  EXPECT_EQ(fresh_s({"no-cache, max-age=300"}), 60u);
}

TEST(KeyFreshness, TheStricterOfSeveralWordsCounts) {
  EXPECT_EQ(fresh_s({"max-age=300", "max-age=120"}), 120u);
  EXPECT_EQ(fresh_s({"max-age=120, max-age=300"}), 120u);
}

}  // namespace
}  // namespace hawser::token
