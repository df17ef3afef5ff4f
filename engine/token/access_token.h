// SPDX-License-Identifier: Apache-2.0
// Checks an access token that a program brings along (RFC 9068). Owner: nobody. Thread: any.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "token/claims.h"
#include "token/key_set.h"

namespace hawser::token {

struct AccessTokenWanted {
  std::string issuer;
  std::string audience;
  TokenTime time;
};

struct AccessToken {
  std::string subject;
  std::string client_id;
  int64_t expires_s = 0;
  Claims claims;
};

Checked<AccessToken> check_access_token(std::string_view compact, const KeySet& keys,
                                        const AccessTokenWanted& wanted);

}  // namespace hawser::token
