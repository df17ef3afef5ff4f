// SPDX-License-Identifier: Apache-2.0
// Quantity: durations and sizes as people write them, one number and one unit.
// Owner: nobody, values only. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::model {

// "300ms", "10s", "5m", "1h", "60d". No unit, a fraction, a sign or a sum ("1h30m") is refused.
core::Result<uint64_t> parse_duration_ms(std::string_view text);
// "64K", "512M", "1G": powers of 1024.
core::Result<uint64_t> parse_size_bytes(std::string_view text);

// The shortest spelling that parse_… reads back to the same number, except that zero has no unit
// of its own and bytes that no unit divides are written plainly ("1000 bytes").
std::string format_duration(uint64_t duration_ms);
std::string format_size(uint64_t size_bytes);

}  // namespace hawser::model
