// SPDX-License-Identifier: Apache-2.0
// Backoff: how long to wait before dialling again: full jitter, so that a thousand connectors that
// lost the same engine don't come back in step. Owner: one channel's entry in the ChannelPlan.
// Thread: any.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hawser::connector {

inline constexpr uint64_t backoff_first_ms = 100;
inline constexpr uint64_t backoff_limit_ms = 15'000;
// A channel that lived that long was a good one: counting begins anew.
inline constexpr uint64_t backoff_forgets_after_ms = 10'000;

class Backoff {
 public:
  // Between 0 and the present ceiling, which doubles with every failure. `random` is uniform.
  uint64_t next_ms(uint64_t random) {
    const uint64_t ceiling = ceiling_ms();
    if (failures_ < 16) ++failures_;
    return random % (ceiling + 1);
  }
  uint64_t ceiling_ms() const { return std::min(backoff_limit_ms, backoff_first_ms << failures_); }
  void reset() { failures_ = 0; }

 private:
  uint32_t failures_ = 0;
};

}  // namespace hawser::connector
