// SPDX-License-Identifier: Apache-2.0
#include "token/id_token.h"

#include <algorithm>
#include <utility>

#include "tls/digest.h"

namespace hawser::token {
namespace {

using tls::SignatureAlgorithm;

// Some issuers leave `typ` out; a token that says it is something else is not taken for one of
// these.
Checked<void> check_type(const SignedToken& token) {
  if (token.type.empty() || token.type == "jwt") return {};
  return TokenError{TokenFault::type_wrong, "`typ` says that this is no ID token"};
}

// `azp`: where it is there, or where others are meant too, it must be us (Core 3.1.3.7, 4 and 5).
Checked<void> check_party(const Claims& claims, std::string_view client_id) {
  const auto party = text_claim(claims, "azp");
  const auto audiences = texts_claim(claims, "aud");
  if (!party) return party.error();
  if (!audiences) return audiences.error();
  if (*party && **party != client_id)
    return TokenError{TokenFault::party_wrong, "`azp` is another client"};
  if (!*party && audiences->size() > 1)
    return TokenError{TokenFault::party_wrong, "several in `aud` and no `azp`"};
  return {};
}

Checked<void> check_nonce(const Claims& claims, const std::string& nonce) {
  if (nonce.empty()) return {};
  const auto found = text_claim(claims, "nonce");
  if (!found) return found.error();
  if (!*found || !tls::equal_secrets(**found, nonce))
    return TokenError{TokenFault::nonce_wrong, "`nonce` is not that of this sign-in"};
  return {};
}

// The left half of the digest that the token's own algorithm uses (Core 3.1.3.6; Ed25519: SHA-512).
std::string access_token_hash(SignatureAlgorithm algorithm, std::string_view access_token) {
  const auto half = [](const auto& digest) {
    return tls::base64url({reinterpret_cast<const char*>(digest.data()), digest.size() / 2});
  };
  if (algorithm == SignatureAlgorithm::ed25519) return half(tls::sha512(access_token));
  return half(tls::sha256(access_token));
}

Checked<void> check_access_token(const SignedToken& token, const std::string& access_token) {
  const auto found = text_claim(token.claims, "at_hash");
  if (!found) return found.error();
  if (!*found || access_token.empty()) return {};
  if (!tls::equal_secrets(**found, access_token_hash(token.algorithm, access_token)))
    return TokenError{TokenFault::access_token_wrong, "`at_hash` is of another access token"};
  return {};
}

Checked<void> check_strength(const IdToken& token, const IdTokenWanted& wanted) {
  const auto& values = wanted.acr_values;
  if (!values.empty() && std::find(values.begin(), values.end(), token.acr) == values.end())
    return TokenError{TokenFault::too_weak, "`acr` is none of those that were asked for"};
  if (!wanted.max_age_s) return {};
  if (!token.signed_in_s)
    return TokenError{TokenFault::too_old, "`auth_time` is missing, and `max_age` was asked for"};
  if (*token.signed_in_s + *wanted.max_age_s + wanted.time.skew_s < wanted.time.now_s)
    return TokenError{TokenFault::too_old, "the person signed in too long ago"};
  if (*token.signed_in_s > wanted.time.now_s + wanted.time.skew_s)
    return TokenError{TokenFault::not_yet_valid, "`auth_time` is in the future"};
  return {};
}

Checked<IdToken> read_facts(SignedToken& token) {
  auto subject = check_subject(token.claims);
  if (!subject) return subject.error();
  const auto signed_in = time_claim(token.claims, "auth_time");
  auto acr = text_claim(token.claims, "acr");
  auto amr = texts_claim(token.claims, "amr");
  auto session = text_claim(token.claims, "sid");
  if (!signed_in) return signed_in.error();
  if (!acr) return acr.error();
  if (!amr) return amr.error();
  if (!session) return session.error();
  IdToken facts;
  facts.subject = std::move(subject).value();
  facts.signed_in_s = *signed_in;
  facts.acr = (*acr).value_or("");
  facts.amr = std::move(amr).value();
  facts.provider_session = (*session).value_or("");
  return facts;
}

Checked<void> check_claims(const SignedToken& token, const IdTokenWanted& wanted) {
  if (auto type = check_type(token); !type) return type;
  if (auto issuer = check_issuer(token.claims, wanted.issuer); !issuer) return issuer;
  if (auto audience = check_audience(token.claims, wanted.client_id); !audience) return audience;
  if (auto party = check_party(token.claims, wanted.client_id); !party) return party;
  if (!token.claims.contains("iat")) return TokenError{TokenFault::malformed, "no `iat`"};
  if (auto nonce = check_nonce(token.claims, wanted.nonce); !nonce) return nonce;
  return check_access_token(token, wanted.access_token);
}

}  // namespace

Checked<IdToken> check_id_token(std::string_view compact, const KeySet& keys,
                                const IdTokenWanted& wanted) {
  auto token = read_signed_token(compact);
  if (!token) return token.error();
  if (auto good = check_signature(*token, keys); !good) return good.error();
  if (auto good = check_claims(*token, wanted); !good) return good.error();
  const auto expires = check_times(token->claims, wanted.time);
  if (!expires) return expires.error();
  auto facts = read_facts(*token);
  if (!facts) return facts.error();
  facts->expires_s = *expires;
  if (!wanted.subject.empty() && facts->subject != wanted.subject)
    return TokenError{TokenFault::subject_wrong, "`sub` is another person than before"};
  if (auto strong = check_strength(*facts, wanted); !strong) return strong.error();
  facts->claims = std::move(token->claims);
  return facts;
}

}  // namespace hawser::token
