// SPDX-License-Identifier: Apache-2.0
// MemoryReport: where the memory of a process is, by purpose. Each thread reports what is its own;
// whoever asked adds the reports up, and the process's own parts. What is taken from the heap is
// told by those who took it and by the allocator; what is free in it, by its mappings' resident
// pages; nothing is worked out from the resident size, so that the sum can be held against it.
// Owner: whoever asked. Thread: a value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hawser::core {

class Log;
class Loop;

enum class MemoryPurpose : uint8_t {
  program,
  stacks,
  tls,
  http2,
  bodies,
  sessions,
  exchanges,
  channels,
  origins,
  decisions,
  forms,
  state,
  logs,
  other,
  kept,
  allocator,
};
inline constexpr size_t memory_purposes = 16;

struct MemoryPurposeWords {
  std::string_view name;     // as logs and the admin API have it
  std::string_view counted;  // what `count` is of; empty where nothing is counted
  std::string_view about;    // one line for people
};
const MemoryPurposeWords& words_of(MemoryPurpose purpose);

class MemoryReport {
 public:
  struct Part {
    uint64_t bytes = 0;
    uint64_t count = 0;
  };

  // What is not on a heap.
  void add(MemoryPurpose purpose, uint64_t bytes, uint64_t count = 0);
  // Part of what add_heap() tells of this thread or another. A thread may have given back what
  // another took, and then tells less than nothing.
  void add_on_heap(MemoryPurpose purpose, int64_t bytes, uint64_t count = 0);
  // So many objects of one size.
  void add_objects(MemoryPurpose purpose, size_t count, size_t object_bytes);
  void add_heap(uint64_t used_bytes, uint64_t resident_bytes);
  void merge(const MemoryReport& other);
  void set_resident_bytes(uint64_t bytes) { resident_bytes_ = bytes; }

  // `other`: what is taken from the heap and has no purpose here. `allocator`: what is resident of
  // the heap and not taken.
  Part part(MemoryPurpose purpose) const;
  uint64_t sum_bytes() const;  // of all parts
  uint64_t resident_bytes() const { return resident_bytes_; }

 private:
  struct Tally {
    int64_t bytes = 0;
    uint64_t count = 0;
  };
  Tally& at(MemoryPurpose purpose) { return parts_[static_cast<size_t>(purpose)]; }

  std::array<Tally, memory_purposes> parts_{};
  uint64_t heap_used_bytes_ = 0;
  uint64_t heap_resident_bytes_ = 0;
  int64_t named_on_heap_bytes_ = 0;
  uint64_t resident_bytes_ = 0;
};

// What this thread took from its own heap, and its loop's blocks. On a thread that a loop runs on.
MemoryReport thread_memory(Loop& loop);
// What threads share: the program and its libraries, stacks, the resident size.
MemoryReport process_memory();

// One line `memory` for each purpose that holds anything, and `memory_sum`.
void log_memory(Log& log, const MemoryReport& report);

}  // namespace hawser::core
