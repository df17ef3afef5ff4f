// SPDX-License-Identifier: Apache-2.0
#include "control/connector_registry.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "control/record_json.h"

namespace hawser::control {
namespace {

using nlohmann::json;

constexpr std::string_view connectors_prefix = "connectors/";
constexpr int revoke_attempts = 5;

std::string key_of_connector(const model::Uuid& id) {
  return std::string(connectors_prefix) + id.to_string();
}

json to_json(const KnownCertificate& certificate) {
  return {{"sha256", certificate.sha256_hex},
          {"public_key_sha256", certificate.public_key_sha256_hex},
          {"serial", certificate.serial_hex},
          {"issued_ms", certificate.issued_ms},
          {"not_after_ms", certificate.not_after_ms},
          {"seen", certificate.seen},
          {"refuse_after_ms", certificate.refuse_after_ms}};
}

core::Result<KnownCertificate> certificate_from(const json& item) {
  model::JsonMembers members(item);
  KnownCertificate certificate;
  members.read("sha256", certificate.sha256_hex);
  members.read("public_key_sha256", certificate.public_key_sha256_hex);
  members.read("serial", certificate.serial_hex);
  read_time(members, "issued_ms", certificate.issued_ms);
  read_time(members, "not_after_ms", certificate.not_after_ms);
  members.read("seen", certificate.seen);
  read_time(members, "refuse_after_ms", certificate.refuse_after_ms);
  if (!members.ok()) return members.error();
  return certificate;
}

std::string encode(const ConnectorRecord& record) {
  json certificates = json::array();
  for (const auto& certificate : record.certificates) certificates.push_back(to_json(certificate));
  return model::write_json({{"name", record.name},
                            {"tenant", record.tenant},
                            {"group", record.group},
                            {"created_ms", record.created_ms},
                            {"revoked_ms", record.revoked_ms},
                            {"certificates", std::move(certificates)}});
}

core::Result<ConnectorRecord> record_from(const json& object) {
  model::JsonMembers members(object);
  ConnectorRecord record;
  members.read("name", record.name);
  members.read("tenant", record.tenant);
  members.read("group", record.group);
  read_time(members, "created_ms", record.created_ms);
  read_time(members, "revoked_ms", record.revoked_ms);
  const json* list = members.list("certificates");
  if (!members.ok()) return members.error();
  if (list == nullptr) return record;
  for (const json& item : *list) {
    auto certificate = certificate_from(item);
    if (!certificate.ok()) return certificate.error();
    record.certificates.push_back(std::move(certificate).value());
  }
  return record;
}

Outcome<ConnectorRecord> read_connector(const StoreEntry& entry) {
  const auto id = model::Uuid::parse(std::string_view(entry.key).substr(connectors_prefix.size()));
  if (!id.ok()) return damaged_record(entry.key, id.error());
  auto object = model::parse_json_object(entry.value, store_value_limit_bytes);
  if (!object.ok()) return damaged_record(entry.key, object.error());
  auto record = record_from(*object);
  if (!record.ok()) return damaged_record(entry.key, record.error());
  record->id = *id;
  record->revision = entry.revision;
  return std::move(record).value();
}

}  // namespace

Outcome<std::vector<ConnectorRecord>> ConnectorRegistry::list() {
  auto listing = store_.list(connectors_prefix);
  if (!listing.ok()) return refusal_of(listing.error());
  std::vector<ConnectorRecord> records;
  for (const StoreEntry& entry : listing->entries) {
    auto record = read_connector(entry);
    if (!record.ok()) return record.error();
    records.push_back(std::move(record).value());
  }
  std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
    return std::tie(a.name, a.id) < std::tie(b.name, b.id);
  });
  return records;
}

Outcome<ConnectorRecord> ConnectorRegistry::find(const model::Uuid& id) {
  auto entry = store_.get(key_of_connector(id));
  if (!entry.ok()) return refusal_of(entry.error());
  if (entry->has_value()) return read_connector(**entry);
  return Refusal{404, "connector_unknown",
                 "no connector " + id.to_string() + " is enrolled here; enrol it again"};
}

