// SPDX-License-Identifier: Apache-2.0
// ConnectorRegistry: every connector that enrolled, the certificates that it may show, and whether
// it is still welcome. Owner: the engine's main program. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/authority.h"
#include "control/refusal.h"
#include "control/store.h"
#include "model/ids.h"

namespace hawser::control {

inline constexpr int64_t replaced_certificate_grace_ms = model::day_ms;
inline constexpr size_t connector_count_limit = 10000;
inline constexpr size_t certificates_kept_limit = 4;
inline constexpr int64_t revoked_connector_kept_ms = 90 * model::day_ms;

struct KnownCertificate {
  std::string sha256_hex;  // of the certificate
  std::string public_key_sha256_hex;
  std::string serial_hex;
  int64_t issued_ms = 0;
  int64_t not_after_ms = 0;
  bool seen = false;            // it has opened a channel
  int64_t refuse_after_ms = 0;  // set once a newer one was seen; 0: not replaced
};

struct ConnectorRecord {
  model::Uuid id;
  std::string name;  // what the host calls itself, for people
  std::string tenant;
  std::string group;
  int64_t created_ms = 0;
  int64_t revoked_ms = 0;                      // 0: welcome
  std::vector<KnownCertificate> certificates;  // the newest first
  uint64_t revision = 0;

  bool revoked() const { return revoked_ms != 0; }
};

class ConnectorRegistry {
 public:
  explicit ConnectorRegistry(Store& store) : store_(store) {}  // outlives this

  Outcome<std::vector<ConnectorRecord>> list();          // by name, then id
  Outcome<ConnectorRecord> find(const model::Uuid& id);  // connector_unknown

  // Whether a channel with this certificate is let in: else connector_unknown, connector_revoked,
  // certificate_replaced (by a newer one, more than a day ago) or certificate_unknown. The first
  // channel with a renewed certificate starts the grace of the older ones.
  Outcome<ConnectorRecord> admit(const model::Uuid& id, const std::string& certificate_sha256_hex,
                                 int64_t now_ms);

  // The same question about a record, without noting anything: which certificate it is.
  static Outcome<size_t> welcome(const ConnectorRecord& record,
                                 const std::string& certificate_sha256_hex, int64_t now_ms);

  void revoke(const model::Uuid& id, int64_t now_ms, OutcomeDone<ConnectorRecord> done);

  // For enrolment: the writes that add a connector (and forget those long revoked), to be committed
  // with the token's; and the one that replaces a record that was found.
  Outcome<std::vector<StoreWrite>> add(const ConnectorRecord& record, int64_t now_ms);
  static StoreWrite replace(const ConnectorRecord& record);
  static void add_certificate(ConnectorRecord& record, const IssuedCertificate& issued,
                              int64_t now_ms);

 private:
  void try_to_revoke(const model::Uuid& id, int64_t now_ms, int attempts,
                     OutcomeDone<ConnectorRecord> done);
  void note_seen(ConnectorRecord record, size_t certificate, int64_t now_ms);

  Store& store_;
};

}  // namespace hawser::control
