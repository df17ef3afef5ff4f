// SPDX-License-Identifier: Apache-2.0
// ProviderMetadata: what a provider says of itself (OpenID Connect Discovery 1.0). Owner: whoever
// holds it. Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "token/https_url.h"

namespace hawser::access {

// What an issuer is there for: people sign in with it, or its keys alone are needed.
enum class IssuerUse { sign_in, keys };

struct ProviderMetadata {
  static constexpr size_t limit_bytes = 256 * 1024;

  std::string issuer;
  std::string authorization_endpoint;  // a URL of https://, perhaps with a query
  token::HttpsUrl token_endpoint;      // these two of an issuer that people sign in with
  token::HttpsUrl keys;                // `jwks_uri`
  std::optional<token::HttpsUrl> user_info;
  std::string end_session_endpoint;  // "" where there is none
  bool names_itself = false;         // answers carry `iss` (RFC 9207)
  bool wants_consent = false;        // for a refresh token, as it turned out (Core 11)
  bool takes_claims = false;         // the parameter `claims` (OpenID Connect Core 5.5)

  // `issuer` is the one that was configured: another in the text is refused (Discovery 4.3), and so
  // is a provider that people sign in with and that can do neither the code flow nor S256.
  static core::Result<ProviderMetadata> parse(std::string_view json, std::string_view issuer,
                                              IssuerUse use = IssuerUse::sign_in);
  // Where it is read from: the issuer and "/.well-known/openid-configuration" (Discovery 4).
  static core::Result<token::HttpsUrl> location(std::string_view issuer);
  // Where a server that knows OAuth alone has it (RFC 8414 3).
  static core::Result<token::HttpsUrl> oauth_location(std::string_view issuer);
};

}  // namespace hawser::access
