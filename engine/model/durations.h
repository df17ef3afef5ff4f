// SPDX-License-Identifier: Apache-2.0
// What a person's lengths of time are in milliseconds. Owner: nobody. Thread: any.
#pragma once

#include <cstdint>

namespace hawser::model {

inline constexpr int64_t second_ms = 1'000;
inline constexpr int64_t minute_ms = 60'000;
inline constexpr int64_t day_ms = 86'400'000;

}  // namespace hawser::model
