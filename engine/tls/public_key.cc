// SPDX-License-Identifier: Apache-2.0
#include "tls/public_key.h"

#include <openssl/bn.h>
#include <openssl/digest.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>

#include <utility>

#include "tls/ecdsa_form.h"
#include "tls/library.h"

namespace hawser::tls {
namespace {

constexpr size_t coordinate_bytes = 32;
constexpr size_t ed25519_bytes = 32;
constexpr size_t exponent_limit_bytes = 4;

bssl::UniquePtr<BIGNUM> number(std::string_view bytes) {
  return bssl::UniquePtr<BIGNUM>(BN_bin2bn(raw(bytes), bytes.size(), nullptr));
}

core::Error refused(std::string reason) {
  ERR_clear_error();
  return core::Error{std::move(reason)};
}

bool prepare(SignatureAlgorithm algorithm, EVP_MD_CTX* context, EVP_PKEY* key) {
  const EVP_MD* digest = algorithm == SignatureAlgorithm::ed25519 ? nullptr : EVP_sha256();
  EVP_PKEY_CTX* settings = nullptr;
  if (!EVP_DigestVerifyInit(context, &settings, digest, nullptr, key)) return false;
  if (algorithm != SignatureAlgorithm::ps256) return true;
  // RFC 7518 3.5: the salt is as long as the digest.
  return EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, -1) &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(settings, EVP_sha256());
}

}  // namespace

PublicKey::PublicKey(Kind kind, evp_pkey_st* key) : kind_(kind), key_(key, &EVP_PKEY_free) {}

core::Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  if (modulus.empty() || modulus.front() == '\0' || exponent.empty() || exponent.front() == '\0')
    return core::Error{"an RSA key's numbers are empty or begin with zeros"};
  if (modulus.size() > rsa_most_bits / 8) return core::Error{"an RSA key of more than 8192 bits"};
  auto n = number(modulus);
  auto e = number(exponent);
  if (n == nullptr || e == nullptr) return refused("no memory for an RSA key");
  if (BN_num_bits(n.get()) < rsa_least_bits)
    return core::Error{"an RSA key of less than 2048 bits"};
  if (exponent.size() > exponent_limit_bytes || !BN_is_odd(e.get()) || BN_is_one(e.get()))
    return core::Error{"an RSA key's exponent is not an odd number of 3 to 2^32"};
  const bssl::UniquePtr<RSA> rsa(RSA_new());
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  if (rsa == nullptr || key == nullptr || !RSA_set0_key(rsa.get(), n.get(), e.get(), nullptr))
    return refused("an RSA key that is none");
  (void)n.release();  // the key has them now
  (void)e.release();
  if (!EVP_PKEY_set1_RSA(key.get(), rsa.get())) return refused("an RSA key that is none");
  return PublicKey(Kind::rsa, key.release());
}

core::Result<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  if (x.size() != coordinate_bytes || y.size() != coordinate_bytes)
    return core::Error{"a P-256 key's coordinates are not of 32 bytes"};
  const bssl::UniquePtr<EC_KEY> point(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  // Refuses points that are not on the curve.
  if (point == nullptr || key == nullptr ||
      !EC_KEY_set_public_key_affine_coordinates(point.get(), number(x).get(), number(y).get()) ||
      !EVP_PKEY_set1_EC_KEY(key.get(), point.get()))
    return refused("a P-256 key that is no point of the curve");
  return PublicKey(Kind::p256, key.release());
}

core::Result<PublicKey> PublicKey::ed25519(std::string_view point) {
  if (point.size() != ed25519_bytes) return core::Error{"an Ed25519 key is not of 32 bytes"};
  bssl::UniquePtr<EVP_PKEY> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(point), point.size()));
  if (key == nullptr) return refused("an Ed25519 key that is none");
  return PublicKey(Kind::ed25519, key.release());
}

bool PublicKey::fits(SignatureAlgorithm algorithm) const {
  switch (algorithm) {
    case SignatureAlgorithm::rs256:
    case SignatureAlgorithm::ps256:
      return kind_ == Kind::rsa;
    case SignatureAlgorithm::es256:
      return kind_ == Kind::p256;
    case SignatureAlgorithm::ed25519:
      return kind_ == Kind::ed25519;
  }
  return false;
}

bool PublicKey::verify(SignatureAlgorithm algorithm, std::string_view message,
                       std::string_view signature) const {
  if (!fits(algorithm)) return false;
  std::string der;
  if (algorithm == SignatureAlgorithm::es256) {
    der = ecdsa_der_of(signature);
    if (der.empty()) return false;
    signature = der;
  }
  bssl::ScopedEVP_MD_CTX context;
  const bool good = prepare(algorithm, context.get(), key_.get()) &&
                    EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                                     message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace hawser::tls
