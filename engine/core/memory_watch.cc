// SPDX-License-Identifier: Apache-2.0
#include "core/memory_watch.h"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <charconv>
#include <utility>

#include "core/sanitized.h"

// The programs are linked to it, most tests are not.
extern "C" __attribute__((weak)) void mi_collect(bool force);

namespace hawser::core {

namespace {

constexpr uint64_t look_every_ms = 250;
constexpr uint64_t look_closely_every_ms = 50;  // from half of the ceiling on

}  // namespace

std::string_view to_string(MemoryPressure pressure) {
  switch (pressure) {
    case MemoryPressure::none:
      return "none";
    case MemoryPressure::tight:
      return "tight";
    case MemoryPressure::full:
      return "full";
  }
  return "none";
}

MemoryWatch::MemoryWatch(Loop& loop, uint64_t limit_bytes,
                         std::function<void(MemoryPressure, uint64_t)> on_change,
                         std::function<uint64_t()> measure)
    : loop_(loop),
      limit_bytes_(limit_bytes),
      on_change_(std::move(on_change)),
      measure_(std::move(measure)),
      statm_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)),
      due_([this] { look(); }) {
  if (limit_bytes_ < least_limit_bytes || (sanitized && !measure_)) return;
  due_.arm(loop_.timers(), look_every_ms);
}

// "TOTAL RESIDENT …", in pages.
uint64_t MemoryWatch::resident_bytes() const {
  if (measure_) return measure_();
  char text[128];
  const ssize_t size = ::pread(statm_.get(), text, sizeof text, 0);
  if (size <= 0) return 0;
  const char* const end = text + size;
  const char* at = text;
  while (at < end && *at != ' ') ++at;
  uint64_t pages = 0;
  if (at < end) std::from_chars(at + 1, end, pages);
  return pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

// It falls a sixteenth below where it rose, so that it does not change with every look.
MemoryPressure MemoryWatch::judge(uint64_t resident_bytes) const {
  const uint64_t sixteenth = limit_bytes_ / 16;
  const uint64_t slack = sixteenth;
  const uint64_t tight = 12 * sixteenth - (pressure_ != MemoryPressure::none ? slack : 0);
  const uint64_t full = 14 * sixteenth - (pressure_ == MemoryPressure::full ? slack : 0);
  if (resident_bytes >= full) return MemoryPressure::full;
  return resident_bytes >= tight ? MemoryPressure::tight : MemoryPressure::none;
}

void MemoryWatch::look() {
  const uint64_t resident = resident_bytes();
  due_.arm(loop_.timers(), resident < limit_bytes_ / 2 ? look_every_ms : look_closely_every_ms);
  const MemoryPressure now = judge(resident);
  if (std::exchange(pressure_, now) != now) on_change_(now, resident);
}

void release_free_memory() {
  if (mi_collect != nullptr) {
    mi_collect(true);
  } else {
    ::malloc_trim(0);
  }
}

}  // namespace hawser::core
