// SPDX-License-Identifier: Apache-2.0
// An issuer that a connector trusts, and what an engine shows of its tokens. Owner: the test.
// Thread: the loop's own.
#pragma once

#include <memory>
#include <string>

#include "channel/frame.h"
#include "connector/trusted_issuer.h"
#include "token/issuer.h"

namespace hawser::test {

class TrustedProvider {
 public:
  connector::TrustedIssuer entry() const {
    connector::TrustedIssuer entry;
    entry.issuer = Issuer::name;
    entry.client_ids = {"other-client", Issuer::client};
    entry.pinned = std::make_shared<const token::KeySet>(issuer.keys());
    return entry;
  }
  // As it was `age_s` before `now_s`.
  static token::Claims claims(int64_t now_s, int64_t age_s = 5) {
    token::Claims claims = Issuer::id_claims();
    claims["iat"] = now_s - age_s;
    claims["exp"] = now_s - age_s + 300;
    claims["auth_time"] = now_s - age_s - 10;
    claims["email"] = "u@example.org";
    claims["groups"] = {"staff", "choir"};
    return claims;
  }
  std::shared_ptr<const channel::Grant> grant(const token::Claims& claims, int64_t now_s) const {
    return grant_of(issuer.id_token(claims), now_s);
  }
  static std::shared_ptr<const channel::Grant> grant_of(std::string id_token, int64_t now_s) {
    return std::make_shared<const channel::Grant>(
        channel::Grant{"g1", "00ff", "wiki", std::move(id_token), now_s + 3600});
  }

  Issuer issuer;
};

}  // namespace hawser::test
