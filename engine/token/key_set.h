// SPDX-License-Identifier: Apache-2.0
// KeySet: an issuer's public keys, from its JWK Set (RFC 7517). Keys of a kind that is not known,
// or that are not whole, are left out (RFC 7517 5) and told. Owner: whoever holds it; shared
// between workers as a constant. Thread: any, immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "tls/public_key.h"
#include "token/fault.h"

namespace hawser::token {

struct IssuerKey {
  std::string id;                                    // `kid`; may be empty
  std::optional<tls::SignatureAlgorithm> algorithm;  // `alg`, where the key is for one alone
  tls::PublicKey key;
};

class KeySet {
 public:
  static constexpr size_t limit_bytes = 256 * 1024;
  static constexpr size_t key_limit = 100;

  // Only a text that is no JWK Set at all is an error; a set may be left with no key.
  static core::Result<KeySet> parse(std::string_view json);

  // The key that a token's header names. Without an id, the only key that fits the algorithm
  // (OpenID Connect Core 10.1).
  Checked<const IssuerKey*> find(std::string_view id, tls::SignatureAlgorithm algorithm) const;

  const std::vector<IssuerKey>& keys() const { return keys_; }
  // A line for each key that was left out.
  const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  std::vector<IssuerKey> keys_;
  std::vector<std::string> left_out_;
};

// "RS256", "PS256", "ES256" or "EdDSA"; nothing for any other.
std::optional<tls::SignatureAlgorithm> signature_algorithm_named(std::string_view name);
std::string_view name_of(tls::SignatureAlgorithm algorithm);

}  // namespace hawser::token
