// SPDX-License-Identifier: Apache-2.0
// What reading one request head costs: our line scanner, llhttp's second reading, and the rules on
// top.
#include <benchmark/benchmark.h>

#include <string>

#include "http/h1_request_reader.h"

namespace hawser::http {
namespace {

class Sink final : public RequestEvents {
 public:
  void on_head(message::RequestHeadPtr head) override {
    benchmark::DoNotOptimize(head->fields.size());
  }
  void on_body(core::Slice) override {}
  void on_message_end(const message::Fields&) override {}
  void on_error(const message::ExchangeError&) override { ++errors; }
  size_t errors = 0;
};

std::string request(int64_t fields) {
  std::string text =
      "GET /some/path/to/a/page?with=a&query=string HTTP/1.1\r\nHost: wiki.example\r\n";
  for (int64_t i = 1; i < fields; ++i)
    text += "X-Field-" + std::to_string(i) + ": a value of usual length\r\n";
  return text + "\r\n";
}

void read_request(benchmark::State& state) {
  core::BlockPool pool;
  message::HeadPool heads;
  const H1Limits limits;
  Sink sink;
  H1RequestReader reader(heads, limits, sink);
  core::ByteChain bytes;
  bytes.append_copy(pool, request(state.range(0)));
  for (auto _ : state) {
    reader.feed(bytes.front());
    reader.allow_body(0);
    reader.next_message();
  }
  if (sink.errors > 0) state.SkipWithError("the request was refused");
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}
BENCHMARK(read_request)->Arg(5)->Arg(20);

}  // namespace
}  // namespace hawser::http
