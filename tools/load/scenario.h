// SPDX-License-Identifier: Apache-2.0
// Scenario: one kind of load, from its first client to its figures. Owner: main, values only.
// Thread: main.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/loop.h"
#include "core/result.h"
#include "crowd.h"
#include "report.h"
#include "target.h"
#include "watched.h"

namespace hawser::load {

struct Scenario {
  Target target;
  CrowdOptions crowd;
  std::vector<Watched> watched;
  uint64_t connect_within_ms = 60'000;  // for all clients to come up
  uint64_t hold_ms = 0;                 // how long it lasts once they are up
  std::vector<size_t> marks;            // idle: where the memory is printed on the way
  std::string path;                     // idle: empty to ask for nothing
  uint64_t bytes_per_second = 0;        // readers, senders: of each client
  uint64_t body_bytes = 0;              // senders: what the request promises
};

struct Outcome {
  std::vector<Row> rows;
  uint64_t failed = 0;
  std::string first_failure;
};

// Clients that are connected and do nothing.
core::Result<Outcome> run_idle(core::Loop& loop, Scenario& scenario);
// Clients that read one long answer slowly.
core::Result<Outcome> run_readers(core::Loop& loop, Scenario& scenario);
// Clients that send one long body slowly.
core::Result<Outcome> run_senders(core::Loop& loop, Scenario& scenario);
// Clients that ask again as soon as they have their answer; the time counts once all are up.
core::Result<Outcome> run_busy(core::Loop& loop, Scenario& scenario);
// Clients that connect, ask once, and are followed by others.
core::Result<Outcome> run_churn(core::Loop& loop, Scenario& scenario);

}  // namespace hawser::load
