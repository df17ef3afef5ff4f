// SPDX-License-Identifier: Apache-2.0
// What the frames of one exchange cost to write.
#include <benchmark/benchmark.h>

#include <string>

#include "channel/frame_codec.h"

namespace hawser::channel {
namespace {

void write_data(benchmark::State& state) {
  std::string out;
  FrameWriter writer(out);
  for (auto _ : state) benchmark::DoNotOptimize(writer.data(7, false, 1024));
}
BENCHMARK(write_data);

void write_head_of_20_fields(benchmark::State& state) {
  std::string out;
  FrameWriter writer(out);
  message::ResponseHead head;
  head.status = 200;
  head.body_length = message::BodyLength::known(1024);
  for (int i = 0; i < 20; ++i)
    head.fields.add("X-Field-" + std::to_string(i), "a value of usual length");
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(writer.head(7, head, false, false));
  }
}
BENCHMARK(write_head_of_20_fields);

void write_credit(benchmark::State& state) {
  std::string out;
  FrameWriter writer(out);
  for (auto _ : state) {
    out.clear();
    writer.credit(7, 16384, "");
  }
}
BENCHMARK(write_credit);

}  // namespace
}  // namespace hawser::channel
