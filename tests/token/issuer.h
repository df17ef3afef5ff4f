// SPDX-License-Identifier: Apache-2.0
// Issuer: makes tokens as a provider does, and every wrong one. Owner: the test. Thread: any.
#pragma once

#include <gtest/gtest.h>
#include <openssl/bytestring.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <string>

#include "tls/certificate.h"
#include "tls/digest.h"
#include "tls/signing_key.h"
#include "token/claims.h"
#include "token/key_set.h"
#include "token/signing.h"

namespace hawser::test {

inline std::string encoded(const nlohmann::json& part) { return tls::base64url(part.dump()); }

inline std::string pem_of(EVP_PKEY* key) {
  const bssl::UniquePtr<BIO> sink(BIO_new(BIO_s_mem()));
  EXPECT_TRUE(PEM_write_bio_PrivateKey(sink.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
  const uint8_t* bytes = nullptr;
  size_t length = 0;
  EXPECT_TRUE(BIO_mem_contents(sink.get(), &bytes, &length));
  return {reinterpret_cast<const char*>(bytes), length};
}

inline std::string number_of(const BIGNUM* number) {
  std::string bytes(BN_num_bytes(number), '\0');
  BN_bn2bin(number, reinterpret_cast<uint8_t*>(bytes.data()));
  return tls::base64url(bytes);
}

// An RSA key and its two halves as a provider has them.
struct RsaKey {
  explicit RsaKey(unsigned bits = 2048) {
    const bssl::UniquePtr<RSA> rsa(RSA_new());
    const bssl::UniquePtr<BIGNUM> exponent(BN_new());
    EXPECT_TRUE(BN_set_word(exponent.get(), RSA_F4));
    EXPECT_TRUE(RSA_generate_key_ex(rsa.get(), static_cast<int>(bits), exponent.get(), nullptr));
    key.reset(EVP_PKEY_new());
    EXPECT_TRUE(EVP_PKEY_set1_RSA(key.get(), rsa.get()));
    jwk = {{"kty", "RSA"},
           {"kid", "rsa"},
           {"n", number_of(RSA_get0_n(rsa.get()))},
           {"e", number_of(RSA_get0_e(rsa.get()))}};
  }
  std::string sign_pss(std::string_view message) const {
    bssl::ScopedEVP_MD_CTX context;
    EVP_PKEY_CTX* settings = nullptr;
    std::string signature(EVP_PKEY_size(key.get()), '\0');
    size_t length = signature.size();
    EXPECT_TRUE(EVP_DigestSignInit(context.get(), &settings, EVP_sha256(), nullptr, key.get()));
    EXPECT_TRUE(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING));
    EXPECT_TRUE(EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, -1));
    EXPECT_TRUE(EVP_DigestSign(context.get(), reinterpret_cast<uint8_t*>(signature.data()), &length,
                               reinterpret_cast<const uint8_t*>(message.data()), message.size()));
    return signature;
  }
  bssl::UniquePtr<EVP_PKEY> key;
  nlohmann::json jwk;
};

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
