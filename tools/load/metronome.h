// SPDX-License-Identifier: Apache-2.0
// Metronome: beats at an even pace, to some microseconds, which the loop's own timers cannot. What
// a beat asks for late is still dated by when it was due. Owner: a scenario. Thread: main; it waits
// on one of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "core/loop.h"
#include "core/mailbox.h"

namespace hawser::load {

class Metronome {
 public:
  // Beats from now on; `on_beat` gets the time that it was due at, as Loop::now_us() tells it.
  Metronome(core::Loop& loop, uint64_t beats_per_second, std::function<void(uint64_t)> on_beat);
  ~Metronome();
  Metronome(const Metronome&) = delete;
  Metronome& operator=(const Metronome&) = delete;

 private:
  void run(uint64_t began_us, uint64_t beats_per_second);

  core::Mailbox mailbox_;
  std::function<void(uint64_t)> on_beat_;
  std::atomic<bool> over_{false};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace hawser::load
