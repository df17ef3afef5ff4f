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

TEST(PathPrefix, TellsWhatSomeServersTakeForIt) {
  for (const char* path :
       {"/wiki;v=1/a", "/wiki;/a", "/wiki;v=1", "/;v=1/wiki/a", "/;/wiki", "/;a;b/;c/wiki;d/e"}) {
    EXPECT_TRUE(covers_but_for_parameters("/wiki/", path)) << path;
    EXPECT_FALSE(covers("/wiki/", path)) << path;
    EXPECT_FALSE(covers_but_for_parameters("/", path)) << path;  // it does as it is written
  }
  EXPECT_TRUE(covers_but_for_parameters("/a/b/", "/a;x/b;y/c"));
  EXPECT_TRUE(covers_but_for_parameters("/a/b/", "/a/;x/b/c"));
  for (const char* path : {"/wiki/;v=1", "/wiki/a;v=1", "/wik;i/", "/wi;v/ki/", "/a;/wiki/",
                           "/;wiki/", "/wikis;v=1/", "/;v=1"})
    EXPECT_FALSE(covers_but_for_parameters("/wiki/", path)) << path;
}

}  // namespace
}  // namespace hawser::message
