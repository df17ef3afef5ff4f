// SPDX-License-Identifier: Apache-2.0
// An event as one line of JSON, in the form of the Open Cybersecurity Schema Framework (OCSF).
// schema/events.md lists the attributes. Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "model/event.h"

namespace hawser::control {

inline constexpr const char* ocsf_version = "1.3.0";

// Where the line stands among its engine's.
struct EventPlace {
  std::string engine_id;
  std::string version;  // of the program
  uint64_t sequence = 0;
  int64_t logged_ms = 0;
  std::string previous_sha256_hex;  // of the line before
};

// Without the line's end. The same event at the same place is the same text, byte by byte.
std::string event_line(const model::Event& event, const EventPlace& place);

// What the chain and its readers need of a line.
struct EventLine {
  uint64_t sequence = 0;
  int64_t time_ms = 0;
  int64_t logged_ms = 0;
  std::string previous_sha256_hex;
  std::string kind;
  std::string app;
  std::string user;
  std::string request_id;
};
core::Result<EventLine> read_event_line(std::string_view line);

}  // namespace hawser::control
