// SPDX-License-Identifier: Apache-2.0
// SigningKey: a private key of our own that signs tokens: for a provider that authenticates us by
// one (private_key_jwt), and for applications that check ours. Owner: whoever holds it; copies
// share the key. Thread: any, immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "tls/public_key.h"

namespace hawser::tls {

class SigningKey {
 public:
  // P-256, RSA from 2048 bits, or Ed25519; PEM (PKCS#8, or the older forms of each).
  static core::Result<SigningKey> from_pem(std::string_view private_key_pem);

  SignatureAlgorithm algorithm() const { return algorithm_; }  // RS256 for RSA
  // ES256: r and s, 32 bytes each.
  core::Result<std::string> sign(std::string_view message) const;
  // The point's two coordinates, 32 bytes each. Only of a P-256 key.
  std::string p256_point() const;

 private:
  SigningKey(SignatureAlgorithm algorithm, evp_pkey_st* key);  // takes the key

  SignatureAlgorithm algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace hawser::tls
