// SPDX-License-Identifier: Apache-2.0
// The keys of engine.yaml that the design has and this version hasn't: each is refused by name.
// Whoever builds one removes its line here. Owner: nobody. Thread: any.
#pragma once

#include "config/map_reader.h"

namespace hawser::control {

using config::PlannedKey;

inline constexpr PlannedKey planned_in_file[] = {
    {"administrators", PlannedKey::Refused::if_set},
    {"tenants"},
    {"cluster"},
};

// Deadlines that run before an app is known, or when the whole engine ends.
inline constexpr std::string_view of_the_engine =
    "it rules the whole engine: set it in the file's own `timeouts`";
inline constexpr PlannedKey planned_in_app_timeouts[] = {
    {"handshake", PlannedKey::Refused::always, of_the_engine},
    {"drain", PlannedKey::Refused::always, of_the_engine},
};

}  // namespace hawser::control
