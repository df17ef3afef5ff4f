// SPDX-License-Identifier: Apache-2.0
// Helpers to drive a Loop in tests. Owner: the test. Thread: the loop's own.
#pragma once

#include <cstdint>
#include <functional>

#include "core/loop.h"

namespace hawser::test {

// Turns the loop until `predicate` holds; false when `bound_ms` of real time went by before.
bool run_until(core::Loop& loop, const std::function<bool()>& predicate,
               uint64_t bound_ms = 10'000);

// Turns the loop, without waiting, until nothing more happens by itself.
void settle(core::Loop& loop, int turns = 8);

// HAWSER_TEST_SEED, or a seed from the clock; printed, so that a failure can be
// run again with it.
uint64_t test_seed();

}  // namespace hawser::test
