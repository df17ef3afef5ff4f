// SPDX-License-Identifier: Apache-2.0
// What a worker tells of its memory.
#include "core/heap_size.h"
#include "http/h2_memory.h"
#include "relay/exchange.h"
#include "relay/relay_worker.h"
#include "tls/library_memory.h"

namespace hawser::relay {

namespace {

// Beside what the libraries take and bytes under way.
size_t session_heap_bytes() {
  return core::heap_bytes_of(sizeof(ClientSession)) + tls::Stream::heap_bytes() +
         h1_protocol_heap_bytes();
}

size_t exchange_heap_bytes() {
  return core::heap_bytes_of(sizeof(Exchange)) + core::heap_bytes_of(sizeof(RequestFacts)) +
         core::heap_bytes_of(sizeof(message::RequestHead)) + channel::Link::stream_heap_bytes();
}

size_t channel_heap_bytes() {
  return core::heap_bytes_of(sizeof(ConnectorChannel)) + tls::Stream::heap_bytes();
}

}  // namespace

core::MemoryReport RelayWorker::memory() const {
  using core::MemoryPurpose;
  core::MemoryReport report = core::thread_memory(context_.loop);
  report.add_on_heap(MemoryPurpose::tls, tls::library_bytes_of_this_thread());
  report.add_on_heap(MemoryPurpose::http2, http::h2_library_bytes_of_this_thread());
  report.add_objects(MemoryPurpose::sessions, session_count_, session_heap_bytes());
  report.add_objects(MemoryPurpose::exchanges, index_.size(), exchange_heap_bytes());
  report.add_objects(MemoryPurpose::channels, channels_.size(), channel_heap_bytes());
  report.add_on_heap(MemoryPurpose::decisions, static_cast<int64_t>(decisions_.held_bytes()));
  report.add_on_heap(MemoryPurpose::logs, static_cast<int64_t>(log_.held_bytes()));
  return report;
}

}  // namespace hawser::relay
