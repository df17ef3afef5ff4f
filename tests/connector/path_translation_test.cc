// SPDX-License-Identifier: Apache-2.0
#include "connector/path_translation.h"

#include <gtest/gtest.h>

namespace hawser::connector {
namespace {

std::string moved(std::string_view path, std::string_view from, std::string_view to) {
  return move_path(path, from, to).value_or("-");
}

TEST(MovePath, OnePrefixTakesTheOthersPlace) {
  EXPECT_EQ(moved("/base/a/b", "/base/", "/wiki/"), "/wiki/a/b");
  EXPECT_EQ(moved("/base/", "/base/", "/wiki/"), "/wiki/");
  EXPECT_EQ(moved("/base", "/base/", "/wiki/"), "/wiki");
  EXPECT_EQ(moved("/base", "/base/", "/"), "/");
  EXPECT_EQ(moved("/a", "/", "/wiki/"), "/wiki/a");
  EXPECT_EQ(moved("/", "/", "/wiki/"), "/wiki/");
  EXPECT_EQ(moved("", "/", "/wiki/"), "/wiki/");
}

TEST(MovePath, WhatIsNotBelowThePrefixIsNotMoved) {
  EXPECT_EQ(moved("/other", "/base/", "/wiki/"), "-");
  EXPECT_EQ(moved("/based/a", "/base/", "/wiki/"), "-");
  EXPECT_EQ(moved("/", "/base/", "/wiki/"), "-");
  EXPECT_EQ(moved("", "/base/", "/wiki/"), "-");
  EXPECT_EQ(moved("/BASE/a", "/base/", "/wiki/"), "-");
}

TEST(MovePath, EncodingMakesNoDifferenceButThatOfASlash) {
  EXPECT_EQ(moved("/b%61se/%41", "/base/", "/wiki/"), "/wiki/%41");
  EXPECT_EQ(moved("/base%2Fa", "/base/", "/wiki/"), "-");
  EXPECT_EQ(moved("/%c3%a9/a", "/%C3%A9/", "/wiki/"), "/wiki/a");
  EXPECT_EQ(moved("/base/a%2Fb", "/base/", "/wiki/"), "/wiki/a%2Fb");
}

TEST(MovePath, DotSegmentsDecideWhereAPathIs) {
  EXPECT_EQ(moved("/base/../secret", "/base/", "/wiki/"), "-");
  EXPECT_EQ(moved("/base/%2e%2E/secret", "/base/", "/wiki/"), "-");
  EXPECT_EQ(moved("/x/../base/./a", "/base/", "/wiki/"), "/wiki/a");
  EXPECT_EQ(moved("/base/a/..", "/base/", "/wiki/"), "/wiki/");
}

TEST(ResolvePath, FollowsRfc3986) {
  const auto resolved = [](std::string_view relative) { return resolve_path("/b/c/d", relative); };
  EXPECT_EQ(resolved("g"), "/b/c/g");
  EXPECT_EQ(resolved("./g"), "/b/c/g");
  EXPECT_EQ(resolved("g/"), "/b/c/g/");
  EXPECT_EQ(resolved("."), "/b/c/");
  EXPECT_EQ(resolved(".."), "/b/");
  EXPECT_EQ(resolved("../g"), "/b/g");
  EXPECT_EQ(resolved("../../g"), "/g");
  EXPECT_EQ(resolved("../../../g"), "/g");
  EXPECT_EQ(resolved("g..;x=1/../y"), "/b/c/y");
  EXPECT_EQ(resolve_path("*", "g"), "/g");
}

}  // namespace
}  // namespace hawser::connector
