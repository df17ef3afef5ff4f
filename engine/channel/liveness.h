// SPDX-License-Identifier: Apache-2.0
// Liveness: whether the peer still lives. Any byte from it is life; after a silence it is asked by
// PING, and if nothing comes then, it is dead. Also keeps the books of PING and PONG: one question
// at a time in each direction. Owner: a link. Thread: the link's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "channel/frame.h"
#include "channel/rate.h"
#include "core/timer_wheel.h"

namespace hawser::channel {

class Liveness {
 public:
  struct Times {
    uint64_t ping_after_ms;
    uint64_t pong_within_ms;
    uint32_t pings_per_second;
  };
  // `ask(token)` sends PING; `dead()` may destroy nothing but through the loop's end of turn.
  Liveness(core::TimerWheel& timers, const Times& times, std::function<void(uint64_t)> ask,
           std::function<void()> dead);

  void start();
  void stop() { deadline_.disarm(); }
  void heard();  // bytes came
  void ping();   // asks now, unless a question is open

  Fault take_ping(uint64_t token);  // owes a PONG
  Fault take_pong(uint64_t token);
  // The PONG that is owed, once.
  std::optional<uint64_t> take_owed_pong() { return std::exchange(owed_, std::nullopt); }
  bool owes_pong() const { return owed_.has_value(); }

 private:
  void on_due();

  core::TimerWheel& timers_;
  Times times_;
  std::function<void(uint64_t)> ask_;
  std::function<void()> dead_;
  Rate pings_;
  core::Deadline deadline_{[this] { on_due(); }};
  bool running_ = false;
  bool silent_ = false;  // asked, and nothing has come since
  std::optional<uint64_t> asked_;
  std::optional<uint64_t> owed_;
  uint64_t last_token_ = 0;
};

}  // namespace hawser::channel
