// SPDX-License-Identifier: Apache-2.0
// KeyRing: the keys that seal cookies and the state of sign-ins. The newest seals, all open, so
// that rotating them logs nobody out. Owner: shared by the workers as a constant. Thread: any,
// immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hawser::access {

struct SealingKey {
  uint32_t id = 0;  // goes up with each
  int64_t made_s = 0;
  std::string bytes;  // 32, secret
};

class KeyRing {
 public:
  explicit KeyRing(std::vector<SealingKey> keys = {}) : keys_(std::move(keys)) {}

  // JSON, for the state store.
  static core::Result<KeyRing> parse(std::string_view json);
  std::string to_json() const;

  // With a new key once the newest is older than that, and without those whose successor is older
  // than `keep_s`: what they sealed has ended by then.
  KeyRing rotated(int64_t now_s, int64_t rotate_after_s, int64_t keep_s) const;
  const std::vector<SealingKey>& keys() const { return keys_; }  // oldest first

  // base64url text. `purpose` binds it: what was sealed for one is opened for no other.
  std::string seal(std::string_view purpose, std::string_view plaintext) const;
  core::Result<std::string> open(std::string_view purpose, std::string_view sealed) const;
  // How long the text of so many bytes gets.
  static size_t sealed_size(size_t plaintext_bytes);

 private:
  std::vector<SealingKey> keys_;
};

}  // namespace hawser::access
