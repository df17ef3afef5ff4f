// SPDX-License-Identifier: Apache-2.0
#include "token/key_set.h"

#include <gtest/gtest.h>

#include <string>

#include "issuer.h"

namespace hawser::token {
namespace {

using nlohmann::json;
using test::RsaKey;
using tls::SignatureAlgorithm;

json p256_jwk(const std::string& id) {
  json jwk = public_jwk(test::new_p256_key());
  jwk["kid"] = id;
  return jwk;
}

KeySet set_of(const json& keys) {
  auto set = KeySet::parse(json{{"keys", keys}}.dump());
  EXPECT_TRUE(set.ok());
  return *set;
}

std::string found(const KeySet& set, std::string_view id, SignatureAlgorithm algorithm) {
  const auto key = set.find(id, algorithm);
  return key.ok() ? "found" : std::string(name_of(key.error().fault));
}

TEST(KeySet, AKeyIsFoundByItsIdAndForItsAlgorithmAlone) {
  const KeySet set = set_of({p256_jwk("a"), p256_jwk("b"), RsaKey().jwk});
  EXPECT_EQ(found(set, "a", SignatureAlgorithm::es256), "found");
  EXPECT_EQ(found(set, "a", SignatureAlgorithm::rs256), "key_unfit");
  EXPECT_EQ(found(set, "c", SignatureAlgorithm::es256), "key_unknown");
  EXPECT_EQ(found(set, "rsa", SignatureAlgorithm::ps256), "found");
}

TEST(KeySet, WithoutAnIdTheKeyMustBeTheOnlyOneThatFits) {
  EXPECT_EQ(found(set_of({p256_jwk("a"), RsaKey().jwk}), "", SignatureAlgorithm::es256), "found");
  EXPECT_EQ(found(set_of({p256_jwk("a"), p256_jwk("b")}), "", SignatureAlgorithm::es256),
            "key_unknown");
}

TEST(KeySet, TheSameIdTwiceForOneAlgorithmIsNoAnswer) {
  EXPECT_EQ(found(set_of({p256_jwk("a"), p256_jwk("a")}), "a", SignatureAlgorithm::es256),
            "key_unknown");
}

TEST(KeySet, AnRsaKeyForOneAlgorithmChecksNoOther) {
  json jwk = RsaKey().jwk;
  jwk["alg"] = "RS256";
  const KeySet set = set_of(json::array({jwk}));
  EXPECT_EQ(found(set, "rsa", SignatureAlgorithm::rs256), "found");
  EXPECT_EQ(found(set, "rsa", SignatureAlgorithm::ps256), "key_unfit");
}

TEST(KeySet, WhatIsNotUsableIsLeftOutAndTold) {
  json encryption = p256_jwk("encryption");
  encryption["use"] = "enc";
  json signing_only = p256_jwk("signing");
  signing_only["key_ops"] = {"sign"};
  json off_curve = p256_jwk("off");
  off_curve["y"] = off_curve["x"];
  json other_algorithm = p256_jwk("other");
  other_algorithm["alg"] = "RS256";
  json padded = p256_jwk("padded");
  padded["x"] = padded["x"].get<std::string>() + "=";
  json even = RsaKey().jwk;
  even["e"] = "AQAA";
  json one = RsaKey().jwk;
  one["e"] = "AQ";
  json leading_zero = RsaKey().jwk;
  leading_zero["e"] = "AAEAAQ";
  json huge = RsaKey().jwk;
  huge["n"] = tls::base64url(std::string(1025, '\x81'));
  const json bad{encryption,
                 signing_only,
                 off_curve,
                 other_algorithm,
                 padded,
                 even,
                 one,
                 leading_zero,
                 huge,
                 RsaKey(1024).jwk,
                 json{{"kty", "oct"}, {"k", "c2VjcmV0"}},
                 json{{"kty", "EC"}, {"crv", "P-521"}},
                 json{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", "AAAA"}},
                 json("text"),
                 json(1)};
  const KeySet set = set_of(bad);
  EXPECT_TRUE(set.keys().empty());
  EXPECT_EQ(set.left_out().size(), bad.size());
}

TEST(KeySet, HostileTextIsRefusedOrBounded) {
  for (const char* text : {"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}"})
    EXPECT_FALSE(KeySet::parse(text).ok()) << text;
  EXPECT_FALSE(KeySet::parse(std::string(KeySet::limit_bytes + 1, ' ')).ok());
  json many = json::array();
  for (int i = 0; i < 200; ++i) many.push_back(p256_jwk(std::to_string(i)));
  EXPECT_EQ(set_of(many).keys().size(), KeySet::key_limit);
}

// Reading that looks through all siblings for each of them would take minutes.
TEST(KeySet, AsManyKeysAsFitAreReadInTimeThatGrowsWithTheTextAlone) {
  std::string text = R"({"keys":[{})";
  while (text.size() + 5 < KeySet::limit_bytes) text += ",{}";
  text += "]}";
  for (int i = 0; i < 20; ++i) {
    const auto set = KeySet::parse(text);
    ASSERT_TRUE(set.ok());
    EXPECT_TRUE(set->keys().empty());
  }
}

}  // namespace
}  // namespace hawser::token
