// SPDX-License-Identifier: Apache-2.0
// The program's own malloc family stands before every library's: it counts, then asks the allocator
// that the programs use.
#include "way/usage.h"

#include <ctime>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

#ifdef HAWSER_BENCH_MIMALLOC
#include <mimalloc.h>
#else
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);
}
#endif

namespace {

// Constants at first, so that allocations before main() can be counted.
thread_local uint64_t news_here = 0;
thread_local uint64_t mallocs_here = 0;

#ifdef HAWSER_BENCH_MIMALLOC
void* take(size_t bytes) { return mi_malloc(bytes); }
void* take_zeroed(size_t count, size_t bytes) { return mi_calloc(count, bytes); }
void* take_again(void* memory, size_t bytes) { return mi_realloc(memory, bytes); }
void* take_aligned(size_t alignment, size_t bytes) { return mi_malloc_aligned(bytes, alignment); }
void give_back(void* memory) { mi_free(memory); }
#else
void* take(size_t bytes) { return __libc_malloc(bytes); }
void* take_zeroed(size_t count, size_t bytes) { return __libc_calloc(count, bytes); }
void* take_again(void* memory, size_t bytes) { return __libc_realloc(memory, bytes); }
void* take_aligned(size_t alignment, size_t bytes) { return __libc_memalign(alignment, bytes); }
void give_back(void* memory) { __libc_free(memory); }
#endif

void* take_or_end(size_t bytes) {
  ++news_here;
  void* memory = take(bytes);
  if (memory == nullptr) std::abort();
  return memory;
}

void* take_aligned_or_end(size_t bytes, std::align_val_t alignment) {
  ++news_here;
  void* memory = take_aligned(static_cast<size_t>(alignment), bytes);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

extern "C" {

void* malloc(size_t bytes) noexcept {
  ++mallocs_here;
  return take(bytes);
}
void* calloc(size_t count, size_t bytes) noexcept {
  ++mallocs_here;
  return take_zeroed(count, bytes);
}
void* realloc(void* memory, size_t bytes) noexcept {
  ++mallocs_here;
  return take_again(memory, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
  ++mallocs_here;
  return take_aligned(alignment, bytes);
}
void* memalign(size_t alignment, size_t bytes) noexcept {
  ++mallocs_here;
  return take_aligned(alignment, bytes);
}
int posix_memalign(void** memory, size_t alignment, size_t bytes) noexcept {
  ++mallocs_here;
  *memory = take_aligned(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept { give_back(memory); }

}  // extern "C"

void* operator new(size_t bytes) { return take_or_end(bytes); }
void* operator new[](size_t bytes) { return take_or_end(bytes); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  return take_aligned_or_end(bytes, alignment);
}
void* operator new[](size_t bytes, std::align_val_t alignment) {
  return take_aligned_or_end(bytes, alignment);
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { give_back(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { give_back(memory); }

namespace hawser::bench {

Usage usage_here() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return {static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9, news_here,
          mallocs_here};
}

}  // namespace hawser::bench
