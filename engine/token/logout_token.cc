// SPDX-License-Identifier: Apache-2.0
#include "token/logout_token.h"

#include <utility>

#include "token/signed_token.h"

namespace hawser::token {
namespace {

constexpr int64_t lifetime_without_exp_s = 120;  // what the specification recommends for `exp`

Checked<void> check_event(const Claims& claims) {
  const auto events = claims.find("events");
  const bool told = events != claims.end() && events->is_object() &&
                    events->contains("http://schemas.openid.net/event/backchannel-logout") &&
                    events->at("http://schemas.openid.net/event/backchannel-logout").is_object();
  if (!told) return TokenError{TokenFault::event_wrong, "`events` names no back-channel logout"};
  if (claims.contains("nonce"))  // else an ID token could be made to pass for one
    return TokenError{TokenFault::event_wrong, "a logout token with a `nonce`"};
  return {};
}

// Older issuers leave `exp` out; `iat`, which must be there, then bounds the time.
Checked<int64_t> check_lifetime(Claims& claims, const TokenTime& time) {
  const auto issued = time_claim(claims, "iat");
  if (!issued) return issued.error();
  if (!*issued) return TokenError{TokenFault::malformed, "no `iat`"};
  if (!claims.contains("exp")) claims["exp"] = **issued + lifetime_without_exp_s;
  return check_times(claims, time);
}

}  // namespace

Checked<LogoutToken> check_logout_token(std::string_view compact, const KeySet& keys,
                                        const LogoutTokenWanted& wanted) {
  auto token = read_signed_token(compact);
  if (!token) return token.error();
  if (!token->type.empty() && token->type != "jwt" && token->type != "logout+jwt")
    return TokenError{TokenFault::type_wrong, "`typ` says that this is no logout token"};
  if (auto good = check_signature(*token, keys); !good) return good.error();
  if (auto good = check_issuer(token->claims, wanted.issuer); !good) return good.error();
  if (auto good = check_audience(token->claims, wanted.client_id); !good) return good.error();
  if (auto good = check_event(token->claims); !good) return good.error();
  const auto expires = check_lifetime(token->claims, wanted.time);
  auto subject = text_claim(token->claims, "sub");
  auto session = text_claim(token->claims, "sid");
  auto id = text_claim(token->claims, "jti");
  if (!expires) return expires.error();
  if (!subject) return subject.error();
  if (!session) return session.error();
  if (!id) return id.error();
  LogoutToken facts{(*subject).value_or(""), (*session).value_or(""), (*id).value_or(""), *expires};
  if (facts.subject.empty() && facts.provider_session.empty())
    return TokenError{TokenFault::subject_missing, "neither `sub` nor `sid`"};
  if (facts.id.empty()) return TokenError{TokenFault::malformed, "no `jti`"};
  return facts;
}

}  // namespace hawser::token
