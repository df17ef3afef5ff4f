// SPDX-License-Identifier: Apache-2.0
// key_set: an issuer's JWK Set, or anything else that stands where it should. What is read is
// bounded, every key of it can be found or is told to be ambiguous, and none takes for signed what
// nobody signed.
#include "token/key_set.h"

#include "support/check.h"

namespace hawser::fuzz {
namespace {

using tls::SignatureAlgorithm;
using token::KeySet;
using token::TokenFault;

constexpr SignatureAlgorithm algorithms[] = {SignatureAlgorithm::rs256, SignatureAlgorithm::ps256,
                                             SignatureAlgorithm::es256,
                                             SignatureAlgorithm::ed25519};

// Planted: a key that is for one algorithm alone is used for every one that it fits.
bool may_check(const token::IssuerKey& key, SignatureAlgorithm algorithm) {
  return !key.algorithm || *key.algorithm == algorithm ||
         (planted_fault && *key.algorithm == SignatureAlgorithm::ps256);
}

void check_key(const KeySet& set, const token::IssuerKey& key) {
  size_t fitting = 0;
  for (const SignatureAlgorithm algorithm : algorithms) {
    if (!key.key.fits(algorithm)) continue;
    ++fitting;
    const auto found = set.find(key.id, algorithm);
    if (found.ok()) {
      require((*found)->id == key.id || key.id.empty(), "the key that was asked for", key.id);
      require((*found)->key.fits(algorithm), "a key that fits", key.id);
    } else if (may_check(key, algorithm)) {
      require(found.error().fault == TokenFault::key_unknown,
              "a key that is there is found, or another is like it", found.error().reason);
    }
    require(!key.key.verify(algorithm, "nobody signed this", std::string(64, '\0')),
            "no signature of nobody", key.id);
  }
  require(fitting > 0, "a key is for something", key.id);
  if (key.algorithm) require(key.key.fits(*key.algorithm), "`alg` fits its key", key.id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto set = hawser::token::KeySet::parse(view_of(data, size));
  if (!set.ok()) return 0;
  require(set->keys().size() <= KeySet::key_limit, "keys are bounded");
  require(set->left_out().size() <= KeySet::key_limit + 1, "what is told of others is bounded");
  for (const auto& key : set->keys()) check_key(*set, key);
  return 0;
}

}  // namespace hawser::fuzz
