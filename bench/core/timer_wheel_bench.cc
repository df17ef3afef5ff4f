// SPDX-License-Identifier: Apache-2.0
// What a deadline costs where there are many: arming it anew at each byte that moves.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "core/loop.h"

namespace hawser::core {
namespace {

void rearm_later(benchmark::State& state) {
  Loop loop;
  std::vector<std::unique_ptr<Deadline>> deadlines;
  for (int64_t i = 0; i < state.range(0); ++i) {
    deadlines.push_back(std::make_unique<Deadline>([] {}));
    deadlines.back()->arm(loop.timers(), 60'000 + static_cast<uint64_t>(i));
  }
  size_t next = 0;
  for (auto _ : state) {
    deadlines[next]->arm(loop.timers(), 120'000);
    next = (next + 1) % deadlines.size();
  }
}
BENCHMARK(rearm_later)->Arg(100)->Arg(10'000);

void arm_and_disarm(benchmark::State& state) {
  Loop loop;
  Deadline deadline([] {});
  for (auto _ : state) {
    deadline.arm(loop.timers(), 5'000);
    deadline.disarm();
  }
}
BENCHMARK(arm_and_disarm);

}  // namespace
}  // namespace hawser::core
