// SPDX-License-Identifier: Apache-2.0
// MemoryRelief: what a worker does while the process's memory nears `memory_limit`, step by step:
// windows grow no more, no client is accepted, connections that wait for their next request are
// closed, the longest unused first, streams whose clients take nothing are cut, and at last no
// request begins (503). Owner: the RelayWorker. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <functional>

#include "core/memory_watch.h"
#include "core/timer_wheel.h"
#include "relay/client_session.h"
#include "relay/relay_context.h"

namespace hawser::relay {

class MemoryRelief {
 public:
  // `first_session` gives the list of the worker's sessions.
  MemoryRelief(RelayContext& context, std::function<ClientSession*()> first_session);

  void set(core::MemoryPressure pressure);

 private:
  void relieve();
  size_t close_unused();

  RelayContext& context_;
  std::function<ClientSession*()> first_session_;
  core::Deadline due_;
};

}  // namespace hawser::relay
