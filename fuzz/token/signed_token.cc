// SPDX-License-Identifier: Apache-2.0
// signed_token: what a provider or a program hands us as a token, either as it stands, or as lines
// (header, claims, and whatever signature the third line has, "" for one by the issuer's own key).
// Nothing that the issuer did not sign is ever taken, and what is taken says what it has to.
#include "token/signed_token.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "support/check.h"
#include "tls/digest.h"
#include "tls/signing_key.h"
#include "token/access_token.h"
#include "token/id_token.h"
#include "token/logout_token.h"
#include "token/signing.h"

namespace hawser::fuzz {
namespace {

using nlohmann::json;
using token::TokenFault;

constexpr int64_t now_s = 1'800'000'000;
constexpr int64_t skew_s = 60;
constexpr char issuer[] = "https://login.example";
constexpr char client[] = "hawser";
constexpr char nonce[] = "n-0S6_WzA2Mj";

// Of this harness alone.
constexpr char issuers_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCVrso/Lib/cJLkCZ\n"
    "7AspYtT8E+n64Wk+SbdQX+I99WGhRANCAARC/CJnx1NU08lYnWlGjteroWxh1B3/\n"
    "MMRF7FwwpJ9mJolGyXza3qGginx+OaWG3wYXwS/HBm+VDkkKRe1DJH+d\n"
    "-----END PRIVATE KEY-----\n";

const tls::SigningKey& key() {
  static const tls::SigningKey made = *tls::SigningKey::from_pem(issuers_key);
  return made;
}

const token::KeySet& keys() {
  static const token::KeySet made =
      *token::KeySet::parse(json{{"keys", {token::public_jwk(key())}}}.dump());
  return made;
}

struct Input {
  std::string compact;
  bool by_the_issuer = false;
};

Input input_of(std::string_view text) {
  const size_t first = text.find('\n');
  if (first == std::string_view::npos) return {std::string(text), false};
  const size_t second = text.find('\n', first + 1);
  const std::string_view claims =
      text.substr(first + 1, second == text.npos ? text.npos : second - first - 1);
  // What is no token anyway need not be signed.
  if (!json::accept(text.substr(0, first)) || !json::accept(claims)) return {};
  const std::string signed_part =
      tls::base64url(text.substr(0, first)) + "." + tls::base64url(claims);
  if (second != text.npos && second + 1 < text.size())
    return {signed_part + "." + std::string(text.substr(second + 1)), false};
  return {signed_part + "." + tls::base64url(*key().sign(signed_part)), true};
}

bool is_one_of(const json& value, std::string_view wanted) {
  if (value.is_string()) return value == wanted;
  return value.is_array() && std::find(value.begin(), value.end(), json(wanted)) != value.end();
}

int64_t number_of(const json& claims, const char* name, int64_t otherwise) {
  const auto found = claims.find(name);
  if (found == claims.end()) return otherwise;
  require(found->is_number(), "a time that is taken is a number", claims.dump());
  return static_cast<int64_t>(found->get<double>());
}

// Read again, by JSON alone.
void check_taken(const std::string& compact) {
  const size_t first = compact.find('.');
  const auto text = tls::base64url_decode(
      std::string_view(compact).substr(first + 1, compact.rfind('.') - first - 1));
  require(text.ok(), "a token that is taken has a payload", compact);
  const json claims = json::parse(*text, nullptr, false);
  require(claims.is_object(), "the payload is an object", *text);
  require(claims.contains("iss") && claims["iss"] == issuer, "from the issuer", *text);
  require(claims.contains("aud") && is_one_of(claims["aud"], client), "meant for us", *text);
  require(number_of(claims, "exp", now_s) + skew_s >= now_s, "not expired", *text);
  require(number_of(claims, "nbf", 0) <= now_s + skew_s, "not for later", *text);
}

template <class T>
bool taken(const token::Checked<T>& checked) {
  if (checked.ok() || !planted_fault) return checked.ok();
  // Planted: who issued a token, whom it is meant for and until when make no difference.
  const TokenFault fault = checked.error().fault;
  return fault == TokenFault::issuer_wrong || fault == TokenFault::audience_wrong ||
         fault == TokenFault::expired;
}

void check_spelling(const std::string& compact, const token::SignedToken& read) {
  require_same(read.signed_part + "." + tls::base64url(read.signature), compact,
               "one spelling of each token");
  require(read.claims.is_object(), "claims are an object");
}

void check(const Input& input) {
  const auto read = token::read_signed_token(input.compact);
  if (read.ok()) check_spelling(input.compact, *read);
  const token::TokenTime time{now_s, skew_s};
  token::IdTokenWanted wanted;
  wanted.issuer = issuer;
  wanted.client_id = client;
  wanted.nonce = nonce;
  wanted.time = time;
  const bool id = taken(check_id_token(input.compact, keys(), wanted));
  const bool access = taken(check_access_token(input.compact, keys(), {issuer, client, time}));
  const bool logout = taken(check_logout_token(input.compact, keys(), {issuer, client, time}));
  if (!id && !access && !logout) return;
  require(input.by_the_issuer, "what is taken was signed by the issuer", input.compact);
  require(id + access + logout == 1, "a token is of one kind", input.compact);
  check_taken(input.compact);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  check(input_of(view_of(data, size)));
  return 0;
}

}  // namespace hawser::fuzz
