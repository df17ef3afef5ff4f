// SPDX-License-Identifier: Apache-2.0
#include "token/access_token.h"

#include <utility>

#include "token/signed_token.h"

namespace hawser::token {
namespace {

// RFC 9068 2.2: these must be there, beside `iss`, `aud` and `exp`, which are checked for what they
// say.
Checked<void> check_present(const Claims& claims) {
  for (const char* name : {"iat", "jti", "client_id"})
    if (!claims.contains(name))
      return TokenError{TokenFault::malformed, "no `" + std::string(name) + "`"};
  return {};
}

}  // namespace

Checked<AccessToken> check_access_token(std::string_view compact, const KeySet& keys,
                                        const AccessTokenWanted& wanted) {
  auto token = read_signed_token(compact);
  if (!token) return token.error();
  // Without this an ID token, which a browser's script may know, would pass for one (RFC 9068 5).
  if (token->type != "at+jwt")
    return TokenError{TokenFault::type_wrong, "`typ` is not at+jwt: no access token of RFC 9068"};
  if (auto good = check_signature(*token, keys); !good) return good.error();
  if (auto good = check_issuer(token->claims, wanted.issuer); !good) return good.error();
  if (auto good = check_audience(token->claims, wanted.audience); !good) return good.error();
  if (auto good = check_present(token->claims); !good) return good.error();
  // Who holds it has to prove a key (RFC 7800, 8705, 9449), which a bearer does not.
  if (token->claims.contains("cnf"))
    return TokenError{TokenFault::proof_missing, "`cnf` binds it to a key: it is no bearer token"};
  const auto expires = check_times(token->claims, wanted.time);
  auto subject = check_subject(token->claims);
  auto client = text_claim(token->claims, "client_id");
  if (!expires) return expires.error();
  if (!subject) return subject.error();
  if (!client) return client.error();
  return AccessToken{std::move(subject).value(), **client, *expires, std::move(token->claims)};
}

}  // namespace hawser::token
