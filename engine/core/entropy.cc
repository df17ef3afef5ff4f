// SPDX-License-Identifier: Apache-2.0
#include "core/entropy.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/check.h"

namespace hawser::core {

void SystemEntropy::fill(std::span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t n = getrandom(out.data(), out.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    HAWSER_ASSERT(n > 0);  // getrandom cannot fail on a kernel that we support
    out = out.subspan(static_cast<size_t>(n));
  }
}

SystemEntropy& SystemEntropy::instance() {
  static SystemEntropy entropy;
  return entropy;
}

uint64_t SeededEntropy::next() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void SeededEntropy::fill(std::span<uint8_t> out) {
  while (!out.empty()) {
    const uint64_t word = next();
    const size_t n = std::min(out.size(), sizeof(word));
    std::memcpy(out.data(), &word, n);
    out = out.subspan(n);
  }
}

}  // namespace hawser::core
