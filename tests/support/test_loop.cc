// SPDX-License-Identifier: Apache-2.0
#include "support/test_loop.h"

#include <uv.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace hawser::test {

namespace {

// Wakes the loop now and then, so that the bound is noticed when nothing else happens.
class Waker {
 public:
  explicit Waker(core::Loop& loop) : loop_(loop), timer_(new uv_timer_t) {
    uv_timer_init(loop.raw(), timer_);
    uv_timer_start(
        timer_, [](uv_timer_t*) {}, 20, 20);
  }
  ~Waker() {
    uv_close(reinterpret_cast<uv_handle_t*>(timer_),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
    loop_.turn(false);
  }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

 private:
  core::Loop& loop_;
  uv_timer_t* timer_;
};

}  // namespace

bool run_until(core::Loop& loop, const std::function<bool()>& predicate, uint64_t bound_ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(bound_ms);
  if (predicate()) return true;
  const Waker waker(loop);
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop.turn(true);
  }
  return true;
}

void settle(core::Loop& loop, int turns) {
  for (int i = 0; i < turns; ++i) loop.turn(false);
}

uint64_t test_seed() {
  static const uint64_t seed = [] {
    const char* given = std::getenv("HAWSER_TEST_SEED");
    const uint64_t chosen =
        given != nullptr
            ? std::strtoull(given, nullptr, 10)
            : static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    std::printf("HAWSER_TEST_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    return chosen;
  }();
  return seed;
}

}  // namespace hawser::test
