// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "h2_streams.h"
#include "scenario.h"
#include "stage.h"

namespace hawser::load {

namespace {

struct Counts {
  double open = 0;
  double answers = 0;
  double not_2xx = 0;
  double resets = 0;
};

H2Streams& streams_of(Client& client) { return static_cast<H2Streams&>(*client.reader()); }

}  // namespace

core::Result<Outcome> run_streams(core::Loop& loop, Scenario& scenario) {
  const H2Streams::Options options{scenario.target.host, scenario.path, scenario.streams,
                                   static_cast<uint32_t>(scenario.window_bytes)};
  Crowd crowd(loop, scenario.target, scenario.crowd);
  crowd.on_up = [&options](Client& client) {
    client.read_by(std::make_unique<H2Streams>(options));
    streams_of(client).begin(client);
  };
  const auto top_up = [&scenario](Client& client) {
    if (scenario.crowd.again) streams_of(client).top_up(client);
  };
  return hold(loop, scenario, crowd, top_up, [&crowd](Row& row) {
    Counts counts;  // of those who are there at the end
    crowd.for_each([&counts](Client& client) {
      const H2Streams& streams = streams_of(client);
      counts.open += static_cast<double>(streams.open());
      counts.answers += static_cast<double>(streams.answers());
      counts.not_2xx += static_cast<double>(streams.not_2xx());
      counts.resets += static_cast<double>(streams.resets());
    });
    row.emplace_back("streams", counts.open);
    row.emplace_back("stream_answers", counts.answers);
    row.emplace_back("stream_not_2xx", counts.not_2xx);
    row.emplace_back("stream_resets", counts.resets);
  });
}

}  // namespace hawser::load
