// SPDX-License-Identifier: Apache-2.0
#include "access/key_ring.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::access {
namespace {

constexpr int64_t day_s = 24 * 3600;

KeyRing ring_at(int64_t now_s, const KeyRing& before = KeyRing()) {
  return before.rotated(now_s, 7 * day_s, 31 * day_s);
}

TEST(KeyRing, WhatIsSealedIsOpenedForItsPurposeAlone) {
  const KeyRing ring = ring_at(0);
  const std::string sealed = ring.seal("session\nwiki", "alice");
  ASSERT_TRUE(ring.open("session\nwiki", sealed).ok());
  EXPECT_EQ(*ring.open("session\nwiki", sealed), "alice");
  EXPECT_FALSE(ring.open("session\nhr", sealed).ok());
  EXPECT_FALSE(ring_at(0).open("session\nwiki", sealed).ok());
  EXPECT_EQ(sealed.size(), KeyRing::sealed_size(5));
}

TEST(KeyRing, EveryBitCounts) {
  const KeyRing ring = ring_at(0);
  const std::string sealed = ring.seal("p", "secret");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string flipped = sealed;
    flipped[i] = flipped[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ring.open("p", flipped).ok()) << i;
  }
  for (size_t length = 0; length < sealed.size(); ++length)
    EXPECT_FALSE(ring.open("p", sealed.substr(0, length)).ok()) << length;
}

TEST(KeyRing, ARotationOpensWhatTheOldKeySealed) {
  const KeyRing first = ring_at(0);
  const std::string sealed = first.seal("p", "old");
  const KeyRing second = ring_at(7 * day_s, first);
  ASSERT_EQ(second.keys().size(), 2u);
  EXPECT_TRUE(second.open("p", sealed).ok());
  EXPECT_FALSE(first.open("p", second.seal("p", "new")).ok());
}

TEST(KeyRing, AKeyGoesOnceNothingThatItSealedCanLive) {
  const KeyRing second = ring_at(7 * day_s, ring_at(0));
  EXPECT_EQ(ring_at(37 * day_s, second).keys().front().id, 1u);
  EXPECT_EQ(ring_at(39 * day_s, second).keys().front().id, 2u);
}

TEST(KeyRing, ItIsNotRotatedBeforeItsTime) {
  const KeyRing first = ring_at(0);
  EXPECT_EQ(ring_at(7 * day_s - 1, first).to_json(), first.to_json());
}

TEST(KeyRing, ItIsKeptAndReadAgain) {
  const KeyRing ring = ring_at(7 * day_s, ring_at(0));
  const auto read = KeyRing::parse(ring.to_json());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read->open("p", ring.seal("p", "kept")), "kept");
  for (const char* text :
       {"", "{}", R"({"keys":[]})", R"({"keys":[{"id":1,"made_s":0,"key":"AA"}]})"})
    EXPECT_FALSE(KeyRing::parse(text).ok()) << text;
}

}  // namespace
}  // namespace hawser::access
