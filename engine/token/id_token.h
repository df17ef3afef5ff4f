// SPDX-License-Identifier: Apache-2.0
// Checks an ID token in full (OpenID Connect Core 3.1.3.7). Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "token/claims.h"
#include "token/key_set.h"
#include "token/signed_token.h"

namespace hawser::token {

struct IdTokenWanted {
  std::string issuer;
  std::string client_id;
  std::string nonce;  // "": none was sent, as with a refresh; a token's own is then not looked at
  std::string access_token;             // "": there is none, and `at_hash` is not checked
  std::vector<std::string> acr_values;  // one of these; empty: whatever it is
  std::optional<int64_t> max_age_s;     // since the person signed in
  std::string subject;                  // "": whoever it is; else that person alone
  TokenTime time;
};

struct IdToken {
  std::string subject;
  int64_t expires_s = 0;
  std::optional<int64_t> signed_in_s;  // `auth_time`
  std::string acr;
  std::vector<std::string> amr;
  std::string provider_session;  // `sid`
  Claims claims;                 // all of them
};

Checked<IdToken> check_id_token(std::string_view compact, const KeySet& keys,
                                const IdTokenWanted& wanted);

}  // namespace hawser::token
