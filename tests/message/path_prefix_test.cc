// SPDX-License-Identifier: Apache-2.0
#include "message/path_prefix.h"

#include <gtest/gtest.h>

namespace hawser::message {
namespace {

TEST(PathPrefix, CoversWhatLiesBelowAndTheFolderItself) {
  for (const char* path : {"/wiki/", "/wiki", "/wiki/a", "/wiki//a"}) {
    EXPECT_TRUE(covers("/wiki/", path)) << path;
    EXPECT_TRUE(covers("/", path)) << path;
  }
  for (const char* path : {"/", "/wik", "/wikis/", "/Wiki/", "/a/wiki/", "*"})
    EXPECT_FALSE(covers("/wiki/", path)) << path;
  EXPECT_TRUE(covers("/", "*"));
}

TEST(PathPrefix, PassesOverParametersAsSomeServersDo) {
  for (const char* path : {"/wiki;v=1/a", "/wiki;/a", "/wiki;v=1", "/wiki/;v=1", "/;v=1/wiki/a",
                           "/;/wiki", "/;a;b/;c/wiki;d/e", "/wiki/a;v=1"}) {
    EXPECT_TRUE(covers("/wiki/", path)) << path;
    EXPECT_TRUE(covers("/", path)) << path;
  }
  EXPECT_TRUE(covers("/a/b/", "/a;x/b;y/c"));
  EXPECT_TRUE(covers("/a/b/", "/a/;x/b/c"));
  EXPECT_TRUE(covers("/wiki;v=1/", "/wiki;v=1/a"));
  for (const char* path : {"/wik;i/", "/wi;v/ki/", "/a;/wiki/", "/;wiki/", "/wikis;v=1/", "/;v=1"})
    EXPECT_FALSE(covers("/wiki/", path)) << path;
}

}  // namespace
}  // namespace hawser::message
