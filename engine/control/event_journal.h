// SPDX-License-Identifier: Apache-2.0
// EventJournal: takes every event of the engine, counts those that are alike, writes them into the
// chain a few times a second, forgets them when their time is over, and wakes who reads on. Owner:
// the engine's main program. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "control/event_chain.h"
#include "control/event_counter.h"
#include "control/event_verifier.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/timer_wheel.h"
#include "model/event.h"

namespace hawser::control {

class EventJournal final : public model::EventSink {
 public:
  static constexpr uint64_t write_delay_ms = 100;
  static constexpr uint64_t retry_ms = 1'000;      // where the store did not take them
  static constexpr size_t waiting_limit = 4'096;   // events that are not written yet
  static constexpr uint64_t kept_limit = 400'000;  // events; some 400 MB
  static constexpr uint64_t prune_check_ms = 3'600'000;
  static constexpr uint64_t prune_pause_ms = 50;  // between two lots, so that others get a turn
  static constexpr size_t readers_limit = 8;      // that read on as events come

  // All outlive the journal.
  EventJournal(core::Loop& loop, core::Log& log, EventChain& chain, core::MetricSet& metrics);

  void on_event(model::Event event) override;
  // What a worker gathered.
  void take(std::vector<model::Event> events);
  // Everything, also what still waits for others like it: when the engine ends.
  void write_all();
  void set_keep(std::optional<uint64_t> keep_ms);  // none: until there are too many

  // Called after each write; until the reader goes. Null: there are too many.
  class Reader {
   public:
    virtual ~Reader() = default;
  };
  std::unique_ptr<Reader> read_on(std::function<void()> wake);

  const EventChain& chain() const { return chain_; }
  // Of several who ask at once each gets the same walk's report.
  void verify(EventVerifier::Done done);

 private:
  class Reading;
  void count_due();
  void arm_counter(uint64_t delay_ms);
  void wait_for_write(std::vector<model::Event> events);
  void write();
  void written(size_t count, const StoreResult<void>& done);
  void prune();
  void plan_prune(uint64_t delay_ms);

  core::Loop& loop_;
  core::Log& log_;
  EventChain& chain_;
  core::Counter& stored_;
  core::Counter& dropped_;
  EventCounter counter_;
  EventVerifier verifier_;
  std::vector<EventVerifier::Done> asking_;
  std::deque<model::Event> waiting_;
  uint64_t dropped_untold_ = 0;
  std::optional<uint64_t> keep_ms_;
  bool writing_ = false;
  bool failing_ = false;
  core::Deadline counter_due_;
  core::Deadline write_due_;
  core::Deadline prune_due_;
  std::shared_ptr<std::map<uint64_t, std::function<void()>>> readers_;
  uint64_t next_reader_ = 1;
};

}  // namespace hawser::control
