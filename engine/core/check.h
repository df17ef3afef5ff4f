// SPDX-License-Identifier: Apache-2.0
// HAWSER_ASSERT: for our own mistakes only; what a peer or a file can cause is an Error. It is kept
// in release builds: a relay that goes on in a state that cannot be would sooner or later mix up
// two people's data. Owner: nobody. Thread: any.
#pragma once

namespace hawser::core {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);
}

#define HAWSER_ASSERT(expression) \
  (static_cast<bool>(expression)  \
       ? static_cast<void>(0)     \
       : ::hawser::core::assertion_failed(#expression, __FILE__, __LINE__))
