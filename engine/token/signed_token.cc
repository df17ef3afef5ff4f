// SPDX-License-Identifier: Apache-2.0
#include "token/signed_token.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "tls/digest.h"
#include "token/strict_json.h"

namespace hawser::token {
namespace {

using nlohmann::json;

constexpr size_t header_limit_bytes = 8 * 1024;
constexpr size_t shown_bytes = 20;  // of a name that somebody else chose

TokenError malformed(std::string reason) {
  return TokenError{TokenFault::malformed, std::move(reason)};
}

// The text between the dots, or nothing unless there are three.
std::optional<std::array<std::string_view, 3>> parts_of(std::string_view compact) {
  if (std::count(compact.begin(), compact.end(), '.') != 2) return std::nullopt;
  const size_t first = compact.find('.');
  const size_t second = compact.rfind('.');
  return std::array{compact.substr(0, first), compact.substr(first + 1, second - first - 1),
                    compact.substr(second + 1)};
}

Checked<json> read_part(std::string_view encoded, size_t limit_bytes, std::string_view name) {
  const auto text = tls::base64url_decode(encoded);
  if (!text) return malformed(std::string(name) + ": " + text.error().reason);
  auto object = parse_strict_object(*text, limit_bytes);
  if (!object) return malformed(std::string(name) + ": " + object.error().reason);
  return std::move(object).value();
}

// An absent member is the empty text.
std::optional<std::string> text_member(const json& header, const char* name) {
  const auto found = header.find(name);
  if (found == header.end()) return std::string();
  if (!found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// RFC 7515 4.1.9: without regard to case, and "application/" may be left out.
std::string plain_type(std::string type) {
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::string_view prefix = "application/";
  return type.starts_with(prefix) ? type.substr(prefix.size()) : type;
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, shown_bytes)) shown.push_back(c > ' ' && c < 127 ? c : '?');
  return shown;
}

Checked<void> read_header(const json& header, SignedToken& token) {
  const auto algorithm = text_member(header, "alg");
  const auto key_id = text_member(header, "kid");
  const auto type = text_member(header, "typ");
  if (!algorithm || !key_id || !type) return malformed("header: `alg`, `kid` or `typ` is no text");
  if (header.contains("crit"))
    return TokenError{TokenFault::extension_refused, "header: `crit` asks for an extension"};
  const auto known = signature_algorithm_named(*algorithm);
  if (!known) {
    return TokenError{TokenFault::algorithm_refused,
                      "`alg` is \"" + printable(*algorithm) + "\", not one that is accepted"};
  }
  token.algorithm = *known;
  token.key_id = *key_id;
  token.type = plain_type(*type);
  return {};
}

}  // namespace

Checked<SignedToken> read_signed_token(std::string_view compact) {
  if (compact.size() > token_limit_bytes) return malformed("longer than its limit");
  const auto parts = parts_of(compact);
  if (!parts)
    return malformed("not three parts with dots between them (an encrypted one has five)");
  const auto header = read_part((*parts)[0], header_limit_bytes, "header");
  if (!header) return header.error();
  SignedToken token;
  if (auto read = read_header(*header, token); !read) return read.error();
  auto claims = read_part((*parts)[1], token_limit_bytes, "payload");
  if (!claims) return claims.error();
  auto signature = tls::base64url_decode((*parts)[2]);
  if (!signature) return malformed("signature: " + signature.error().reason);
  token.claims = std::move(claims).value();
  token.signature = std::move(signature).value();
  token.signed_part = compact.substr(0, compact.rfind('.'));
  return token;
}

Checked<void> check_signature(const SignedToken& token, const KeySet& keys) {
  const auto key = keys.find(token.key_id, token.algorithm);
  if (!key) return key.error();
  if (!(*key)->key.verify(token.algorithm, token.signed_part, token.signature))
    return TokenError{TokenFault::signature_bad, "the signature is not the issuer's"};
  return {};
}

}  // namespace hawser::token
