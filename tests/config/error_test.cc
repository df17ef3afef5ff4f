// SPDX-License-Identifier: Apache-2.0
#include "config/error.h"

#include <gtest/gtest.h>

namespace hawser::config {
namespace {

TEST(ConfigError, IsOneLineWhateverTheFileHolds) {
  ConfigError error;
  error.file = "engine.yaml";
  error.at = {3, 1};
  error.key = "li\nmits\x1b[2J";
  error.found = "an unknown\tkey\x7f";
  error.expected = "one of café";
  EXPECT_EQ(error.to_string(),
            "engine.yaml:3:1: li\\x0amits\\x1b[2J: found an unknown\\x09key\\x7f, "
            "expected one of café");
}

}  // namespace
}  // namespace hawser::config
