// SPDX-License-Identifier: Apache-2.0
// RsaKey: an RSA key and its two halves as a provider has them. Owner: the test. Thread: any.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tls/digest.h"

namespace hawser::test {

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
    std::string signature(static_cast<size_t>(EVP_PKEY_size(key.get())), '\0');
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

}  // namespace hawser::test
