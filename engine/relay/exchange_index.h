// SPDX-License-Identifier: Apache-2.0
// ExchangeIndex: every exchange of a worker that is under way. Where the body budget runs short, or
// others wait for a stream, it ends those that hold one the longest without their client taking
// anything, so that stalled readers cannot starve the others. Owner: the RelayWorker. Thread: the
// worker's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/budget.h"
#include "core/loop.h"
#include "core/timer_wheel.h"
#include "message/error.h"

namespace hawser::relay {

class Exchange;

class ExchangeIndex {
 public:
  // An exchange whose client has taken something this lately is never ended for the others' sake.
  static constexpr uint64_t stalled_after_ms = 2'000;

  ExchangeIndex(core::Loop& loop, core::Budget& budget);
  ExchangeIndex(const ExchangeIndex&) = delete;
  ExchangeIndex& operator=(const ExchangeIndex&) = delete;

  void add(Exchange& exchange);
  void remove(Exchange& exchange);
  size_t size() const { return size_; }

  // Ends every exchange for which `matches` holds, with the error: what a revocation calls,
  // whatever their state.
  void cut(const std::function<bool(const Exchange&)>& matches,
           const message::ExchangeError& error);

  // One after the other, those that are under way when the walk begins; whoever ends or comes
  // meanwhile does no harm. Null: there is none left.
  void begin_walk() { walk_ = first_; }
  Exchange* next_in_walk();

  // Bytes were received, or somebody waits for a stream that others have: looks after both for as
  // long as they are scarce.
  void watch_budget();
  // Whether anybody waits for a stream.
  void set_waiting(std::function<bool()> waiting) { waiting_ = std::move(waiting); }

 private:
  void relieve();
  std::vector<Exchange*> stalled() const;  // the longest first
  bool scarce() const { return budget_.scarce() || (waiting_ && waiting_()); }

  core::Loop& loop_;
  core::Budget& budget_;
  core::Deadline sweep_;
  std::function<bool()> waiting_;
  Exchange* first_ = nullptr;  // the newest
  Exchange* walk_ = nullptr;   // the next of a walk
  size_t size_ = 0;
};

}  // namespace hawser::relay
