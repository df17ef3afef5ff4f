// SPDX-License-Identifier: Apache-2.0
// Renewal: replaces the connector's key and certificate in time, over a channel, so that nobody has
// to enrol twice. Owner: the main program. Thread: main.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "connector/control_call.h"
#include "connector/state_dir.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/result.h"
#include "core/timer_wheel.h"

namespace hawser::connector {

class Renewal {
 public:
  static constexpr uint64_t default_age_ms = 30ull * 24 * 60 * 60 * 1000;
  static constexpr uint64_t check_every_ms = 60 * 60 * 1000;
  static constexpr uint64_t first_retry_ms = 1'000;

  // Makes a call on some channel; `done` comes on main.
  using Call = std::function<void(ControlRequest, ControlCall::Done done)>;
  // Everything is on disk; channels dialled from now on use it.
  using Renewed = std::function<void(const Credentials&, const std::string& authorities_pem)>;

  // `age_ms`: a certificate older than that is renewed.
  Renewal(core::Loop& loop, core::Log& log, const StateDir& state, std::string identity_uri,
          uint64_t age_ms, Call call, Renewed renewed);

  // Begins to watch the certificate in use.
  core::Result<void> watch(const std::string& certificate_pem);
  // Whatever the age: an engine asked for it.
  void renew_now();
  // A channel came up: what waited for one may go on.
  void channel_available();
  bool under_way() const { return under_way_; }

 private:
  void check();
  void begin();
  void answered(const std::string& private_key_pem, const ControlResult& result);
  core::Result<void> accept(const std::string& private_key_pem, const ControlResult& result);
  void arm(uint64_t delay_ms);

  core::Loop& loop_;
  core::Log& log_;
  const StateDir& state_;
  std::string identity_uri_;
  uint64_t age_ms_;
  Call call_;
  Renewed renewed_;
  int64_t not_before_ms_ = 0;
  bool wanted_ = false;
  bool under_way_ = false;
  uint64_t retry_ms_ = first_retry_ms;
  core::Deadline due_;
};

}  // namespace hawser::connector
