// SPDX-License-Identifier: Apache-2.0
#include "access/signing_ring.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace hawser::access {
namespace {

constexpr int64_t first_s = 1'800'000'000;
constexpr int64_t second_s = first_s + SigningRing::rotate_after_s;
constexpr int64_t hour_s = 3600;

SigningRing ring_of_two() { return *SigningRing().rotated(first_s)->rotated(second_s); }

std::string signer(const SigningRing& ring, int64_t now_s) { return ring.signer(now_s)->id; }

TEST(SigningRing, TheFirstKeySignsAtOnce) {
  const SigningRing ring = *SigningRing().rotated(first_s);
  ASSERT_EQ(ring.keys().size(), 1u);
  EXPECT_EQ(signer(ring, first_s), ring.keys()[0].id);
  EXPECT_EQ(SigningRing().signer(first_s), nullptr);
}

TEST(SigningRing, ANewKeyComesAfterAMonth) {
  const SigningRing ring = *SigningRing().rotated(first_s);
  EXPECT_EQ(ring.rotated(second_s - 1)->keys().size(), 1u);
  EXPECT_EQ(ring.rotated(second_s)->keys().size(), 2u);
}

TEST(SigningRing, AKeyIsPublishedForAnHourBeforeItSigns) {
  const SigningRing ring = ring_of_two();
  EXPECT_EQ(signer(ring, second_s), ring.keys()[0].id);
  EXPECT_EQ(signer(ring, second_s + hour_s), ring.keys()[0].id);
  EXPECT_EQ(signer(ring, second_s + SigningRing::published_before_s), ring.keys()[1].id);
}

TEST(SigningRing, AnOldKeyStaysUntilNothingThatItSignedIsValid) {
  const SigningRing ring = ring_of_two();
  const int64_t signs_s = second_s + SigningRing::published_before_s;
  EXPECT_EQ(ring.rotated(signs_s + hour_s)->keys().size(), 2u);
  const SigningRing later = *ring.rotated(signs_s + SigningRing::published_after_s);
  ASSERT_EQ(later.keys().size(), 1u);
  EXPECT_EQ(later.keys()[0].id, ring.keys()[1].id);
}

TEST(SigningRing, ItComesBackFromTheStoreAsItWas) {
  const SigningRing ring = ring_of_two();
  const auto back = SigningRing::parse(ring.to_json());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->to_json(), ring.to_json());
  EXPECT_EQ(back->jwk_set(), ring.jwk_set());
  for (const char* damaged : {"", "{}", R"({"keys":[]})", R"({"keys":[{"made_s":1,"key":"x"}]})"})
    EXPECT_FALSE(SigningRing::parse(damaged).ok()) << damaged;
}

TEST(SigningRing, OnlyPublicHalvesArePublished) {
  const auto set = nlohmann::json::parse(ring_of_two().jwk_set());
  ASSERT_EQ(set.at("keys").size(), 2u);
  for (const auto& key : set.at("keys")) {
    EXPECT_EQ(key.at("kty"), "EC");
    EXPECT_EQ(key.at("use"), "sig");
    EXPECT_FALSE(key.contains("d"));
  }
}

}  // namespace
}  // namespace hawser::access
