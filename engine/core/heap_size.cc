// SPDX-License-Identifier: Apache-2.0
#include "core/heap_size.h"

#include <malloc.h>

#include <charconv>
#include <fstream>
#include <string>

#if __has_include(<mimalloc.h>)
#include <mimalloc.h>
// The programs are linked with it, tests are not.
#pragma weak mi_heap_visit_blocks
#pragma weak mi_heap_get_default
#pragma weak mi_good_size
#define HAWSER_KNOWS_MIMALLOC 1
#else
#define HAWSER_KNOWS_MIMALLOC 0
#endif

namespace hawser::core {

namespace {

#if HAWSER_KNOWS_MIMALLOC
// Asked at run time: whether another allocator than the C library's serves this program.
bool has_mimalloc() {
  return mi_heap_visit_blocks != nullptr && mi_heap_get_default != nullptr &&
         mi_good_size != nullptr;
}

// An area is a run of blocks of one size.
bool add_area(const mi_heap_t* /*heap*/, const mi_heap_area_t* area, void* /*block*/,
              size_t /*block_size*/, void* sum) {
  *static_cast<uint64_t*>(sum) += uint64_t{area->used} * area->full_block_size;
  return true;
}
#endif

struct Mapping {
  uint64_t begin = 0;
  uint64_t end = 0;
  bool accessible = false;
  std::string_view name;
};

bool take_hex(std::string_view& text, uint64_t& number) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number, 16).ptr;
  const auto taken = static_cast<size_t>(end - text.data());
  text.remove_prefix(taken);
  return taken > 0;
}

// "7f0a1000-7f0a2000 rw-p 00000000 08:01 123    /usr/lib/libc.so.6"; false: another line.
bool read_mapping(std::string_view line, Mapping& mapping) {
  Mapping read;
  if (!take_hex(line, read.begin) || line.substr(0, 1) != "-") return false;
  line.remove_prefix(1);
  if (!take_hex(line, read.end) || line.size() < 6 || line[0] != ' ') return false;
  read.accessible = line[1] == 'r' || line[2] == 'w' || line[3] == 'x';
  const size_t name = line.find_first_of("/[");
  if (name != std::string_view::npos) read.name = line.substr(name);
  mapping = read;
  return true;
}

// "Rss:   120 kB"
uint64_t kib_of(std::string_view line) {
  const size_t digits = line.find_first_of("0123456789");
  uint64_t kib = 0;
  if (digits != std::string_view::npos)
    std::from_chars(line.data() + digits, line.data() + line.size(), kib);
  return kib;
}

// A thread's stack stands behind a page that nobody may touch; the kernel names the first thread's.
bool is_stack(const Mapping& mapping, const Mapping& before) {
  constexpr uint64_t guard_limit_bytes = 64 * 1024;
  constexpr uint64_t stack_limit_bytes = uint64_t{64} * 1024 * 1024;
  if (mapping.name == "[stack]") return true;
  const bool guarded = mapping.begin == before.end && !before.accessible &&
                       before.end - before.begin <= guard_limit_bytes;
  return guarded && mapping.name.empty() && mapping.accessible &&
         mapping.end - mapping.begin <= stack_limit_bytes;
}

}  // namespace

uint64_t heap_used_by_this_thread() {
  uint64_t bytes = 0;
#if HAWSER_KNOWS_MIMALLOC
  if (has_mimalloc()) mi_heap_visit_blocks(mi_heap_get_default(), false, add_area, &bytes);
#endif
  return bytes;
}

uint64_t heap_used_by_process() {
#if HAWSER_KNOWS_MIMALLOC
  if (has_mimalloc()) return 0;
#endif
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

size_t heap_bytes_of(size_t object_bytes) {
#if HAWSER_KNOWS_MIMALLOC
  if (has_mimalloc()) return mi_good_size(object_bytes);
#endif
  return object_bytes;
}

// What a library sets to zero at its start stands behind its file's last mapping.
MappedSize read_mapped(std::istream& smaps) {
  MappedSize sum;
  Mapping before;
  uint64_t* kind = &sum.heap_bytes;
  for (std::string line; std::getline(smaps, line);) {
    if (Mapping mapping; read_mapping(line, mapping)) {
      const bool goes_on_program = kind == &sum.program_bytes && mapping.begin == before.end &&
                                   before.accessible && mapping.name.empty();
      if (is_stack(mapping, before)) {
        kind = &sum.stack_bytes;
        ++sum.stacks;
      } else if (goes_on_program || !(mapping.name.empty() || mapping.name == "[heap]")) {
        kind = &sum.program_bytes;
      } else {
        kind = &sum.heap_bytes;
      }
      before = mapping;
      before.name = {};
    } else if (line.rfind("Rss:", 0) == 0) {
      *kind += kib_of(line) * 1024;
    }
  }
  return sum;
}

MappedSize mapped_size() {
  std::ifstream smaps("/proc/self/smaps");
  return read_mapped(smaps);
}

}  // namespace hawser::core
