// SPDX-License-Identifier: Apache-2.0
// IssuerKeys: the keys of one trusted issuer: those that the operator pinned, or those that the
// issuer publishes, read again as often as token/key_freshness.h says and used through an outage of
// a day at most. Owner: the IdentityVerifier. Thread: the
// worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connector/trusted_issuer.h"
#include "core/log.h"
#include "core/loop.h"
#include "tls/context.h"
#include "token/fetch.h"
#include "token/key_set.h"

namespace hawser::connector {

class IssuerKeys {
 public:
  using Keys = std::shared_ptr<const token::KeySet>;
  using Done = std::function<void(core::Result<Keys>)>;

  // All outlive it.
  IssuerKeys(core::Loop& loop, core::Log& log, const TrustedIssuer& issuer);
  ~IssuerKeys();
  IssuerKeys(const IssuerKeys&) = delete;
  IssuerKeys& operator=(const IssuerKeys&) = delete;

  // Answers once, perhaps within the call. `anew`: a token names a key that is not among those
  // given before; the issuer is asked again unless it just was.
  void ask(bool anew, Done done);

 private:
  void begin();
  void fetch(const token::HttpsUrl& url, size_t limit_bytes,
             void (IssuerKeys::*then)(core::Result<http::ClientResponse>));
  void on_description(core::Result<http::ClientResponse> response);
  void on_keys(core::Result<http::ClientResponse> response);
  void fail(const std::string& reason);
  void answer();
  bool is_past(uint64_t age_ms) const;
  bool has_usable_keys() const;

  core::Loop& loop_;
  core::Log& log_;
  const TrustedIssuer& issuer_;
  std::shared_ptr<tls::Context> tls_;
  Keys keys_;
  std::string failure_;  // of the last attempt
  bool asking_ = false;
  uint64_t asked_ms_ = 0;  // 0: never
  uint64_t due_ms_ = 0;    // when known ones are read again
  uint64_t read_ms_ = 0;   // when they came
  std::vector<Done> waiting_;
  std::unique_ptr<token::Fetch> fetch_;
};

}  // namespace hawser::connector
