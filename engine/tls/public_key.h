// SPDX-License-Identifier: Apache-2.0
// PublicKey: a key of somebody else's, made of its numbers, that checks the signatures of signed
// tokens (RFC 7518, RFC 8037). Owner: whoever holds it; copies share the key. Thread: any,
// immutable.
#pragma once

#include <memory>
#include <string_view>

#include "core/result.h"

struct evp_pkey_st;

namespace hawser::tls {

enum class SignatureAlgorithm { rs256, ps256, es256, ed25519 };

class PublicKey {
 public:
  static constexpr size_t rsa_least_bits = 2048;
  static constexpr size_t rsa_most_bits = 8192;

  // Big-endian numbers without leading zeros; of 2048 to 8192 bits, with an odd exponent of 3 to
  // 2^32.
  static core::Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  // A point of the curve P-256: 32 bytes each.
  static core::Result<PublicKey> p256(std::string_view x, std::string_view y);
  static core::Result<PublicKey> ed25519(std::string_view point);  // 32 bytes

  // Whether the algorithm is one of this kind of key.
  bool fits(SignatureAlgorithm algorithm) const;
  // False too where the algorithm does not fit. An ES256 signature is r and s, 32 bytes each.
  bool verify(SignatureAlgorithm algorithm, std::string_view message,
              std::string_view signature) const;

 private:
  enum class Kind { rsa, p256, ed25519 };
  PublicKey(Kind kind, evp_pkey_st* key);  // takes the key

  Kind kind_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace hawser::tls
