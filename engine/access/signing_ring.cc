// SPDX-License-Identifier: Apache-2.0
#include "access/signing_ring.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/json_members.h"
#include "tls/certificate.h"
#include "token/signing.h"

namespace hawser::access {
namespace {

using nlohmann::json;

constexpr size_t signing_ring_limit_bytes = 64 * 1024;

core::Result<SigningRing::Key> signing_key_of(std::string pem, int64_t made_s) {
  auto key = tls::SigningKey::from_pem(pem);
  if (!key) return key.error();
  if (key->algorithm() != tls::SignatureAlgorithm::es256) return core::Error{"not a P-256 key"};
  std::string id = token::key_id_of(*key);
  return SigningRing::Key{std::move(id), made_s, std::move(pem), std::move(key).value()};
}

core::Result<SigningRing::Key> read_signing_key(const json& object) {
  uint64_t made_s = 0;
  std::string pem;
  model::JsonMembers members(object);
  members.read("made_s", made_s);
  members.read("key", pem);
  if (!members.ok()) return members.error();
  return signing_key_of(std::move(pem), static_cast<int64_t>(made_s));
}

}  // namespace

core::Result<SigningRing> SigningRing::parse(std::string_view text) {
  const auto object = model::parse_json_object(text, signing_ring_limit_bytes);
  if (!object) return object.error();
  model::JsonMembers members(*object);
  const json* list = members.list("keys");
  if (list == nullptr || list->empty()) return core::Error{"no list of keys"};
  std::vector<Key> keys;
  for (const json& item : *list) {
    auto key = read_signing_key(item);
    if (!key) return key.error();
    keys.push_back(std::move(key).value());
  }
  std::stable_sort(keys.begin(), keys.end(),
                   [](const Key& a, const Key& b) { return a.made_s < b.made_s; });
  return SigningRing(std::move(keys));
}

std::string SigningRing::to_json() const {
  json list = json::array();
  for (const Key& key : keys_) list.push_back({{"made_s", key.made_s}, {"key", key.pem}});
  return model::write_json({{"keys", list}});
}

core::Result<SigningRing> SigningRing::rotated(int64_t now_s) const {
  std::vector<Key> keys;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const bool last = i + 1 == keys_.size();
    if (last || keys_[i + 1].made_s + published_before_s + published_after_s > now_s)
      keys.push_back(keys_[i]);
  }
  if (keys.empty() || keys.back().made_s + rotate_after_s <= now_s) {
    auto pem = tls::make_private_key_pem();
    if (!pem) return pem.error();
    auto made = signing_key_of(std::move(pem).value(), now_s);
    if (!made) return made.error();
    keys.push_back(std::move(made).value());
  }
  return SigningRing(std::move(keys));
}

// The first of all signs at once: nobody has read any before.
const SigningRing::Key* SigningRing::signer(int64_t now_s) const {
  for (auto key = keys_.rbegin(); key != keys_.rend(); ++key)
    if (key->made_s + published_before_s <= now_s) return &*key;
  return keys_.empty() ? nullptr : &keys_.front();
}

std::string SigningRing::jwk_set() const {
  json list = json::array();
  for (const Key& key : keys_) list.push_back(token::public_jwk(key.key));
  return model::write_json({{"keys", list}});
}

}  // namespace hawser::access
