// SPDX-License-Identifier: Apache-2.0
// H2Limits: what one client may do on one HTTP/2 connection, and how fast it may come back. The
// rates count what is cheap to send and dear to answer: so many in 10 s, refilled evenly. Owner:
// the configuration; a session keeps those that it began with. Thread: any.
#pragma once

#include <cstdint>

namespace hawser::http {

struct H2Limits {
  uint32_t streams = 100;             // open at once
  uint32_t resets = 200;              // RST_STREAM before the response has begun
  uint32_t errors = 50;               // streams that we had to reset for the client's fault
  uint32_t settings = 20;             // SETTINGS
  uint32_t pings = 200;               // PING
  uint32_t empty_frames = 50;         // DATA, HEADERS and CONTINUATION without content
  uint32_t window_updates = 1000;     // WINDOW_UPDATE, beyond four for each DATA frame of ours
  uint32_t other_frames = 500;        // PRIORITY, GOAWAY, RST_STREAM of what is over
  uint32_t continuations = 16;        // CONTINUATION frames of one header section, not a rate
  uint32_t offender_connections = 5;  // begun a second, after a connection was cut; 0: no limit
  bool operator==(const H2Limits&) const = default;
};

}  // namespace hawser::http
