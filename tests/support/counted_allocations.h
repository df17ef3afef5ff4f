// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of the test program that includes this, in one of its files: a test looks
// at the difference. Not under the sanitizers, which have an allocator of their own. Owner: the
// program. Thread: one.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace hawser::test {
inline size_t allocations = 0;
}

void* operator new(size_t bytes) {
  ++hawser::test::allocations;
  void* memory = std::malloc(bytes);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
