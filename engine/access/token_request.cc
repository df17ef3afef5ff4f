// SPDX-License-Identifier: Apache-2.0
#include "access/token_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "message/characters.h"
#include "tls/digest.h"
#include "tls/signing_key.h"
#include "token/signing.h"
#include "token/strict_json.h"

namespace hawser::access {
namespace {

using message::FieldName;
using model::ClientAuthentication;
using nlohmann::json;

constexpr size_t answer_limit_bytes = 1024 * 1024;
constexpr int64_t proof_lifetime_s = 60;
constexpr size_t proof_id_bytes = 16;
constexpr size_t error_name_limit = 64;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string escape(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    if (is_unreserved(c)) {
      escaped.push_back(c);
    } else {
      escaped.push_back('%');
      escaped.push_back(digits[static_cast<uint8_t>(c) >> 4]);
      escaped.push_back(digits[static_cast<uint8_t>(c) & 15U]);
    }
  }
  return escaped;
}

// private_key_jwt (OpenID Connect Core 9, RFC 7523 3).
core::Result<std::string> signed_proof(const model::ProviderClient& client,
                                       std::string_view audience, int64_t now_s) {
  const auto key = tls::SigningKey::from_pem(client.private_key_pem);
  if (!key) return key.error();
  return token::sign_token(*key, "", "JWT",
                           {{"iss", client.id},
                            {"sub", client.id},
                            {"aud", audience},
                            {"iat", now_s},
                            {"exp", now_s + proof_lifetime_s},
                            {"jti", tls::base64url(tls::random_bytes(proof_id_bytes))}});
}

std::string text_member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// RFC 6749 5.1: what is no JSON by its own word may be a page of somebody in between.
bool says_json(const http::ClientResponse& response) {
  const auto type = response.fields.get(FieldName::content_type).value_or("");
  return message::equals_ignoring_case(message::trim_blanks(type.substr(0, type.find(';'))),
                                       "application/json");
}

}  // namespace

std::string encode_form(const Form& form) {
  std::string body;
  for (const auto& [name, value] : form) {
    if (!body.empty()) body.push_back('&');
    body += std::string(name) + "=" + escape(value);
  }
  return body;
}

std::string with_query(const std::string& url, const Form& form) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + encode_form(form);
}

core::Result<token::FetchRequest> token_request(const token::HttpsUrl& endpoint, Form form,
                                                const model::ProviderClient& client,
                                                int64_t now_s) {
  token::FetchRequest request;
  request.url = endpoint;
  request.method = message::Method::post;
  request.response_limit_bytes = answer_limit_bytes;
  switch (client.authentication) {
    case ClientAuthentication::secret_basic:  // both escaped first (RFC 6749 2.3.1)
      request.fields.add(FieldName::authorization,
                         "Basic " + tls::base64(escape(client.id) + ":" + escape(client.secret)));
      break;
    case ClientAuthentication::secret_post:
      form.emplace_back("client_id", client.id);
      form.emplace_back("client_secret", client.secret);
      break;
    case ClientAuthentication::private_key: {
      auto proof = signed_proof(client, "https://" + endpoint.authority() + endpoint.target, now_s);
      if (!proof) return proof.error();
      form.emplace_back("client_id", client.id);
      form.emplace_back("client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      form.emplace_back("client_assertion", std::move(proof).value());
      break;
    }
  }
  request.fields.add(FieldName::content_type, "application/x-www-form-urlencoded");
  request.fields.add(FieldName::accept, "application/json");
  request.body = encode_form(form);
  return request;
}

std::string plain_error_name(std::string_view error) {
  std::string plain(error.substr(0, error_name_limit));
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return !is_unreserved(c); }, '_');
  return plain;
}

SignedIn<TokenAnswer> read_token_answer(const http::ClientResponse& response, GrantType grant) {
  const auto object = token::parse_strict_object(response.body, answer_limit_bytes);
  if (response.status != 200) {
    const std::string name = object ? plain_error_name(text_member(*object, "error")) : "";
    // What a code or a grant is worth is the person's affair, everything else the operator's.
    const bool of_the_code = name == "invalid_grant";
    const SignInFault fault = response.status >= 500 ? SignInFault::provider_unreachable
                              : of_the_code          ? SignInFault::code_refused
                                                     : SignInFault::provider_misconfigured;
    return SignInError{fault, name,
                       "the token endpoint answered " + std::to_string(response.status)};
  }
  if (!object) {
    return SignInError{SignInFault::provider_misconfigured, "",
                       "the token endpoint's answer is " + object.error().reason};
  }
  if (!says_json(response)) {
    return SignInError{SignInFault::provider_misconfigured, "",
                       "the token endpoint's answer has a Content-Type that is not JSON's"};
  }
  TokenAnswer answer{text_member(*object, "id_token"), text_member(*object, "access_token"),
                     text_member(*object, "refresh_token")};
  if (!message::equals_ignoring_case(text_member(*object, "token_type"), "Bearer")) {
    return SignInError{SignInFault::token_refused, "token_type",
                       "the access token is of another kind than Bearer"};  // RFC 6749 7.1
  }
  if (answer.id_token.empty() && grant == GrantType::code)
    return SignInError{SignInFault::token_refused, "missing",
                       "the token endpoint's answer holds no `id_token`"};
  return answer;
}

}  // namespace hawser::access
