// SPDX-License-Identifier: Apache-2.0
#include "connector/state_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "support/temp_folder.h"

namespace hawser::connector {
namespace {

Identity some_identity() {
  return {"2f1c0000-0000-4000-8000-000000000001",
          "default",
          "edge.example",
          {"edge.example:7443"},
          {"edge2.example:7443"}};
}

mode_t mode_of(const std::string& path) {
  struct stat facts = {};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
  return facts.st_mode & 07777;
}

TEST(StateDir, WhatIsSavedIsLoaded) {
  const test::TempFolder folder;
  auto state = StateDir::create(folder / "state");
  ASSERT_TRUE(state) << state.error().reason;
  EXPECT_FALSE(state->enrolled());
  ASSERT_TRUE(
      state->save_credentials({"-----BEGIN PRIVATE KEY-----\nk\n-----END PRIVATE KEY-----\n",
                               "-----BEGIN CERTIFICATE-----\nc\n-----END CERTIFICATE-----\n"}));
  ASSERT_TRUE(state->save_authorities("authorities"));
  ASSERT_TRUE(state->save_identity(some_identity()));
  EXPECT_TRUE(state->enrolled());
  EXPECT_EQ(state->load_identity().value(), some_identity());
  EXPECT_EQ(state->load_authorities().value(), "authorities");
  EXPECT_TRUE(state->load_credentials()->private_key_pem.starts_with("-----BEGIN PRIVATE KEY"));
  EXPECT_TRUE(state->load_credentials()->certificate_pem.starts_with("-----BEGIN CERTIFICATE"));
}

TEST(StateDir, FolderAndFilesAreTheOwnersAlone) {
  const test::TempFolder folder;
  const mode_t before = ::umask(0);
  auto state = StateDir::create(folder / "state");
  ASSERT_TRUE(state);
  ASSERT_TRUE(state->save_credentials({"key", "certificate"}));
  ASSERT_TRUE(state->lock());
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "state"), 0700u);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "state"))
    EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
}

TEST(StateDir, AFolderOrFileThatOthersCanReadIsRefusedWithTheRemedy) {
  const test::TempFolder folder;
  auto state = StateDir::create(folder / "state");
  ASSERT_TRUE(state->save_authorities("authorities"));
  ASSERT_EQ(::chmod((folder / "state/authorities.pem").c_str(), 0644), 0);
  const auto read = state->load_authorities();
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().reason.find("chmod 600"), std::string::npos) << read.error().reason;
  ASSERT_EQ(::chmod((folder / "state").c_str(), 0750), 0);
  const auto opened = StateDir::open(folder / "state");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().reason.find("chmod 700"), std::string::npos) << opened.error().reason;
}

TEST(StateDir, OnlyOneProgramUsesAFolder) {
  const test::TempFolder folder;
  auto first = StateDir::create(folder / "state");
  auto second = StateDir::open(folder / "state");
  ASSERT_TRUE(first->lock());
  EXPECT_FALSE(second->lock());
}

TEST(StateDir, AFolderThatIsMissingSaysHowToEnrol) {
  const auto state = StateDir::open("/nonexistent/state");
  ASSERT_FALSE(state);
  EXPECT_NE(state.error().reason.find("enrol"), std::string::npos);
}

TEST(StateDir, ANewerSchemaIsRefused) {
  const test::TempFolder folder;
  auto state = StateDir::create(folder / "state");
  ASSERT_TRUE(state->save_identity(some_identity()));
  std::ofstream(folder / "state/identity.json") << R"({"schema": 2})";
  const auto identity = state->load_identity();
  ASSERT_FALSE(identity);
  EXPECT_NE(identity.error().reason.find("schema 2"), std::string::npos);
}

TEST(StateDir, DamagedFilesAreErrorsNotCrashes) {
  const test::TempFolder folder;
  auto state = StateDir::create(folder / "state");
  ASSERT_TRUE(state->save_identity(some_identity()));
  ASSERT_TRUE(state->save_credentials({"a", "b"}));
  for (const char* text : {"", "{", "[]", "null", R"({"schema": "1"})", R"({"schema": 1})",
                           R"({"schema": 1, "connector_id": 7, "engines": [1]})"}) {
    std::ofstream(folder / "state/identity.json") << text;
    EXPECT_FALSE(state->load_identity()) << text;
  }
  EXPECT_FALSE(state->load_credentials());
}

}  // namespace
}  // namespace hawser::connector
