// SPDX-License-Identifier: Apache-2.0
// What one request costs on the whole way: client, TLS, engine, TLS, connector, origin and back, as
// a keep-alive GET of 1 KiB with 20 fields. Engine and connector have a thread each, clients and
// origin share the third; with two cores the time is a bound, the CPU time of each side is the
// figure. With `signed_in` the app has a rule for a group, and the request the cookie of somebody
// in it.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "core/check.h"
#include "support/test_loop.h"
#include "way/connector_side.h"
#include "way/engine_side.h"
#include "way/load.h"

namespace hawser::bench {
namespace {

constexpr size_t body_bytes = 1024;
constexpr size_t warm_up_requests = 2'000;

std::string request_of_20_fields(const std::string& cookie) {
  std::string text =
      "GET /some/path/to/a/page?with=a&query=string HTTP/1.1\r\nHost: " + std::string(public_host) +
      "\r\n";
  for (int i = 2; i < 20; ++i)
    text += "X-Field-" + std::to_string(i) + ": a value of usual length\r\n";
  return text + "Cookie: " + cookie + "\r\n\r\n";
}

class WholeWay {
 public:
  WholeWay(size_t connections, bool signed_in) : engine_(authority_, origin_.url(), signed_in) {
    request_ = request_of_20_fields(signed_in ? engine_.cookie() : "theme=dark; lang=en");
    tls::ClientOptions options;
    options.trust_pem = authority_.certificate_pem();
    options.alpn = {"http/1.1"};
    const auto context = tls::Context::client(options).value();
    for (size_t i = 0; i < connections; ++i) {
      clients_.push_back(std::make_unique<LoadClient>(loop_, engine_.client_address(), context,
                                                      public_host, body_bytes,
                                                      [this](LoadClient& client) {
                                                        ++answered_;
                                                        client.ask(request_);
                                                      }));
    }
    HAWSER_ASSERT(test::run_until(loop_, [this] { return all_ready(); }));
    for (const auto& client : clients_) client->ask(request_);
    for (size_t i = 0; i < warm_up_requests; ++i) await_answer();
  }

  void await_answer() {
    ++awaited_;
    while (answered_ < awaited_) {
      loop_.turn(true);
      for (const auto& client : clients_) HAWSER_ASSERT(!client->failed());
    }
  }
  Usage engine_usage() { return engine_.usage(); }
  Usage connector_usage() { return connector_.usage(); }

 private:
  bool all_ready() const {
    for (const auto& client : clients_)
      if (!client->ready()) return false;
    return true;
  }

  std::string request_;
  test::TestAuthority authority_;
  core::Loop loop_;
  LoadOrigin origin_{loop_, body_bytes};
  EngineSide engine_;
  ConnectorSide connector_{authority_, engine_.connector_address()};
  std::vector<std::unique_ptr<LoadClient>> clients_;
  size_t answered_ = 0;
  size_t awaited_ = 0;
};

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
