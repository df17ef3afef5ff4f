// SPDX-License-Identifier: Apache-2.0
// Reconsideration: after the access rules changed, every exchange of a worker that runs is decided
// on again: in slices, so that thousands of them hold nobody else up, and with few questions at a
// time to the control thread. Owner: the RelayWorker. Thread: the worker's own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "access/gate.h"
#include "core/loop.h"
#include "relay/exchange_index.h"

namespace hawser::relay {

class Reconsideration final : private core::Flushable {
 public:
  static constexpr size_t asked_at_once = 64;  // sessions
  static constexpr uint64_t slice_us = 1'000;

  // All outlive it.
  Reconsideration(core::Loop& loop, ExchangeIndex& index, access::Gate& gate);

  // From the start, also where it was under way.
  void begin();

 private:
  void flush() override;

  core::Loop& loop_;
  ExchangeIndex& index_;
  access::Gate& gate_;
  bool waits_ = false;  // until fewer sessions are being asked for
};

}  // namespace hawser::relay
