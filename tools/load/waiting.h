// SPDX-License-Identifier: Apache-2.0
// Waiting: turning the loop until something holds, and doing something at a pace meanwhile. Owner:
// a scenario. Thread: main.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "core/loop.h"
#include "core/timer_wheel.h"

namespace hawser::load {

// Calls `on_tick` every `interval_ms` as long as it exists.
class Pace {
 public:
  Pace(core::Loop& loop, uint64_t interval_ms, std::function<void()> on_tick)
      : loop_(loop), interval_ms_(interval_ms), on_tick_(std::move(on_tick)) {
    due_.arm(loop_.timers(), interval_ms_);
  }

 private:
  core::Loop& loop_;
  uint64_t interval_ms_;
  std::function<void()> on_tick_;
  core::Deadline due_{[this] {
    due_.arm(loop_.timers(), interval_ms_);
    on_tick_();
  }};
};

// Turns the loop until `holds`; false when `within_ms` went by before.
inline bool wait_until(core::Loop& loop, uint64_t within_ms, const std::function<bool()>& holds) {
  const uint64_t end_ms = loop.now_us() / 1000 + within_ms;
  const Pace waker(loop, 50, [] {});
  while (!holds()) {
    if (loop.now_us() / 1000 >= end_ms) return false;
    loop.turn(true);
  }
  return true;
}

inline void wait_for(core::Loop& loop, uint64_t ms) {
  wait_until(loop, ms, [] { return false; });
}

}  // namespace hawser::load
