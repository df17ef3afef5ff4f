// SPDX-License-Identifier: Apache-2.0
// What it costs a request that a worker remembers it.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "access/decision_ring.h"

namespace hawser::access {
namespace {

void remember(benchmark::State& state) {
  DecisionRing ring;
  const std::vector<std::string> amr{"pwd", "mfa"};
  const std::string marks(8, '\1');
  std::string id = "018bcfe5-6800-7000-8000-000000000000";
  DecisionRing::Decided decided;
  decided.request_id = id;
  decided.verdict = Verdict::allow;
  decided.app = "reports";
  decided.rule = "staff, strongly";
  decided.signed_in = true;
  decided.user = "ada@example.org";
  decided.session = "0123456789abcdef";
  decided.marks = marks;
  decided.acr = "urn:example:mfa";
  decided.amr = amr;
  decided.client_ip = "2001:db8::1";
  decided.host = "reports.example";
  decided.method = "GET";
  decided.path = "/reports/2026/november";
  for (auto _ : state) {
    const auto place = ring.add(decided);
    ring.end(place, id, {200, 12, "", "", "complete", "", "0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5d"});
  }
  state.counters["ring_bytes"] = static_cast<double>(ring.held_bytes());
}
BENCHMARK(remember);

void find_one(benchmark::State& state) {
  DecisionRing ring;
  const std::string id = "018bcfe5-6800-7000-8000-000000000000";
  DecisionRing::Decided decided;
  decided.request_id = id;
  for (size_t i = 0; i < DecisionRing::kept; ++i) ring.add(decided);
  for (auto _ : state) benchmark::DoNotOptimize(ring.find("018bcfe5-6800-7000-8000-000000000001"));
}
BENCHMARK(find_one);

}  // namespace
}  // namespace hawser::access