Outcome<size_t> ConnectorRegistry::welcome(const ConnectorRecord& record,
                                           const std::string& certificate_sha256_hex,
                                           int64_t now_ms) {
  if (record.revoked()) {
    return Refusal{403, "connector_revoked", "the connector has been revoked; enrol it again"};
  }
  const auto found =
      std::find_if(record.certificates.begin(), record.certificates.end(),
                   [&](const auto& known) { return known.sha256_hex == certificate_sha256_hex; });
  if (found == record.certificates.end()) {
    return Refusal{403, "certificate_unknown",
                   "the certificate is none that the engine's state knows; enrol again"};
  }
  if (found->refuse_after_ms != 0 && now_ms >= found->refuse_after_ms) {
    return Refusal{403, "certificate_replaced", "a newer certificate has taken its place"};
  }
  return static_cast<size_t>(found - record.certificates.begin());
}

Outcome<ConnectorRecord> ConnectorRegistry::admit(const model::Uuid& id,
                                                  const std::string& certificate_sha256_hex,
                                                  int64_t now_ms) {
  auto record = find(id);
  if (!record.ok()) return record;
  auto certificate = welcome(*record, certificate_sha256_hex, now_ms);
  if (!certificate.ok()) return certificate.error();
  if (!record->certificates[*certificate].seen) note_seen(*record, *certificate, now_ms);
  return record;
}

void ConnectorRegistry::note_seen(ConnectorRecord record, size_t certificate, int64_t now_ms) {
  record.certificates[certificate].seen = true;
  for (size_t older = certificate + 1; older < record.certificates.size(); ++older) {
    int64_t& refuse_after_ms = record.certificates[older].refuse_after_ms;
    if (refuse_after_ms == 0) refuse_after_ms = now_ms + replaced_certificate_grace_ms;
  }
  // If this fails, the next channel notes it.
  store_.commit({replace(record)}, [](const StoreResult<uint64_t>&) {});
}

void ConnectorRegistry::revoke(const model::Uuid& id, int64_t now_ms,
                               OutcomeDone<ConnectorRecord> done) {
  try_to_revoke(id, now_ms, revoke_attempts, std::move(done));
}

void ConnectorRegistry::try_to_revoke(const model::Uuid& id, int64_t now_ms, int attempts,
                                      OutcomeDone<ConnectorRecord> done) {
  auto record = find(id);
  if (!record.ok() || record->revoked()) return done(std::move(record));
  record->revoked_ms = now_ms;
  store_.commit({replace(*record)}, [this, revoked = *record, now_ms, attempts,
                                     done](const StoreResult<uint64_t>& saved) {
    if (saved.ok()) return done(revoked);
    if (saved.error().fault == StoreFault::conflict && attempts > 1) {
      return try_to_revoke(revoked.id, now_ms, attempts - 1, done);
    }
    done(refusal_of(saved.error()));
  });
}

Outcome<std::vector<StoreWrite>> ConnectorRegistry::add(const ConnectorRecord& record,
                                                        int64_t now_ms) {
  auto records = list();
  if (!records.ok()) return records.error();
  std::vector<StoreWrite> writes;
  for (const ConnectorRecord& known : *records) {
    if (!known.revoked() || now_ms - known.revoked_ms < revoked_connector_kept_ms) continue;
    writes.push_back({key_of_connector(known.id), std::nullopt, known.revision, no_lease});
    if (writes.size() + 2 == store_writes_limit) break;
  }
  if (records->size() - writes.size() >= connector_count_limit) {
    return Refusal{409, "connector_limit", "10,000 connectors are enrolled; revoke some first"};
  }
  writes.push_back({key_of_connector(record.id), encode(record), 0, no_lease});
  return writes;
}

StoreWrite ConnectorRegistry::replace(const ConnectorRecord& record) {
  return {key_of_connector(record.id), encode(record), record.revision, no_lease};
}

void ConnectorRegistry::add_certificate(ConnectorRecord& record, const IssuedCertificate& issued,
                                        int64_t now_ms) {
  KnownCertificate known;
  known.sha256_hex = issued.facts.sha256_hex;
  known.public_key_sha256_hex = issued.facts.public_key_sha256_hex;
  known.serial_hex = issued.facts.serial_hex;
  known.issued_ms = now_ms;
  known.not_after_ms = issued.facts.not_after_ms;
  auto& certificates = record.certificates;
  if (certificates.size() >= certificates_kept_limit) {
    // One that no channel ever showed goes first: its answer was lost on the way.
    const auto unseen = std::find_if(certificates.rbegin(), certificates.rend(),
                                     [](const auto& each) { return !each.seen; });
    certificates.erase(unseen == certificates.rend() ? std::prev(certificates.end())
                                                     : std::prev(unseen.base()));
  }
  certificates.insert(certificates.begin(), std::move(known));
}

}  // namespace hawser::control
