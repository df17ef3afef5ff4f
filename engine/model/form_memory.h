// SPDX-License-Identifier: Apache-2.0
// How much of `memory_limit` bodies may have that are on their way, and forms that wait for a
// sign-in. Owner: nobody. Thread: any.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hawser::model {

// Half is for bodies; what goes with them (heads, connections, TLS, the allocator's own) has the
// rest.
constexpr uint64_t body_memory_bytes(uint64_t memory_limit_bytes) { return memory_limit_bytes / 2; }

// Of all who have to sign in.
constexpr uint64_t form_memory_bytes(uint64_t memory_limit_bytes) {
  return memory_limit_bytes / 16;
}

// Those of one person: an eighth, so that it takes eight to fill the whole, or 2 MiB where half of
// the whole is more.
constexpr uint64_t form_memory_of_one_bytes(uint64_t memory_limit_bytes) {
  const uint64_t all_bytes = form_memory_bytes(memory_limit_bytes);
  return std::max(all_bytes / 8, std::min(all_bytes / 2, uint64_t{2} * 1024 * 1024));
}

}  // namespace hawser::model
