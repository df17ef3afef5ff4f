// SPDX-License-Identifier: Apache-2.0
// What reading the store's JSON records has in common. Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "control/refusal.h"
#include "model/json_members.h"

namespace hawser::control {

// Times are milliseconds since 1970-01-01 UTC, never negative.
inline void read_time(model::JsonMembers& members, const char* name, int64_t& target) {
  uint64_t value = static_cast<uint64_t>(target);
  members.read(name, value);
  if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return members.fail(name, "a time");
  }
  target = static_cast<int64_t>(value);
}

inline Refusal damaged_record(const std::string& key, const core::Error& why) {
  return internal_error("the state's record " + key + " is damaged: " + why.reason);
}

}  // namespace hawser::control
