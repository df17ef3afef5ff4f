// SPDX-License-Identifier: Apache-2.0
// What finding an app costs, with few and with many apps.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "relay/router.h"

namespace hawser::relay {
namespace {

Router router_of(int64_t count) {
  std::vector<model::App> apps;
  for (int64_t i = 0; i < count; ++i) {
    model::App app;
    app.name = "app-" + std::to_string(i);
    app.host = *model::HostPattern::parse(app.name + (i % 10 == 0 ? ".wild.example" : ".example"));
    app.origins = {*model::Origin::parse_url("http://127.0.0.1:9000")};
    apps.push_back(std::move(app));
  }
  return Router(model::Snapshot::make(std::move(apps)));
}

void find_app(benchmark::State& state) {
  const Router router = router_of(state.range(0));
  const std::string host = "app-" + std::to_string(state.range(0) - 1) + ".example";
  for (auto _ : state) benchmark::DoNotOptimize(router.find(host, "/some/path").app);
}
BENCHMARK(find_app)->Arg(10)->Arg(10'000);

}  // namespace
}  // namespace hawser::relay
