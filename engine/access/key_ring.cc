// SPDX-License-Identifier: Apache-2.0
#include "access/key_ring.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/json_members.h"
#include "tls/digest.h"

namespace hawser::access {
namespace {

using nlohmann::json;

constexpr size_t key_bytes = 32;
constexpr size_t id_bytes = 4;
constexpr size_t sealing_bytes = id_bytes + 12 + 16;  // the key's id, nonce and tag
constexpr size_t ring_limit_bytes = 64 * 1024;

std::string id_text(uint32_t id) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8) text.push_back(static_cast<char>(id >> shift));
  return text;
}

core::Result<SealingKey> read_key(const json& object) {
  uint64_t id = 0;
  uint64_t made_s = 0;
  std::string encoded;
  model::JsonMembers members(object);
  members.read("id", id);
  members.read("made_s", made_s);
  members.read("key", encoded);
  if (!members.ok()) return members.error();
  auto bytes = tls::base64url_decode(encoded);
  if (!bytes || bytes->size() != key_bytes || id > UINT32_MAX)
    return core::Error{"a key that is none"};
  return SealingKey{static_cast<uint32_t>(id), static_cast<int64_t>(made_s),
                    std::move(bytes).value()};
}

}  // namespace

core::Result<KeyRing> KeyRing::parse(std::string_view text) {
  const auto object = model::parse_json_object(text, ring_limit_bytes);
  if (!object) return object.error();
  model::JsonMembers members(*object);
  const json* list = members.list("keys");
  if (list == nullptr || list->empty()) return core::Error{"no list of keys"};
  std::vector<SealingKey> keys;
  for (const json& item : *list) {
    auto key = read_key(item);
    if (!key) return key.error();
    keys.push_back(std::move(key).value());
  }
  std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return KeyRing(std::move(keys));
}

std::string KeyRing::to_json() const {
  json list = json::array();
  for (const SealingKey& key : keys_)
    list.push_back({{"id", key.id}, {"made_s", key.made_s}, {"key", tls::base64url(key.bytes)}});
  return model::write_json({{"keys", list}});
}

KeyRing KeyRing::rotated(int64_t now_s, int64_t rotate_after_s, int64_t keep_s) const {
  std::vector<SealingKey> keys;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const bool last = i + 1 == keys_.size();
    if (last || keys_[i + 1].made_s + keep_s > now_s) keys.push_back(keys_[i]);
  }
  if (keys.empty() || keys.back().made_s + rotate_after_s <= now_s) {
    const uint32_t id = keys.empty() ? 1 : keys.back().id + 1;
    keys.push_back({id, now_s, tls::random_bytes(key_bytes)});
  }
  return KeyRing(std::move(keys));
}

std::string KeyRing::seal(std::string_view purpose, std::string_view plaintext) const {
  HAWSER_ASSERT(!keys_.empty());
  const SealingKey& key = keys_.back();
  return tls::base64url(id_text(key.id) + tls::aead_seal(key.bytes, plaintext, purpose));
}

core::Result<std::string> KeyRing::open(std::string_view purpose, std::string_view sealed) const {
  const auto bytes = tls::base64url_decode(sealed);
  if (!bytes) return bytes.error();
  if (bytes->size() < sealing_bytes) return core::Error{"too short to be sealed"};
  const std::string_view all = *bytes;
  for (const SealingKey& key : keys_)
    if (all.substr(0, id_bytes) == id_text(key.id))
      return tls::aead_open(key.bytes, all.substr(id_bytes), purpose);
  return core::Error{"sealed with a key that is not in the ring"};
}

size_t KeyRing::sealed_size(size_t plaintext_bytes) {
  return ((plaintext_bytes + sealing_bytes) * 4 + 2) / 3;
}

}  // namespace hawser::access
