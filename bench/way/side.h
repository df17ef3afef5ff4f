// SPDX-License-Identifier: Apache-2.0
// Side: a thread with a loop on which one half of the way lives, and a log that goes nowhere for
// long. Owner: EngineSide or ConnectorSide. Thread: main; on_thread() runs on the side's own.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <future>
#include <utility>

#include "core/fd.h"
#include "core/log.h"
#include "core/worker.h"
#include "way/usage.h"

namespace hawser::bench {

class Side {
 public:
  Side() : log_file_(memfd_create("bench log", MFD_CLOEXEC)), sink_(log_file_.get()), worker_(0) {}
  ~Side() = default;
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  void start(core::Task setup) { worker_.start(std::move(setup)); }
  void stop(core::Task teardown) { worker_.stop_and_join(std::move(teardown)); }
  // Runs it there and waits for what it gives.
  template <class Call>
  auto on_thread(Call call) {
    std::packaged_task<decltype(call())()> task(std::move(call));
    auto result = task.get_future();
    worker_.post([&task] { task(); });
    return result.get();
  }
  Usage usage() {
    return on_thread([this] {
      (void)!ftruncate(log_file_.get(), 0);  // lines go on behind the hole
      return usage_here();
    });
  }

  core::Loop& loop() { return worker_.loop(); }  // for calls on its thread
  core::LogSink& sink() { return sink_; }

 private:
  core::Fd log_file_;  // a regular file, as an operator's would be
  core::LogSink sink_;
  core::Worker worker_;
};

}  // namespace hawser::bench
