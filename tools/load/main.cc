// SPDX-License-Identifier: Apache-2.0
// hawser-load: load that other generators don't make: crowds of idle TLS clients, of slow readers,
// of slow senders, of stalled streams, of busy ones counted only once all are up, requests at an
// even pace, connections that come and go. Bounded in count and time, on loopback.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "arguments.h"
#include "core/limits.h"
#include "model/quantity.h"
#include "scenario.h"

namespace hawser::load {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr uint64_t files_of_our_own = 64;

// What no single option can be checked for.
core::Result<void> check_together(const Arguments& given) {
  const auto body = model::parse_size_bytes(given.body);
  if (given.bulk.downloads > 0 && given.bulk.down_path.empty())
    return core::Error{"--downloads needs --down-path"};
  if (given.bulk.uploads > 0 && given.bulk.up_path.empty())
    return core::Error{"--uploads needs --up-path"};
  if (given.bulk.uploads > 0 && *body == 0) return core::Error{"--body: an upload has some bytes"};
  if (given.again && !given.marks.empty())
    return core::Error{"--mark and --again do not go together"};
  return {};
}

core::Result<Scenario> scenario_of(Arguments& given) {
  if (auto good = check_together(given); !good.ok()) return good.error();
  given.target.beyond_loopback = given.beyond_loopback >= 2;
  given.target.http2 = given.run == run_streams;
  auto target = Target::make(given.target);
  if (!target.ok()) return target.error();
  Scenario scenario;
  scenario.target = std::move(*target);
  scenario.crowd.clients = given.clients;
  scenario.crowd.at_once = given.at_once;
  scenario.crowd.again = given.again;
  scenario.crowd.receive_buffer_bytes = static_cast<uint32_t>(
      std::min<uint64_t>(*model::parse_size_bytes(given.receive_buffer), 1u << 30));
  for (const std::string& text : given.watched) {
    auto watched = Watched::parse(text);
    if (!watched.ok()) return watched.error();
    scenario.watched.push_back(std::move(*watched));
  }
  scenario.connect_within_ms = *model::parse_duration_ms(given.connect_within);
  scenario.hold_ms = *model::parse_duration_ms(given.hold);
  scenario.marks = given.marks;
  scenario.path = given.path;
  scenario.bytes_per_second =
      given.run == run_heads ? given.head_rate : *model::parse_size_bytes(given.rate);
  scenario.body_bytes = *model::parse_size_bytes(given.body);
  scenario.first_bytes = *model::parse_size_bytes(given.first);
  scenario.requests_per_second = given.requests_per_second;
  scenario.streams = given.streams;
  scenario.window_bytes = *model::parse_size_bytes(given.window);
  scenario.resume = given.target.resume;
  scenario.bulk = given.bulk;
  const auto files = core::raise_open_files(given.clients + given.bulk.downloads +
                                            given.bulk.uploads + files_of_our_own);
  if (!files.ok()) return files.error();
  return scenario;
}

int run(Arguments& given) {
  auto scenario = scenario_of(given);
  if (!scenario.ok()) {
    std::cerr << "hawser-load: " << scenario.error().reason << '\n';
    return exit_usage;
  }
  core::Loop loop;
  const auto outcome = given.run(loop, *scenario);
  if (!outcome.ok()) {
    std::cerr << "hawser-load: " << outcome.error().reason << '\n';
    return exit_failed;
  }
  given.json ? print_json(std::cout, outcome->rows) : print_table(std::cout, outcome->rows);
  if (outcome->failed == 0) return exit_ok;
  std::cerr << "hawser-load: " << outcome->failed
            << " clients failed, the first: " << outcome->first_failure << '\n';
  return exit_failed;
}

}  // namespace

int main_of(int argc, char** argv) {
  Arguments given;
  CLI::App app("Makes load on a TLS server of this machine, bounded in count and time.");
  describe(app, given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? exit_ok : exit_usage;
  }
  return run(given);
}

}  // namespace hawser::load

int main(int argc, char** argv) { return hawser::load::main_of(argc, argv); }
