// SPDX-License-Identifier: Apache-2.0
// Pooled, PooledAllocator: memory for objects that come and go with every request, from places that
// earlier ones left: a thread keeps some for each size. Under a sanitizer each object has
// memory of its own, so that nothing is hidden from it. Owner: the thread. Thread: each has its
// own; an object may be destroyed on another than it was made on.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include "core/check.h"
#include "core/sanitized.h"

namespace hawser::core {

// Unused places of one size, at most `idle_limit` of them.
template <size_t bytes>
class Places {
 public:
  static constexpr size_t idle_limit = 256;
  static_assert(bytes >= sizeof(void*));

  static void* take() {
    Places& here = of_this_thread();
    if (here.first_ == nullptr) return ::operator new(bytes);
    Place* const place = here.first_;
    here.first_ = place->next;
    --here.idle_;
    return place;
  }
  static void give_back(void* memory) noexcept {
    Places& here = of_this_thread();
    if (sanitized || here.idle_ >= here.limit_) return ::operator delete(memory);
    here.first_ = new (memory) Place{here.first_};
    ++here.idle_;
  }
  static size_t idle() { return of_this_thread().idle_; }  // unused ones of this thread

 private:
  struct Place {
    Place* next;
  };
  Places() = default;
  ~Places() {
    limit_ = 0;  // whoever comes later, while the thread ends
    while (first_ != nullptr) ::operator delete(std::exchange(first_, first_->next));
    idle_ = 0;
  }
  static Places& of_this_thread() {
    thread_local Places places;
    return places;
  }

  Place* first_ = nullptr;
  size_t idle_ = 0;
  size_t limit_ = idle_limit;
};

// A base: `class Exchange : private Pooled<Exchange>`. Not for a class that others derive from.
template <class T>
class Pooled {
 public:
  static void* operator new(size_t size) {
    HAWSER_ASSERT(size == sizeof(T));
    static_assert(alignof(T) <= alignof(std::max_align_t));
    return Places<sizeof(T)>::take();
  }
  static void operator delete(void* memory) noexcept { Places<sizeof(T)>::give_back(memory); }
};

// For containers that allocate a node at a time.
template <class T>
struct PooledAllocator {
  using value_type = T;
  PooledAllocator() = default;
  template <class Other>
  // NOLINTNEXTLINE(google-explicit-constructor): as the standard wants it
  PooledAllocator(const PooledAllocator<Other>&) noexcept {}
  T* allocate(size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    return static_cast<T*>(count == 1 ? Places<sizeof(T)>::take()
                                      : ::operator new(count * sizeof(T)));
  }
  void deallocate(T* memory, size_t count) noexcept {
    count == 1 ? Places<sizeof(T)>::give_back(memory) : ::operator delete(memory);
  }
  bool operator==(const PooledAllocator&) const { return true; }
};

}  // namespace hawser::core
