// SPDX-License-Identifier: Apache-2.0
// Mailbox: tasks from any thread to one loop. For control (configuration, hand-over, revocation),
// so it has no bound: bytes of exchanges never come this way. While it exists its loop waits for
// mail. Owner: the loop's. Thread: post() any, the rest the loop's own.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/loop.h"
#include "core/task.h"

namespace hawser::core {

class Mailbox {
 public:
  explicit Mailbox(Loop& loop);
  ~Mailbox();  // tasks that have not run are destroyed
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Any thread, as long as the mailbox exists. Tasks run on the loop, in the order of posting.
  void post(Task task);

 private:
  struct Cell;
  struct CellCloser {
    void operator()(Cell* cell) const;
  };
  void run_all();

  std::mutex mutex_;
  std::vector<Task> posted_;   // under mutex_
  std::vector<Task> running_;  // the loop's own
  std::unique_ptr<Cell, CellCloser> cell_;
};

}  // namespace hawser::core
