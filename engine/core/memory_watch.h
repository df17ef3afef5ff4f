// SPDX-License-Identifier: Apache-2.0
// MemoryWatch: how near the process's resident memory is to its ceiling, for those who can do
// something about it before it is reached. Owner: main. Thread: the loop's own.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/fd.h"
#include "core/loop.h"
#include "core/timer_wheel.h"

namespace hawser::core {

enum class MemoryPressure : uint8_t {
  none,
  tight,  // from three quarters of the ceiling on: nothing grows, nobody comes in
  full,   // from seven eighths on: nothing begins
};
std::string_view to_string(MemoryPressure pressure);

class MemoryWatch {
 public:
  // Below it a program's own code leaves nothing that could be watched.
  static constexpr uint64_t least_limit_bytes = 32u * 1024 * 1024;

  // Looks several times a second. `on_change` hears the new pressure and the resident memory.
  // `measure` gives the resident bytes; tests have their own.
  MemoryWatch(Loop& loop, uint64_t limit_bytes,
              std::function<void(MemoryPressure, uint64_t resident_bytes)> on_change,
              std::function<uint64_t()> measure = {});

  MemoryPressure pressure() const { return pressure_; }

 private:
  void look();
  uint64_t resident_bytes() const;
  MemoryPressure judge(uint64_t resident_bytes) const;

  Loop& loop_;
  uint64_t limit_bytes_;
  std::function<void(MemoryPressure, uint64_t)> on_change_;
  std::function<uint64_t()> measure_;
  Fd statm_;
  MemoryPressure pressure_ = MemoryPressure::none;
  Deadline due_;
};

// Gives what the allocator keeps for later back to the system. For the calling thread's own heap;
// takes a millisecond or several.
void release_free_memory();

}  // namespace hawser::core
