// SPDX-License-Identifier: Apache-2.0
// Makes signed tokens of our own: what an application is told of a person, and what proves us to a
// provider. Owner: nobody. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "tls/signing_key.h"
#include "token/claims.h"

namespace hawser::token {

// The compact form. `key_id` goes into the header unless it is empty, `type` likewise.
core::Result<std::string> sign_token(const tls::SigningKey& key, std::string_view key_id,
                                     std::string_view type, const Claims& claims);

// A P-256 key's JWK thumbprint (RFC 7638): the id under which its public half is published.
std::string key_id_of(const tls::SigningKey& key);
// A P-256 key's public half as a member of a JWK Set.
nlohmann::json public_jwk(const tls::SigningKey& key);

}  // namespace hawser::token
