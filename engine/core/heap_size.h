// SPDX-License-Identifier: Apache-2.0
// What allocators and mappings hold: mimalloc's heap of each thread where the program is linked
// with it, else the C library's. Owner: nobody (functions). Thread: any; see each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>

namespace hawser::core {

// Of blocks that are taken, as the allocator rounds them. Of the calling thread alone; nothing
// where threads share one allocator.
uint64_t heap_used_by_this_thread();
// Of all threads together; nothing where each has its own.
uint64_t heap_used_by_process();
// What an object of that size takes.
size_t heap_bytes_of(size_t object_bytes);

// What is resident, by kind of mapping.
struct MappedSize {
  uint64_t program_bytes = 0;  // files: the program, its libraries and what they change in place
  uint64_t stack_bytes = 0;
  uint64_t stacks = 0;
  uint64_t heap_bytes = 0;  // whatever else: allocators' own
};
// As Linux's /proc/PID/smaps has it.
MappedSize read_mapped(std::istream& smaps);
MappedSize mapped_size();  // of this process

}  // namespace hawser::core
