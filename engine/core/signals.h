// SPDX-License-Identifier: Apache-2.0
// SignalWatcher: one signal of the process as a call on a loop. While it exists the signal's
// default action is off. Owner: main. Thread: main's loop.
#pragma once

#include <functional>
#include <memory>

#include "core/loop.h"

namespace hawser::core {

class SignalWatcher {
 public:
  SignalWatcher(Loop& loop, int signal_number, std::function<void()> on_signal);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  struct Cell;
  struct CellCloser {
    void operator()(Cell* cell) const;
  };
  std::unique_ptr<Cell, CellCloser> cell_;
};

}  // namespace hawser::core
