// SPDX-License-Identifier: Apache-2.0
// Issuer: makes tokens as a provider does, and every wrong one. Owner: the test. Thread: any.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/rsa_key.h"
#include "tls/certificate.h"
#include "tls/digest.h"
#include "tls/signing_key.h"
#include "token/claims.h"
#include "token/key_set.h"
#include "token/signing.h"

namespace hawser::test {

inline std::string encoded(const nlohmann::json& part) { return tls::base64url(part.dump()); }

inline tls::SigningKey new_p256_key() {
  const auto pem = tls::make_private_key_pem();
  EXPECT_TRUE(pem.ok());
  auto key = tls::SigningKey::from_pem(*pem);
  EXPECT_TRUE(key.ok());
  return *key;
}

class Issuer {
 public:
  static constexpr int64_t now_s = 1'800'000'000;
  static constexpr const char* name = "https://login.example";
  static constexpr const char* client = "wiki-client";

  Issuer() : key(new_p256_key()) {}

  static token::Claims id_claims() {
    return {{"iss", name},         {"aud", client},          {"sub", "u-1"},
            {"iat", now_s - 5},    {"exp", now_s + 300},     {"nonce", "n-1"},
            {"acr", "urn:strong"}, {"auth_time", now_s - 60}};
  }
  nlohmann::json header() const {
    return {{"alg", "ES256"}, {"kid", token::key_id_of(key)}, {"typ", "JWT"}};
  }
  // Signed rightly, whatever header and claims say.
  std::string sign(const nlohmann::json& header, const token::Claims& claims) const {
    return sign_text(encoded(header) + "." + encoded(claims));
  }
  std::string sign_text(const std::string& text) const {
    const auto signature = key.sign(text);
    EXPECT_TRUE(signature.ok());
    return text + "." + tls::base64url(*signature);
  }
  std::string id_token(const token::Claims& claims = id_claims()) const {
    return sign(header(), claims);
  }
  nlohmann::json jwks() const { return {{"keys", {token::public_jwk(key)}}}; }
  token::KeySet keys() const {
    auto set = token::KeySet::parse(jwks().dump());
    EXPECT_TRUE(set.ok());
    return *set;
  }

  tls::SigningKey key;
};

}  // namespace hawser::test
