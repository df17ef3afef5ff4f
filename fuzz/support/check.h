// SPDX-License-Identifier: Apache-2.0
// What a harness promises: a promise that does not hold is told and ends the process, so that the
// fuzzer (or the replay) keeps the input. Owner: the harness. Thread: the harness's.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "message/characters.h"

namespace hawser::fuzz {

// Built with it, a harness looks at a faulty copy of its subject's answer: it then has to find
// that, and shows that its checks work. What the fault is stands where the copy is made.
#ifdef HAWSER_PLANTED_FAULT
inline constexpr bool planted_fault = true;
#else
inline constexpr bool planted_fault = false;
#endif

inline constexpr size_t shown_bytes = 2000;

inline std::string_view view_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

[[noreturn]] inline void broken(std::string_view promise, std::string_view detail) {
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(promise.size()), promise.data());
  if (!detail.empty())
    std::fprintf(stderr, "%s\n", message::printable(detail, shown_bytes).c_str());
  std::abort();
}

inline void require(bool holds, std::string_view promise, std::string_view detail = {}) {
  if (!holds) broken(promise, detail);
}

inline void require_same(std::string_view one, std::string_view other, std::string_view promise) {
  if (one == other) return;
  std::fprintf(stderr, "one:   %s\nother: %s\n", message::printable(one, shown_bytes).c_str(),
               message::printable(other, shown_bytes).c_str());
  broken(promise, {});
}

}  // namespace hawser::fuzz
