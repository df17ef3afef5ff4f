// SPDX-License-Identifier: Apache-2.0
#include "tls/signing_key.h"

#include <openssl/bio.h>
#include <openssl/digest.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>

#include <optional>

#include "tls/ecdsa_form.h"
#include "tls/library.h"

namespace hawser::tls {
namespace {

bool is_p256(const EVP_PKEY* key) {
  const EC_KEY* point = EVP_PKEY_get0_EC_KEY(key);
  return point != nullptr &&
         EC_GROUP_get_curve_name(EC_KEY_get0_group(point)) == NID_X9_62_prime256v1;
}

std::optional<SignatureAlgorithm> algorithm_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_id(key)) {
    case EVP_PKEY_RSA:
      if (EVP_PKEY_bits(key) < static_cast<int>(PublicKey::rsa_least_bits)) return std::nullopt;
      return SignatureAlgorithm::rs256;
    case EVP_PKEY_EC:
      if (!is_p256(key)) return std::nullopt;
      return SignatureAlgorithm::es256;
    case EVP_PKEY_ED25519:
      return SignatureAlgorithm::ed25519;
    default:
      return std::nullopt;
  }
}

}  // namespace

SigningKey::SigningKey(SignatureAlgorithm algorithm, evp_pkey_st* key)
    : algorithm_(algorithm), key_(key, &EVP_PKEY_free) {}

core::Result<SigningKey> SigningKey::from_pem(std::string_view private_key_pem) {
  const bssl::UniquePtr<BIO> source(
      BIO_new_mem_buf(private_key_pem.data(), static_cast<int>(private_key_pem.size())));
  bssl::UniquePtr<EVP_PKEY> key(
      source == nullptr ? nullptr
                        : PEM_read_bio_PrivateKey(source.get(), nullptr, &no_password, nullptr));
  if (key == nullptr) {
    ERR_clear_error();
    return core::Error{"no private key (PEM, without a password)"};
  }
  const auto algorithm = algorithm_of(key.get());
  if (!algorithm) return core::Error{"not a key of P-256, Ed25519 or RSA from 2048 bits"};
  return SigningKey(*algorithm, key.release());
}

core::Result<std::string> SigningKey::sign(std::string_view message) const {
  bssl::ScopedEVP_MD_CTX context;
  const EVP_MD* digest = algorithm_ == SignatureAlgorithm::ed25519 ? nullptr : EVP_sha256();
  size_t length = 0;
  std::string signature;
  bool good = EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) &&
              EVP_DigestSign(context.get(), nullptr, &length, raw(message), message.size());
  if (good) {
    signature.resize(length);
    good = EVP_DigestSign(context.get(), raw(signature), &length, raw(message), message.size());
  }
  if (!good) {
    ERR_clear_error();
    return core::Error{"the key cannot sign"};
  }
  signature.resize(length);
  return algorithm_ == SignatureAlgorithm::es256 ? ecdsa_r_and_s_of(signature) : signature;
}

std::string SigningKey::p256_point() const {
  const EC_KEY* point = EVP_PKEY_get0_EC_KEY(key_.get());
  HAWSER_ASSERT(point != nullptr);
  uint8_t bytes[65];  // 4, x, y
  const size_t length =
      EC_POINT_point2oct(EC_KEY_get0_group(point), EC_KEY_get0_public_key(point),
                         POINT_CONVERSION_UNCOMPRESSED, bytes, sizeof bytes, nullptr);
  HAWSER_ASSERT(length == sizeof bytes);
  return {reinterpret_cast<const char*>(bytes) + 1, length - 1};
}

}  // namespace hawser::tls
