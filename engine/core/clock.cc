// SPDX-License-Identifier: Apache-2.0
#include "core/clock.h"

#include <ctime>

namespace hawser::core {

namespace {
int64_t read_us(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}
}  // namespace

uint64_t SystemClock::monotonic_us() const {
  return static_cast<uint64_t>(read_us(CLOCK_MONOTONIC));
}

int64_t SystemClock::wall_ms() const { return read_us(CLOCK_REALTIME) / 1000; }

const SystemClock& SystemClock::instance() {
  static const SystemClock clock;
  return clock;
}

}  // namespace hawser::core
