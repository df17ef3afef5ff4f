// SPDX-License-Identifier: Apache-2.0
#include "control/state_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/temp_folder.h"

namespace hawser::control {
namespace {

class StateDirTest : public testing::Test {
 protected:
  core::Result<StateDir> open(const std::string& trust_domain = "edge.example") {
    return StateDir::open(path(), trust_domain);
  }
  std::string path() const { return folder_ / "state"; }

  test::TempFolder folder_;
};

testing::AssertionResult fails_with(const core::Result<StateDir>& result,
                                    const std::string& words) {
  if (result.ok()) return testing::AssertionFailure() << "it was opened";
  if (result.error().reason.find(words) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << result.error().reason;
}

mode_t mode_of(const std::string& path) {
  struct stat facts {};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
  return facts.st_mode & 0777;
}

TEST_F(StateDirTest, MakesAPrivateFolderOnFirstUse) {
  auto state = open();
  ASSERT_TRUE(state.ok()) << state.error().reason;
  EXPECT_EQ(mode_of(path()), 0700u);
  EXPECT_EQ(mode_of(path() + "/engine.json"), 0600u);
  EXPECT_EQ(mode_of(path() + "/lock"), 0600u);
}

TEST_F(StateDirTest, TheEngineKeepsItsIdOverARestart) {
  model::Uuid id;
  {
    auto state = open();
    ASSERT_TRUE(state.ok());
    id = state->engine_id();
  }
  auto again = open();
  ASSERT_TRUE(again.ok()) << again.error().reason;
  EXPECT_EQ(again->engine_id(), id);
  EXPECT_FALSE(id.is_nil());
}

TEST_F(StateDirTest, ASecondEngineIsRefusedWhileTheFirstRuns) {
  auto first = open();
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(fails_with(open(), "another engine is using this state folder (process "));
  { StateDir gone = std::move(first).value(); }
  EXPECT_TRUE(open().ok());
}

TEST_F(StateDirTest, AFolderThatOthersMayEnterIsRefusedWithTheRemedy) {
  ASSERT_EQ(::mkdir(path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0755), 0);
  EXPECT_TRUE(fails_with(open(), "run `chmod 700 " + path() + "`"));
}

TEST_F(StateDirTest, AnotherTrustDomainIsRefused) {
  { ASSERT_TRUE(open().ok()); }
  EXPECT_TRUE(fails_with(open("other.example"), "set `trust_domain: edge.example`"));
  EXPECT_TRUE(open().ok());
}

TEST_F(StateDirTest, WhatIsNoTrustDomainIsRefused) {
  EXPECT_TRUE(fails_with(open("Edge.Example"), "no trust domain"));
  EXPECT_TRUE(fails_with(open(""), "no trust domain"));
}

TEST_F(StateDirTest, ANewerFolderIsRefused) {
  { ASSERT_TRUE(open().ok()); }
  std::ofstream(path() + "/engine.json") << R"({"schema": 2, "engine_id": "x"})";
  EXPECT_TRUE(fails_with(open(), "newer version"));
}

TEST_F(StateDirTest, ADamagedIdentityIsNamed) {
  { ASSERT_TRUE(open().ok()); }
  std::ofstream(path() + "/engine.json") << "{";
  EXPECT_TRUE(fails_with(open(), "/engine.json: damaged"));
}

TEST_F(StateDirTest, ASymbolicLinkIsNotFollowed) {
  { ASSERT_TRUE(open().ok()); }
  const std::string lock = path() + "/lock";
  ASSERT_EQ(::rename(lock.c_str(), (folder_ / "elsewhere").c_str()), 0);
  ASSERT_EQ(::symlink((folder_ / "elsewhere").c_str(), lock.c_str()), 0);
  EXPECT_TRUE(fails_with(open(), "symbolic link"));
}

}  // namespace
}  // namespace hawser::control
