// SPDX-License-Identifier: Apache-2.0
// Renewals: sessions of which a worker asks for the facts anew. However many of a session's
// requests wait for them, they are asked for once. Owner: the Gate. Thread: the worker's own.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "access/session_cookie.h"
#include "access/sign_in_desk.h"
#include "access/sign_in_fault.h"

namespace hawser::access {

class Renewals {
 public:
  using Done = std::function<void(const SignedIn<SessionFacts>&)>;
  // Of one session; who comes then is told at once that there are too many.
  static constexpr size_t waiting_limit = 1000;

  // `desk`, which may be null, outlives it.
  explicit Renewals(SignInDesk* desk);
  ~Renewals();
  Renewals(const Renewals&) = delete;
  Renewals& operator=(const Renewals&) = delete;

  // `done` runs once, unless this has gone by then.
  void ask(const std::string& app, const SessionFacts& facts, Renewal renewal, Done done);
  // Sessions whose marks are asked for: those answers depend on no provider.
  size_t marking() const { return marking_; }
  // Runs whenever marking() has become less.
  void on_fewer(std::function<void()> call) { on_fewer_ = std::move(call); }

 private:
  using Key = std::pair<Renewal, std::string>;  // and the session's raw id
  void answered(const Key& key, const SignedIn<SessionFacts>& facts);

  SignInDesk* desk_;
  std::map<Key, std::vector<Done>> asked_;  // who waits
  size_t marking_ = 0;
  std::function<void()> on_fewer_;
  std::shared_ptr<Renewals*> self_;  // for answers that come after this has gone
};

}  // namespace hawser::access
