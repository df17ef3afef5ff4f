// SPDX-License-Identifier: Apache-2.0
#include "metronome.h"

#include <sys/prctl.h>

#include <ctime>
#include <utility>

namespace hawser::load {

namespace {

constexpr uint64_t us_a_second = 1'000'000;

// The loop's clock is CLOCK_MONOTONIC, too.
void sleep_until(uint64_t us) {
  timespec until{};
  until.tv_sec = static_cast<time_t>(us / us_a_second);
  until.tv_nsec = static_cast<int64_t>(us % us_a_second * 1000);
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

}  // namespace

Metronome::Metronome(core::Loop& loop, uint64_t beats_per_second,
                     std::function<void(uint64_t)> on_beat)
    : mailbox_(loop),
      on_beat_(std::move(on_beat)),
      thread_([this, &loop, beats_per_second] { run(loop.now_us(), beats_per_second); }) {}

Metronome::~Metronome() {
  over_ = true;
  thread_.join();
}

void Metronome::run(uint64_t began_us, uint64_t beats_per_second) {
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // ns; 50,000 by default
  for (uint64_t beat = 0; !over_; ++beat) {
    const uint64_t due_us = began_us + beat * us_a_second / beats_per_second;
    sleep_until(due_us);
    mailbox_.post([this, due_us] { on_beat_(due_us); });
  }
}

}  // namespace hawser::load
