// SPDX-License-Identifier: Apache-2.0
// IdentityVerifier: the second opinion: checks the ID token that a grant brings, by this
// connector's own configuration, so that an engine that was broken into cannot invent a person.
// What was found is kept as long as the grant is. Owner: the connector's worker. Thread: the
// worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "channel/frame.h"
#include "connector/issuer_keys.h"
#include "connector/trusted_issuer.h"
#include "core/log.h"
#include "core/loop.h"
#include "token/id_token.h"

namespace hawser::connector {

// Whom a grant proves.
struct ProvenPerson {
  struct By {
    const TrustedIssuer* issuer;  // the entry that vouches
    int64_t until_s;
  };
  std::vector<By> by;  // not empty
  token::IdToken token;
};

class IdentityVerifier {
 public:
  using Verdict = core::Result<std::shared_ptr<const ProvenPerson>>;
  using Done = std::function<void(const Verdict&)>;
  // Whoever waits; destroying it ends the waiting.
  using Waiting = std::shared_ptr<const Done>;

  // All outlive the verifier.
  IdentityVerifier(core::Loop& loop, core::Log& log, const TrustedIssuers& issuers);
  ~IdentityVerifier();

  const TrustedIssuers& issuers() const { return issuers_; }
  // `done` is called once, perhaps within the call; then there is nothing to wait for.
  Waiting verify(std::shared_ptr<const channel::Grant> grant, Done done);
  size_t kept() const { return verdicts_.size(); }

 private:
  struct Check;
  struct Kept {
    std::weak_ptr<const channel::Grant> grant;
    Verdict verdict;
  };
  using Step = std::shared_ptr<Check>;

  static std::string read_unchecked(Check& check);
  void next_issuer(const Step& check);
  void check_by(const Step& check, bool anew, const core::Result<IssuerKeys::Keys>& keys);
  void finish(const Step& check);
  void forget_old();
  int64_t now_s() const { return loop_.wall_ms() / 1000; }

  core::Loop& loop_;
  const TrustedIssuers& issuers_;
  std::vector<std::unique_ptr<IssuerKeys>> keys_;  // of each issuer
  std::unordered_map<const channel::Grant*, Kept> verdicts_;
  std::map<const channel::Grant*, Step> checks_;  // under way
  size_t forget_at_ = 1000;
};

}  // namespace hawser::connector
