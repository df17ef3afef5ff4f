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

// Whole bodies that pass flat out beside small exchanges, each client one after the other.
struct Bulk {
  size_t downloads = 0;
  size_t uploads = 0;
  std::string down_path;
  std::string up_path;
};

struct Scenario {
  Target target;
  CrowdOptions crowd;
  std::vector<Watched> watched;
  uint64_t connect_within_ms = 60'000;  // for all clients to come up
  uint64_t hold_ms = 0;                 // how long it lasts once they are up
  std::vector<size_t> marks;            // idle: where the memory is printed on the way
  std::string path;                     // idle, churn: empty to ask for nothing
  uint64_t bytes_per_second = 0;        // readers, senders, heads: of each client
  uint64_t body_bytes = 0;              // senders, bulk: what the request promises
  uint64_t first_bytes = 0;             // heads: what comes at once
  uint64_t requests_per_second = 0;     // busy, probe: of all clients; 0: as fast as they can
  size_t streams = 0;                   // of each HTTP/2 connection
  uint64_t window_bytes = 0;            // of each stream
  bool resume = false;                  // churn: by the ticket of one that came first
  Bulk bulk;
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
// Clients that send a head byte by byte, which never ends.
core::Result<Outcome> run_heads(core::Loop& loop, Scenario& scenario);
// HTTP/2 connections whose streams ask for a long answer and take no more than one window of it.
core::Result<Outcome> run_streams(core::Loop& loop, Scenario& scenario);
// Clients that ask again as soon as they have their answer, or at a pace; the time counts once all
// are up. Bulk may pass beside them.
core::Result<Outcome> run_busy(core::Loop& loop, Scenario& scenario);
// Clients that connect, ask once or nothing, and are followed by others.
core::Result<Outcome> run_churn(core::Loop& loop, Scenario& scenario);
// One client that asks at a pace and connects again where it must: how long it was without answers.
core::Result<Outcome> run_probe(core::Loop& loop, Scenario& scenario);

}  // namespace hawser::load
