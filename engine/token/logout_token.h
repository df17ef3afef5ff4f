// SPDX-License-Identifier: Apache-2.0
// Checks a logout token (OpenID Connect Back-Channel Logout 2.6). Whether its `jti` came before is
// the caller's to know. Owner: nobody. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "token/claims.h"
#include "token/key_set.h"

namespace hawser::token {

struct LogoutTokenWanted {
  std::string issuer;
  std::string client_id;
  TokenTime time;
};

// One of subject and provider_session is there, perhaps both.
struct LogoutToken {
  std::string subject;
  std::string provider_session;  // `sid`
  std::string id;                // `jti`
  int64_t expires_s = 0;
};

Checked<LogoutToken> check_logout_token(std::string_view compact, const KeySet& keys,
                                        const LogoutTokenWanted& wanted);

}  // namespace hawser::token
