// SPDX-License-Identifier: Apache-2.0
// Usage: what a thread has spent so far: CPU time, and calls of the allocator, those of C libraries
// too. A program that links usage.cc counts them. Owner: values only. Thread: each asks for its
// own.
#pragma once

#include <cstdint>

namespace hawser::bench {

struct Usage {
  double cpu_s = 0;
  uint64_t news = 0;     // by operator new: our own code
  uint64_t mallocs = 0;  // by malloc, calloc, realloc and their relatives: the C libraries below

  Usage since(const Usage& before) const {
    return {cpu_s - before.cpu_s, news - before.news, mallocs - before.mallocs};
  }
};

// Of the calling thread.
Usage usage_here();

}  // namespace hawser::bench
