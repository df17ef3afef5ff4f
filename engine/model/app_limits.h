// SPDX-License-Identifier: Apache-2.0
// AppLimits: how much of one app's traffic is let through. Zero means that there is no limit.
// Owner: the App. Thread: any.
#pragma once

#include <cstdint>

namespace hawser::model {

struct AppLimits {
  uint64_t body_bytes = 0;           // of one request
  uint64_t connections = 0;          // exchanges at once, upgraded ones included
  uint64_t requests_per_second = 0;  // of all clients together
  uint64_t per_client = 0;           // requests a second of one client address

  // Whether something has to be counted over requests.
  bool counted() const { return connections != 0 || requests_per_second != 0 || per_client != 0; }
  bool operator==(const AppLimits&) const = default;
};

}  // namespace hawser::model
