// SPDX-License-Identifier: Apache-2.0
// How long an issuer's keys are used before they are read again, and how long they may be used when
// they cannot be: a key that the issuer has withdrawn must not count much longer than it says.
// Owner: nobody. Thread: any.
#pragma once

#include <cstdint>

#include "message/fields.h"

namespace hawser::token {

inline constexpr uint64_t keys_fresh_least_ms = 60'000;
inline constexpr uint64_t keys_fresh_most_ms = 600'000;
// Through an outage: from when they were read.
inline constexpr uint64_t keys_usable_ms = uint64_t{24} * 3600 * 1000;

// By the answer that brought them: Cache-Control's `max-age` (RFC 9111 5.2.2.1), though no less and
// no more than the bounds above; the least for `no-cache` and `no-store`, the most without a word.
uint64_t keys_fresh_ms(const message::Fields& fields);

}  // namespace hawser::token
