// SPDX-License-Identifier: Apache-2.0
// Assertions: the signed tokens by which an application can check for itself who is asking, and
// that it was us who said so. One serves the requests of a session for half of its life, because a
// signature costs more than all the rest that is done for a request. Owner: the Gate. Thread: the
// worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/session_cookie.h"
#include "access/signing_ring.h"
#include "model/app.h"

namespace hawser::access {

class Assertions {
 public:
  static constexpr int64_t lifetime_s = 60;
  static constexpr int64_t used_for_s = lifetime_s / 2;
  static constexpr size_t kept_limit = 4'000;

  void apply(std::shared_ptr<const SigningRing> ring) { ring_ = std::move(ring); }
  const SigningRing& ring() const { return *ring_; }

  // A JWT (ES256) that tells the facts to the app, which was asked for as `base_url`. "" where
  // there is no key to sign with. Facts without a session are signed each time.
  std::string of(const model::App& app, const std::string& base_url, const SessionFacts& facts,
                 int64_t now_s);
  size_t kept() const { return young_.size() + old_.size(); }

 private:
  struct Kept {
    std::string token;
    int64_t made_s = 0;
    SessionFacts facts;
  };
  using Map = std::unordered_map<std::string, Kept>;

  static const Kept* find(const Map& map, const std::string& name, const SessionFacts& facts,
                          int64_t now_s);
  std::string sign(const model::App& app, const std::string& base_url, const SessionFacts& facts,
                   int64_t now_s) const;
  void keep(std::string name, Kept made, int64_t now_s);

  std::shared_ptr<const SigningRing> ring_ = std::make_shared<const SigningRing>();
  // Two ages, so that what is too old goes as a whole.
  Map young_;
  Map old_;
  int64_t young_since_s_ = 0;
};

}  // namespace hawser::access
