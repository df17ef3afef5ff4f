// SPDX-License-Identifier: Apache-2.0
#include "access/discovery.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "token/strict_json.h"

namespace hawser::access {
namespace {

using nlohmann::json;

core::Result<std::string> endpoint(const json& document, const char* name, bool required) {
  const auto found = document.find(name);
  if (found == document.end() && !required) return std::string();
  if (found == document.end() || !found->is_string())
    return core::Error{"it names no `" + std::string(name) + "`"};
  auto url = found->get<std::string>();
  if (const auto parsed = token::HttpsUrl::parse(url); !parsed)
    return core::Error{"`" + std::string(name) + "` is " + parsed.error().reason};
  return url;
}

// Whether a list of what is supported has the value; a provider that keeps silent is believed.
bool supports(const json& document, const char* name, std::string_view value) {
  const auto found = document.find(name);
  if (found == document.end() || !found->is_array()) return true;
  return std::find(found->begin(), found->end(), json(value)) != found->end();
}

bool is_true(const json& document, const char* name) {
  const auto found = document.find(name);
  return found != document.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

core::Result<ProviderMetadata> ProviderMetadata::parse(std::string_view text,
                                                       std::string_view issuer, IssuerUse use) {
  const bool for_sign_in = use == IssuerUse::sign_in;
  const auto document = token::parse_strict_object(text, limit_bytes);
  if (!document) return core::Error{"its description is " + document.error().reason};
  const auto named = document->find("issuer");
  if (named == document->end() || *named != json(issuer)) {
    return core::Error{
        "it says that it is another issuer: write `issuer` exactly as the provider "
        "does, with or without the \"/\" at its end"};
  }
  const auto authorization = endpoint(*document, "authorization_endpoint", for_sign_in);
  const auto tokens = endpoint(*document, "token_endpoint", for_sign_in);
  const auto keys = endpoint(*document, "jwks_uri", true);
  const auto end_session = endpoint(*document, "end_session_endpoint", false);
  for (const auto* url : {&authorization, &tokens, &keys, &end_session})
    if (!*url) return url->error();
  if (for_sign_in && !supports(*document, "response_types_supported", "code"))
    return core::Error{"it does not offer the authorization code flow"};
  if (for_sign_in && !supports(*document, "code_challenge_methods_supported", "S256"))
    return core::Error{"it does not offer PKCE with S256"};
  ProviderMetadata metadata;
  metadata.issuer = issuer;
  metadata.authorization_endpoint = *authorization;
  if (!tokens->empty()) metadata.token_endpoint = *token::HttpsUrl::parse(*tokens);
  metadata.keys = *token::HttpsUrl::parse(*keys);
  metadata.end_session_endpoint = *end_session;
  // Of no use over plain HTTP, and no reason to sign nobody in.
  if (const auto user_info = endpoint(*document, "userinfo_endpoint", false);
      user_info && !user_info->empty())
    metadata.user_info = *token::HttpsUrl::parse(*user_info);
  metadata.takes_claims = is_true(*document, "claims_parameter_supported");
  metadata.names_itself = is_true(*document, "authorization_response_iss_parameter_supported");
  return metadata;
}

core::Result<token::HttpsUrl> ProviderMetadata::location(std::string_view issuer) {
  std::string url(issuer);
  if (url.ends_with('/')) url.pop_back();
  if (url.find('?') != std::string::npos) return core::Error{"an issuer has no query"};
  return token::HttpsUrl::parse(url + "/.well-known/openid-configuration");
}

core::Result<token::HttpsUrl> ProviderMetadata::oauth_location(std::string_view issuer) {
  constexpr std::string_view scheme = "https://";
  std::string url(issuer);
  if (url.ends_with('/')) url.pop_back();
  if (url.find('?') != std::string::npos) return core::Error{"an issuer has no query"};
  const size_t path_at = std::min(url.find('/', scheme.size()), url.size());
  url.insert(path_at, "/.well-known/oauth-authorization-server");
  return token::HttpsUrl::parse(url);
}

}  // namespace hawser::access
