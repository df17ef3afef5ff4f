// SPDX-License-Identifier: Apache-2.0
#include "control/event_seal.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "control/record_json.h"
#include "model/json_members.h"
#include "tls/certificate.h"
#include "tls/digest.h"

namespace hawser::control {
namespace {

constexpr size_t coordinate_bytes = 32;

core::Result<std::string> read_or_make_key(Store& store, const std::string& key) {
  const auto entry = store.get(key);
  if (!entry.ok()) return core::Error{entry.error().reason};
  if (entry->has_value()) return (*entry)->value;
  auto pem = tls::make_private_key_pem();
  if (!pem.ok()) return pem.error();
  core::Result<void> saved;
  store.commit({{key, *pem, 0, no_lease}}, [&saved](const StoreResult<uint64_t>& done) {
    if (!done.ok()) saved = core::Error{done.error().reason};
  });
  if (!saved) return saved.error();
  return pem;
}

}  // namespace

core::Result<EventSeal> EventSeal::open(Store& store, const std::string& engine_id) {
  const std::string record = "event-key/" + engine_id;
  const auto pem = read_or_make_key(store, record);
  if (!pem.ok()) return pem.error();
  auto key = tls::SigningKey::from_pem(*pem);
  if (!key.ok() || key->algorithm() != tls::SignatureAlgorithm::es256)
    return core::Error{"the state's record " + record + " is damaged: no P-256 key"};
  const std::string point = key->p256_point();
  auto own =
      tls::PublicKey::p256(point.substr(0, coordinate_bytes), point.substr(coordinate_bytes));
  if (!own.ok()) return own.error();
  return EventSeal(engine_id, std::move(*key), std::move(*own), tls::sha256_hex(point));
}

std::string EventSeal::signed_text(std::string_view what, const EventMark& mark) const {
  return "hawser event " + std::string(what) + '\n' + engine_id_ + '\n' +
         std::to_string(mark.sequence) + '\n' + mark.sha256_hex + '\n' +
         std::to_string(mark.logged_ms) + '\n' + std::to_string(mark.removed) + '\n' +
         std::to_string(mark.first_break) + '\n';
}

core::Result<std::string> EventSeal::write(std::string_view what, const EventMark& mark) const {
  const auto signature = key_.sign(signed_text(what, mark));
  if (!signature.ok()) return signature.error();
  return model::write_json({{"sequence", mark.sequence},
                            {"sha256", mark.sha256_hex},
                            {"logged_ms", mark.logged_ms},
                            {"removed", mark.removed},
                            {"first_break", mark.first_break},
                            {"key", key_id_},
                            {"signature", tls::base64url(*signature)}});
}

core::Result<EventMark> EventSeal::read(std::string_view what, std::string_view text) const {
  const auto object = model::parse_json_object(text, store_value_limit_bytes);
  if (!object.ok()) return object.error();
  model::JsonMembers members(*object);
  EventMark mark;
  std::string signature;
  members.read("sequence", mark.sequence);
  members.read("sha256", mark.sha256_hex);
  read_time(members, "logged_ms", mark.logged_ms);
  members.read("removed", mark.removed);
  members.read("first_break", mark.first_break);
  members.read("signature", signature);
  if (!members.ok()) return members.error();
  const auto raw = tls::base64url_decode(signature);
  if (!raw.ok() || !public_.verify(tls::SignatureAlgorithm::es256, signed_text(what, mark), *raw))
    return core::Error{"its signature is not of this engine's key"};
  return mark;
}

}  // namespace hawser::control
