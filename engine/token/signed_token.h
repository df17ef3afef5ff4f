// SPDX-License-Identifier: Apache-2.0
// SignedToken: a JSON Web Token in its compact form (RFC 7515, RFC 7519). read_signed_token() takes
// it apart, check_signature() is what makes its claims worth reading. Owner: whoever holds it.
// Thread: any.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "token/fault.h"
#include "token/key_set.h"

namespace hawser::token {

inline constexpr size_t token_limit_bytes = 64 * 1024;

struct SignedToken {
  tls::SignatureAlgorithm algorithm = tls::SignatureAlgorithm::rs256;
  std::string key_id;  // `kid`; may be empty
  std::string type;    // `typ` in lower case, without "application/"; may be empty
  nlohmann::json claims;
  std::string signed_part;  // header and payload, as they came
  std::string signature;
};

// The algorithms are RS256, PS256, ES256 and EdDSA; no other is ever tried. Keys that the token
// brings along (`jwk`, `jku`, `x5c`, `x5u`) are not looked at.
Checked<SignedToken> read_signed_token(std::string_view compact);

Checked<void> check_signature(const SignedToken& token, const KeySet& keys);

}  // namespace hawser::token
