// SPDX-License-Identifier: Apache-2.0
#include "core/memory_report.h"

#include "core/heap_size.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/metrics.h"

namespace hawser::core {

namespace {

constexpr std::array<MemoryPurposeWords, memory_purposes> purpose_words{{
    {"program", "", "the program and its libraries, shared with others that run them"},
    {"stacks", "threads", "threads' stacks"},
    {"tls", "", "the TLS library: connections, certificates, keys"},
    {"http2", "", "the HTTP/2 library: connections and streams"},
    {"bodies", "blocks", "blocks that hold bodies and records under way"},
    {"sessions", "sessions", "clients' sessions, beside what TLS and HTTP/2 take"},
    {"exchanges", "exchanges", "exchanges under way, beside their bodies"},
    {"channels", "channels", "channels between engine and connectors, beside what TLS takes"},
    {"origins", "connections", "idle connections to origins, beside what TLS and HTTP/2 take"},
    {"decisions", "", "the last decisions, for `hawserctl explain`"},
    {"forms", "forms", "forms that wait for a sign-in"},
    {"state", "", "the state store's library and its cache"},
    {"logs", "", "log lines that wait for their output"},
    {"other", "", "whatever else is on the heap: configuration, indexes, metrics"},
    {"kept", "blocks", "blocks that are kept for the next bodies"},
    {"allocator", "", "free, and held by the allocator"},
}};

uint64_t at_least_none(int64_t bytes) { return bytes > 0 ? static_cast<uint64_t>(bytes) : 0; }

}  // namespace

const MemoryPurposeWords& words_of(MemoryPurpose purpose) {
  return purpose_words[static_cast<size_t>(purpose)];
}

void MemoryReport::add(MemoryPurpose purpose, uint64_t bytes, uint64_t count) {
  at(purpose).bytes += static_cast<int64_t>(bytes);
  at(purpose).count += count;
}

void MemoryReport::add_on_heap(MemoryPurpose purpose, int64_t bytes, uint64_t count) {
  at(purpose).bytes += bytes;
  at(purpose).count += count;
  named_on_heap_bytes_ += bytes;
}

void MemoryReport::add_objects(MemoryPurpose purpose, size_t count, size_t object_bytes) {
  add_on_heap(purpose, static_cast<int64_t>(count * object_bytes), count);
}

void MemoryReport::add_heap(uint64_t used_bytes, uint64_t resident_bytes) {
  heap_used_bytes_ += used_bytes;
  heap_resident_bytes_ += resident_bytes;
}

void MemoryReport::merge(const MemoryReport& other) {
  for (size_t i = 0; i < memory_purposes; ++i) {
    parts_[i].bytes += other.parts_[i].bytes;
    parts_[i].count += other.parts_[i].count;
  }
  add_heap(other.heap_used_bytes_, other.heap_resident_bytes_);
  named_on_heap_bytes_ += other.named_on_heap_bytes_;
  resident_bytes_ += other.resident_bytes_;
}

MemoryReport::Part MemoryReport::part(MemoryPurpose purpose) const {
  const Tally& tally = parts_[static_cast<size_t>(purpose)];
  Part part{at_least_none(tally.bytes), tally.count};
  const auto used = static_cast<int64_t>(heap_used_bytes_);
  if (purpose == MemoryPurpose::other) part.bytes += at_least_none(used - named_on_heap_bytes_);
  if (purpose == MemoryPurpose::allocator)
    part.bytes += at_least_none(static_cast<int64_t>(heap_resident_bytes_) - used);
  return part;
}

uint64_t MemoryReport::sum_bytes() const {
  uint64_t sum = 0;
  for (size_t i = 0; i < memory_purposes; ++i) sum += part(static_cast<MemoryPurpose>(i)).bytes;
  return sum;
}

MemoryReport thread_memory(Loop& loop) {
  const BlockPool& blocks = loop.blocks();
  const size_t block_heap_bytes = heap_bytes_of(sizeof(Block));
  MemoryReport report;
  report.add_heap(heap_used_by_this_thread(), 0);
  report.add_objects(MemoryPurpose::bodies, blocks.blocks_in_use(), block_heap_bytes);
  report.add_objects(MemoryPurpose::kept, blocks.blocks_kept(), block_heap_bytes);
  return report;
}

MemoryReport process_memory() {
  const MappedSize mapped = mapped_size();
  MemoryReport report;
  report.add(MemoryPurpose::program, mapped.program_bytes);
  report.add(MemoryPurpose::stacks, mapped.stack_bytes, mapped.stacks);
  report.add_heap(heap_used_by_process(), mapped.heap_bytes);
  report.set_resident_bytes(resident_bytes());
  return report;
}

void log_memory(Log& log, const MemoryReport& report) {
  for (size_t i = 0; i < memory_purposes; ++i) {
    const auto purpose = static_cast<MemoryPurpose>(i);
    const MemoryReport::Part part = report.part(purpose);
    if (part.bytes == 0) continue;
    const MemoryPurposeWords& words = words_of(purpose);
    LogLine line(log, Level::info, "memory");
    line.text("purpose", words.name).number("bytes", part.bytes);
    if (!words.counted.empty()) line.number("count", part.count);
  }
  LogLine(log, Level::info, "memory_sum")
      .number("bytes", report.sum_bytes())
      .number("resident_bytes", report.resident_bytes());
}

}  // namespace hawser::core
