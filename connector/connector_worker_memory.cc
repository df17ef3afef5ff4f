// SPDX-License-Identifier: Apache-2.0
// What a worker tells of its memory.
#include "connector/connector_worker.h"
#include "core/heap_size.h"
#include "http/h2_memory.h"
#include "tls/library_memory.h"

namespace hawser::connector {

namespace {

size_t forwarder_heap_bytes() {
  return core::heap_bytes_of(sizeof(Forwarder)) +
         2 * core::heap_bytes_of(sizeof(message::RequestHead)) + channel::Link::stream_heap_bytes();
}

size_t uplink_heap_bytes() {
  return core::heap_bytes_of(sizeof(Uplink)) + tls::Stream::heap_bytes();
}

}  // namespace

core::MemoryReport ConnectorWorker::memory() const {
  using core::MemoryPurpose;
  core::MemoryReport report = core::thread_memory(loop_);
  report.add_on_heap(MemoryPurpose::tls, tls::library_bytes_of_this_thread());
  report.add_on_heap(MemoryPurpose::http2, http::h2_library_bytes_of_this_thread());
  report.add_objects(MemoryPurpose::exchanges, forwarders_.size(), forwarder_heap_bytes());
  report.add_objects(MemoryPurpose::channels, channels_.size() + bulk_.size(), uplink_heap_bytes());
  report.add_objects(MemoryPurpose::origins, pool_.idle(), core::Socket::heap_bytes());
  report.add_on_heap(MemoryPurpose::logs, static_cast<int64_t>(log_.held_bytes()));
  return report;
}

}  // namespace hawser::connector
