// SPDX-License-Identifier: Apache-2.0
// SigningRing: the P-256 keys that sign what applications are told. All are published; one signs: a
// new key only once whoever keeps the published ones has had the time to read them anew, and an old
// one stays until nothing that it signed is valid. Owner: shared by the workers as a constant.
// Thread: any, immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "tls/signing_key.h"

namespace hawser::access {

class SigningRing {
 public:
  static constexpr int64_t rotate_after_s = 30 * int64_t{24 * 3600};
  // From when it is published until it signs.
  static constexpr int64_t published_before_s = 2 * int64_t{3600};
  // From when its successor signs until it is published no more.
  static constexpr int64_t published_after_s = 24 * int64_t{3600};

  struct Key {
    std::string id;  // `kid`
    int64_t made_s = 0;
    std::string pem;  // secret
    tls::SigningKey key;
  };

  SigningRing() = default;

  // JSON, for the state store.
  static core::Result<SigningRing> parse(std::string_view json);
  std::string to_json() const;

  // With a new key once the newest is older than a month, and without those that have served.
  core::Result<SigningRing> rotated(int64_t now_s) const;

  // Null where the ring is empty.
  const Key* signer(int64_t now_s) const;
  const std::vector<Key>& keys() const { return keys_; }  // oldest first
  std::string jwk_set() const;                            // the public halves (RFC 7517)

 private:
  explicit SigningRing(std::vector<Key> keys) : keys_(std::move(keys)) {}

  std::vector<Key> keys_;
};

}  // namespace hawser::access
