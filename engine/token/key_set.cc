// SPDX-License-Identifier: Apache-2.0
#include "token/key_set.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tls/digest.h"
#include "token/strict_json.h"

namespace hawser::token {
namespace {

using nlohmann::json;
using tls::PublicKey;
using tls::SignatureAlgorithm;

constexpr std::pair<SignatureAlgorithm, std::string_view> algorithm_names[] = {
    {SignatureAlgorithm::rs256, "RS256"},
    {SignatureAlgorithm::ps256, "PS256"},
    {SignatureAlgorithm::es256, "ES256"},
    {SignatureAlgorithm::ed25519, "EdDSA"},
};

// The text of a member; "" where it is absent or of another type.
std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Not decodable is as good as absent: the key's own checks refuse what is empty.
std::string bytes_of(const json& object, const char* name) {
  auto bytes = tls::base64url_decode(text_of(object, name));
  return bytes.ok() ? std::move(bytes).value() : std::string();
}

core::Result<PublicKey> read_key(const json& object) {
  const std::string kind = text_of(object, "kty");
  const std::string curve = text_of(object, "crv");
  if (kind == "RSA") return PublicKey::rsa(bytes_of(object, "n"), bytes_of(object, "e"));
  if (kind == "EC" && curve == "P-256")
    return PublicKey::p256(bytes_of(object, "x"), bytes_of(object, "y"));
  if (kind == "OKP" && curve == "Ed25519") return PublicKey::ed25519(bytes_of(object, "x"));
  return core::Error{"a key of a kind that is not used here"};
}

// RFC 7517 4.2, 4.3: a key may say what it is for.
bool is_for_signatures(const json& object) {
  if (object.contains("use") && text_of(object, "use") != "sig") return false;
  const auto operations = object.find("key_ops");
  if (operations == object.end()) return true;
  return operations->is_array() &&
         std::find(operations->begin(), operations->end(), json("verify")) != operations->end();
}

core::Result<IssuerKey> read_issuer_key(const json& object) {
  if (!object.is_object()) return core::Error{"not an object"};
  if (!is_for_signatures(object)) return core::Error{"not for checking signatures"};
  auto key = read_key(object);
  if (!key) return key.error();
  IssuerKey read{text_of(object, "kid"), std::nullopt, std::move(key).value()};
  if (object.contains("alg")) {
    read.algorithm = signature_algorithm_named(text_of(object, "alg"));
    if (!read.algorithm) return core::Error{"for an algorithm that is not used here"};
    if (!read.key.fits(*read.algorithm)) return core::Error{"for an algorithm of other keys"};
  }
  return read;
}

bool may_check(const IssuerKey& key, SignatureAlgorithm algorithm) {
  return key.key.fits(algorithm) && (!key.algorithm || *key.algorithm == algorithm);
}

}  // namespace

std::optional<SignatureAlgorithm> signature_algorithm_named(std::string_view name) {
  for (const auto& [algorithm, known] : algorithm_names)
    if (name == known) return algorithm;
  return std::nullopt;
}

std::string_view name_of(SignatureAlgorithm algorithm) {
  for (const auto& [known, name] : algorithm_names)
    if (algorithm == known) return name;
  return "";
}

core::Result<KeySet> KeySet::parse(std::string_view json_text) {
  const auto parsed = parse_strict_object(json_text, limit_bytes);
  if (!parsed) return core::Error{"the key set is " + parsed.error().reason};
  const auto list = parsed->find("keys");
  if (list == parsed->end() || !list->is_array())
    return core::Error{"the key set has no list `keys`"};
  KeySet set;
  for (const json& object : *list) {
    if (set.keys_.size() == key_limit) {
      set.left_out_.emplace_back("all keys past the first " + std::to_string(key_limit));
      break;
    }
    auto key = read_issuer_key(object);
    const size_t index = static_cast<size_t>(&object - &list->front());
    if (key) {
      set.keys_.push_back(std::move(key).value());
    } else if (set.left_out_.size() < key_limit) {
      set.left_out_.push_back("key " + std::to_string(index) + ": " + key.error().reason);
    }
  }
  return set;
}

Checked<const IssuerKey*> KeySet::find(std::string_view id, SignatureAlgorithm algorithm) const {
  const IssuerKey* found = nullptr;
  bool id_known = false;
  for (const IssuerKey& key : keys_) {
    if (!id.empty() && key.id != id) continue;
    id_known = true;
    if (!may_check(key, algorithm)) continue;
    if (found != nullptr) {
      return TokenError{TokenFault::key_unknown, id.empty() ? "no `kid`, and several keys would fit"
                                                            : "several keys have this `kid`"};
    }
    found = &key;
  }
  if (found != nullptr) return found;
  if (id_known && !id.empty())
    return TokenError{TokenFault::key_unfit, "the key that `kid` names is not for this algorithm"};
  return TokenError{TokenFault::key_unknown, "no key of the issuer's has this `kid`"};
}

}  // namespace hawser::token
