// SPDX-License-Identifier: Apache-2.0
// Reads JSON from outside with one reading only: an object whose names stand once each, at most 16
// deep. (RFC 7515 4 leaves the choice with double names; two readers must not differ.) Owner:
// nobody. Thread: any.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "core/result.h"

namespace hawser::token {

inline constexpr int json_depth_limit = 16;

core::Result<nlohmann::json> parse_strict_object(std::string_view text, size_t limit_bytes);

}  // namespace hawser::token
