// SPDX-License-Identifier: Apache-2.0
// When a provider has to vouch again for somebody who is signed in (`session: {recheck}`), and how
// long its silence is borne. Owner: nobody. Thread: any.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "model/provider.h"

namespace hawser::access {

// A provider that could not be reached is not asked again before so long.
inline constexpr int64_t ask_silent_again_s = 5;

// Up to a fifth earlier, by the session's id, so that those who signed in together do not all come
// at once. 0: never.
inline int64_t recheck_due_s(const model::SessionLimits& limits, std::string_view session,
                             int64_t checked_s) {
  if (limits.recheck_s == 0 || session.empty()) return 0;
  const auto spread = static_cast<uint8_t>(session.front());
  return checked_s + static_cast<int64_t>(limits.recheck_s - limits.recheck_s / 5 * spread / 256);
}

// Until then a session lasts though its provider cannot be reached.
inline int64_t silence_ends_s(const model::SessionLimits& limits, int64_t checked_s) {
  constexpr uint64_t times = 12;
  constexpr uint64_t hour_s = 3600;
  return checked_s +
         static_cast<int64_t>(limits.recheck_s + std::min(times * limits.recheck_s, hour_s));
}

}  // namespace hawser::access
