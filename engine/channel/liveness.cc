// SPDX-License-Identifier: Apache-2.0
#include "channel/liveness.h"

#include <utility>

namespace hawser::channel {

Liveness::Liveness(core::TimerWheel& timers, const Times& times, std::function<void(uint64_t)> ask,
                   std::function<void()> dead)
    : timers_(timers),
      times_(times),
      ask_(std::move(ask)),
      dead_(std::move(dead)),
      pings_(times.pings_per_second, times.pings_per_second) {}

void Liveness::start() {
  running_ = true;
  deadline_.arm(timers_, times_.ping_after_ms);
}

void Liveness::heard() {
  silent_ = false;
  if (running_) deadline_.arm(timers_, times_.ping_after_ms);
}

void Liveness::ping() {
  if (asked_.has_value()) return;
  asked_ = ++last_token_;
  ask_(last_token_);
}

void Liveness::on_due() {
  if (silent_) {
    dead_();
    return;
  }
  silent_ = true;
  ping();
  deadline_.arm(timers_, times_.pong_within_ms);
}

Fault Liveness::take_ping(uint64_t token) {
  if (owed_.has_value()) return "a second question before the first was answered";
  if (!pings_.allow(timers_.now_ms())) return "a flood";
  owed_ = token;
  return {};
}

Fault Liveness::take_pong(uint64_t token) {
  if (asked_ != token) return "an answer that was not asked for";
  asked_.reset();
  return {};
}

}  // namespace hawser::channel
