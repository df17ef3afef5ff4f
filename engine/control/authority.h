// SPDX-License-Identifier: Apache-2.0
// Authority: the certificate authority inside the engine: who may be an engine or a connector of
// this trust domain. Kept in the store, made at the first start. Several may be trusted while one
// signs, so that one can follow another. Owner: the engine's main program. Thread: the control
// thread alone.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/refusal.h"
#include "control/store.h"
#include "model/durations.h"
#include "model/ids.h"
#include "tls/certificate.h"
#include "tls/context.h"

namespace hawser::control {

inline constexpr int64_t certificate_life_ms = 60 * model::day_ms;
inline constexpr int64_t certificate_renewal_age_ms = 30 * model::day_ms;  // older ones are renewed
inline constexpr int64_t authority_life_ms = 3650 * model::day_ms;

struct IssuedCertificate {
  std::string certificate_pem;
  tls::CertificateFacts facts;
};

// A connector's, an engine's: unguessable.
model::Uuid random_uuid();

class Authority {
 public:
  // Reads the authorities of the store or makes the first. `store` outlives the authority.
  static void open(Store& store, const std::string& trust_domain, int64_t now_ms,
                   OutcomeDone<std::unique_ptr<Authority>> done);

  const std::string& trust_domain() const { return trust_domain_; }
  // SHA-256 of the signing authority's public key: what tokens pin.
  std::array<uint8_t, 32> pin() const;
  // All trusted authorities, the signing one first: one PEM text, or one text each.
  std::string bundle_pem() const;
  std::vector<std::string> certificates() const;
  int64_t signing_not_after_ms() const;

  // A new key, never on disk, and its certificate (60 days, server and client). The engine asks
  // again when the one in use is older than certificate_renewal_age_ms.
  core::Result<tls::KeyPair> issue_engine_certificate(const model::Uuid& engine,
                                                      int64_t now_ms) const;
  // The identity is ours to say; `public_key_pem` comes from tls::check_signing_request_pem().
  core::Result<IssuedCertificate> issue_connector_certificate(std::string_view tenant,
                                                              const model::Uuid& connector,
                                                              std::string_view public_key_pem,
                                                              int64_t now_ms) const;

  // Rollover, in three steps with time between them for every connector to hear of it: a new one is
  // trusted; then it signs; then the old one goes. Tokens pinned to the old one end with step two.
  void add(int64_t now_ms, OutcomeDone<std::string> done);  // the new one's pin, hex
  void sign_with(const std::string& pin_hex, OutcomeDone<void> done);
  void retire(const std::string& pin_hex, OutcomeDone<void> done);

 private:
  struct Member {
    std::string pin_hex;
    std::string certificate_pem;
    std::string private_key_pem;
    int64_t not_after_ms = 0;
  };
  using Members = std::vector<Member>;  // the signing one first, never empty

  Authority(Store& store, std::string trust_domain)
      : store_(store), trust_domain_(std::move(trust_domain)) {}
  // Null when the store has none yet.
  static Outcome<std::unique_ptr<Authority>> read(Store& store, const std::string& trust_domain);
  static core::Result<Member> make_member(const std::string& trust_domain, int64_t now_ms);
  static core::Result<Member> check_member(std::string certificate_pem,
                                           std::string private_key_pem);
  core::Result<void> decode(std::string_view text);
  static std::string encode(const std::string& trust_domain, const Members& members);
  size_t index_of(const std::string& pin_hex) const;  // members_.size(): none
  core::Result<std::string> sign(std::string_view public_key_pem, tls::IssuedFor subject,
                                 int64_t now_ms) const;
  void save(Members wanted, OutcomeDone<void> done);
  const Member& signing() const { return members_.front(); }

  Store& store_;
  std::string trust_domain_;
  Members members_;
  uint64_t revision_ = 0;
};

}  // namespace hawser::control
