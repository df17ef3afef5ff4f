// SPDX-License-Identifier: Apache-2.0
// What one request costs on the whole way. With `signed_in` the app has a rule for a group, and the
// request the cookie of somebody in it.
#include <benchmark/benchmark.h>

#include <string>

#include "way/whole_way.h"

namespace hawser::bench {
namespace {

void report(benchmark::State& state, const std::string& side, const Usage& usage) {
  using benchmark::Counter;
  const auto each = [](double all) { return Counter(all, Counter::kAvgIterations); };
  state.counters[side + "_cpu_us"] = each(usage.cpu_s * 1e6);
  state.counters[side + "_news"] = each(static_cast<double>(usage.news));
  state.counters[side + "_mallocs"] = each(static_cast<double>(usage.mallocs));
}

void keep_alive_get(benchmark::State& state) {
  WholeWay way(static_cast<size_t>(state.range(0)), state.range(1) != 0);
  const Usage engine_before = way.engine_usage();
  const Usage connector_before = way.connector_usage();
  for (auto _ : state) way.await_answer();
  report(state, "engine", way.engine_usage().since(engine_before));
  report(state, "connector", way.connector_usage().since(connector_before));
}
BENCHMARK(keep_alive_get)
    ->ArgsProduct({{1, 64}, {0, 1}})
    ->ArgNames({"connections", "signed_in"})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hawser::bench
