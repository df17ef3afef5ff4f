// SPDX-License-Identifier: Apache-2.0
// Where the engine's memory is: each thread's part, and the process's own.
#include <memory>
#include <utility>

#include "control/sqlite_database.h"
#include "http/h2_memory.h"
#include "relay/engine.h"
#include "tls/library_memory.h"

namespace hawser::relay {

core::MemoryReport Engine::own_memory() const {
  using core::MemoryPurpose;
  core::MemoryReport report = core::thread_memory(loop_);
  report.add_on_heap(MemoryPurpose::tls, tls::library_bytes_of_this_thread());
  report.add_on_heap(MemoryPurpose::http2, http::h2_library_bytes_of_this_thread());
  report.add_on_heap(MemoryPurpose::forms, static_cast<int64_t>(forms_->held_bytes()),
                     forms_->count());
  report.add_on_heap(MemoryPurpose::state, control::SqliteDatabase::library_bytes());
  report.add_on_heap(MemoryPurpose::logs, static_cast<int64_t>(log_.held_bytes()));
  return report;
}

// Only a worker's own thread can look into what is the worker's.
void Engine::memory(MemoryDone done) {
  struct Asked {
    MemoryDone done;
    size_t waiting;
    core::MemoryReport sum;
  };
  if (stopped_) return;
  const auto asked = std::make_shared<Asked>(Asked{std::move(done), workers_.size(), {}});
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    to_worker(i, [this, asked](RelayWorker& relay) {
      mailbox_.post([this, asked, told = relay.memory()] {
        asked->sum.merge(told);
        if (--asked->waiting != 0) return;
        asked->sum.merge(own_memory());
        asked->sum.merge(core::process_memory());
        asked->done(asked->sum);
      });
    });
  }
}

void Engine::tell_memory() {
  memory([this](const core::MemoryReport& report) { core::log_memory(log_, report); });
}

}  // namespace hawser::relay
