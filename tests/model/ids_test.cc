// SPDX-License-Identifier: Apache-2.0
#include "model/ids.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace hawser::model {
namespace {

TEST(Uuid, ReadsBackWhatItWrites) {
  const std::string text = "0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5d";
  const auto id = Uuid::parse(text);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->to_string(), text);
  EXPECT_EQ(id->version(), 4);
}

TEST(Uuid, HasOneSpelling) {
  for (const char* text :
       {"", "0b4c2f6e", "0B4C2F6E-8A51-4D3B-9F0E-6C1D2A3B4C5D",
        "{0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b}", "0b4c2f6e8a51-4d3b-9f0e-6c1d2a3b4c5d1",
        "0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5g"}) {
    EXPECT_FALSE(Uuid::parse(text).ok()) << text;
  }
}

TEST(Uuid, Version4TakesItsEntropy) {
  std::array<uint8_t, 16> entropy;
  entropy.fill(0xff);
  EXPECT_EQ(uuid_v4(entropy).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST(Uuid, Version7BeginsWithItsTime) {
  std::array<uint8_t, 10> entropy{};
  EXPECT_EQ(uuid_v7(0x017f22e279b0, entropy).to_string(), "017f22e2-79b0-7000-8000-000000000000");
  EXPECT_LT(uuid_v7(1000, entropy), uuid_v7(1001, entropy));
}

TEST(Names, AreSmallLettersDigitsAndHyphens) {
  EXPECT_TRUE(is_name("wiki-2"));
  EXPECT_TRUE(is_name(std::string(63, 'a')));
  EXPECT_FALSE(is_name(""));
  EXPECT_FALSE(is_name(std::string(64, 'a')));
  EXPECT_FALSE(is_name("Wiki"));
  EXPECT_FALSE(is_name("a_b"));
  EXPECT_FALSE(is_name("a/b"));
}

}  // namespace
}  // namespace hawser::model
