// SPDX-License-Identifier: Apache-2.0
// What the engine refuses before it asks an app's rules, and whether a request that an
// administrator supposes would be. Owner: nobody. Thread: any.
#pragma once

#include <optional>
#include <string_view>

#include "model/access_question.h"
#include "model/app.h"
#include "relay/router.h"

namespace hawser::relay {

inline constexpr std::string_view two_readings =
    "the path can be read in two ways, and here it decides";
inline constexpr std::string_view no_connect = "CONNECT is not for applications";

// The answer that such a request gets from the engine itself; none where the rules are asked.
std::optional<model::AccessAnswer> refused_before_rules(const Router& router, const model::App& app,
                                                        const model::AccessQuestion& question);

}  // namespace hawser::relay
