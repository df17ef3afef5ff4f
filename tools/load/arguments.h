// SPDX-License-Identifier: Apache-2.0
// Arguments: what was asked for on the command line, checked one by one. Owner: main. Thread: main.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "scenario.h"
#include "target.h"

namespace hawser::load {

using Run = core::Result<Outcome> (*)(core::Loop&, Scenario&);

struct Arguments {
  Run run = nullptr;  // the command
  TargetOptions target;
  size_t clients = 1;
  size_t at_once = 64;
  bool again = false;
  std::vector<size_t> marks;
  std::vector<std::string> watched;
  std::string hold;
  std::string connect_within = "60s";
  std::string path;
  std::string rate = "100K";
  uint64_t head_rate = 10;
  std::string first = "0K";
  std::string body = "1G";
  std::string receive_buffer = "64K";
  std::string window = "64K";
  uint64_t requests_per_second = 0;
  size_t streams = 100;
  Bulk bulk;
  int beyond_loopback = 0;
  bool json = false;
};

// Adds every command and option; parsing fills in `given`, which outlives `app`.
void describe(CLI::App& app, Arguments& given);

}  // namespace hawser::load
