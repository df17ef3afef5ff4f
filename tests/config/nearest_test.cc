// SPDX-License-Identifier: Apache-2.0
#include "config/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::config {
namespace {

constexpr std::string_view keys[] = {"host", "path", "origin", "origins", "memory_limit", "log"};

TEST(Nearest, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("host", "host"), 0u);
  EXPECT_EQ(edit_distance("", "host"), 4u);
  EXPECT_EQ(edit_distance("hots", "host"), 1u);
  EXPECT_EQ(edit_distance("hosts", "host"), 1u);
  EXPECT_EQ(edit_distance("hoxt", "host"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Nearest, FindsTheRightWord) {
  EXPECT_EQ(nearest("hots", keys), "host");
  EXPECT_EQ(nearest("origns", keys), "origins");
  EXPECT_EQ(nearest("Memory-Limit", keys), "memory_limit");
  EXPECT_EQ(nearest("memory", keys), "memory_limit");
  EXPECT_EQ(nearest("hostname", keys), "host");
  EXPECT_EQ(nearest("lgo", keys), "log");
}

TEST(Nearest, GivesNothingWhereNothingIsNear) {
  EXPECT_EQ(nearest("colour", keys), "");
  EXPECT_EQ(nearest("", keys), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), keys), "");
}

}  // namespace
}  // namespace hawser::config
