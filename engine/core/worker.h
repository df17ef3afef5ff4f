// SPDX-License-Identifier: Apache-2.0
// Worker: one thread with its own loop and a mailbox. Everything that lives on the loop is made and
// destroyed by tasks on that thread. Owner: main. Thread: post() and the constructor's arguments
// any; the other calls main's.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>

#include "core/loop.h"
#include "core/mailbox.h"
#include "core/result.h"

namespace hawser::core {

class Worker {
 public:
  explicit Worker(size_t index, Clock* clock = nullptr, Entropy* entropy = nullptr);
  ~Worker();  // stops and joins
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Starts the thread and runs `setup` on it first. Signals stay with main: the thread blocks all.
  void start(Task setup);
  // Any thread, until stop_and_join() begins. Before start(): runs after `setup`.
  void post(Task task) { mailbox_.post(std::move(task)); }
  // Runs `teardown` on the thread as the last task, then ends the loop and the thread. Once.
  void stop_and_join(Task teardown = {});

  size_t index() const { return index_; }
  Loop& loop() { return loop_; }  // for tasks on the worker's own thread
  bool on_own_thread() const { return std::this_thread::get_id() == own_thread_.load(); }

  // "auto": one for each processor that this process may use; else a number from 1 to 256.
  static Result<size_t> count_for(std::string_view text);

 private:
  size_t index_;
  Loop loop_;
  Mailbox mailbox_;
  std::thread thread_;
  std::atomic<std::thread::id> own_thread_{};
};

}  // namespace hawser::core
