// SPDX-License-Identifier: Apache-2.0
// Timeouts: every named deadline, in milliseconds. Zero means that there is none.
// Owner: whoever holds them. Thread: any.
#pragma once

#include <cstdint>

namespace hawser::model {

struct Timeouts {
  uint64_t handshake_ms = 10'000;         // TLS with a client or a connector
  uint64_t head_ms = 10'000;              // a client's request head, from its first byte
  uint64_t idle_ms = 60'000;              // a client session between two requests
  uint64_t queue_ms = 5'000;              // an exchange that waits for a connector
  uint64_t connect_ms = 5'000;            // the connector's connection to an origin
  uint64_t first_byte_ms = 60'000;        // the origin's response head, once the request was sent
  uint64_t stream_idle_ms = 300'000;      // no byte of a body in either direction
  uint64_t upgraded_idle_ms = 3'600'000;  // no byte in either direction after an upgrade
  uint64_t total_ms = 0;       // a whole exchange; of an upgraded one, until it is upgraded
  uint64_t drain_ms = 30'000;  // open exchanges, when a program or channel goes
  bool operator==(const Timeouts&) const = default;
};

// Bounds of what a file may ask for. `may_be_off`: where "off" is a sensible wish.
struct TimeoutField {
  const char* name;
  uint64_t Timeouts::*value_ms;
  uint64_t least_ms;
  uint64_t most_ms;
  bool may_be_off;
};

inline constexpr uint64_t hour_ms = 3'600'000;
inline constexpr TimeoutField timeout_fields[] = {
    {"handshake", &Timeouts::handshake_ms, 10, hour_ms, false},
    {"head", &Timeouts::head_ms, 10, hour_ms, false},
    {"idle", &Timeouts::idle_ms, 10, 24 * hour_ms, true},
    {"queue", &Timeouts::queue_ms, 10, hour_ms, false},
    {"connect", &Timeouts::connect_ms, 10, hour_ms, false},
    {"first_byte", &Timeouts::first_byte_ms, 10, 24 * hour_ms, true},
    {"stream_idle", &Timeouts::stream_idle_ms, 10, 24 * hour_ms, true},
    {"upgraded_idle", &Timeouts::upgraded_idle_ms, 10, 720 * hour_ms, true},
    {"total", &Timeouts::total_ms, 10, 720 * hour_ms, true},
    {"drain", &Timeouts::drain_ms, 10, 24 * hour_ms, false},
};

}  // namespace hawser::model
