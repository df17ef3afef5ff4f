// SPDX-License-Identifier: Apache-2.0
#include "control/event_journal.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace hawser::control {

using model::Event;

class EventJournal::Reading final : public Reader {
 public:
  using Readers = std::map<uint64_t, std::function<void()>>;
  Reading(std::shared_ptr<Readers> readers, uint64_t number)
      : readers_(std::move(readers)), number_(number) {}
  ~Reading() override { readers_->erase(number_); }

 private:
  std::shared_ptr<Readers> readers_;
  uint64_t number_;
};

EventJournal::EventJournal(core::Loop& loop, core::Log& log, EventChain& chain,
                           core::MetricSet& metrics)
    : loop_(loop),
      log_(log),
      chain_(chain),
      stored_(metrics.counter(metrics.registry().counter("hawser_events_stored_total",
                                                         "Audit events that were stored."))),
      dropped_(metrics.counter(metrics.registry().counter(
          "hawser_events_dropped_total", "Audit events that were lost: too many at once."))),
      verifier_(loop, chain),
      counter_due_([this] { count_due(); }),
      write_due_([this] { write(); }),
      prune_due_([this] { prune(); }),
      readers_(std::make_shared<Reading::Readers>()) {
  plan_prune(prune_pause_ms);
  if (chain_.opening_fault().empty()) return;
  core::LogLine(log_, core::Level::error, "event_chain_broken")
      .text("reason", chain_.opening_fault());
  Event found;
  found.kind = model::EventKind::administered;
  found.time_ms = loop_.wall_ms();
  found.reason = "events_head_lost";
  found.detail = chain_.opening_fault();
  found.failed = true;
  on_event(std::move(found));
}

void EventJournal::on_event(Event event) {
  std::vector<Event> one;
  one.push_back(std::move(event));
  take(std::move(one));
}

void EventJournal::take(std::vector<Event> events) {
  std::vector<Event> ready;
  const uint64_t lost_before = counter_.dropped();
  for (Event& event : events) {
    if (event.dropped != 0) dropped_.add(event.dropped);
    counter_.add(std::move(event), loop_.now_ms(), ready);
  }
  const uint64_t lost = counter_.dropped() - lost_before;
  dropped_.add(lost);
  dropped_untold_ += lost;
  if (counter_.held() > 0) arm_counter(EventCounter::settle_ms);
  wait_for_write(std::move(ready));
}

void EventJournal::arm_counter(uint64_t delay_ms) {
  const uint64_t due_ms = loop_.timers().now_ms() + delay_ms;
  if (!counter_due_.armed() || counter_due_.due_ms() > due_ms)
    counter_due_.arm(loop_.timers(), delay_ms);
}

void EventJournal::count_due() {
  std::vector<Event> ready;
  counter_.run(loop_.now_ms(), ready);
  if (const auto next_ms = counter_.next_due_ms())
    arm_counter(std::max<uint64_t>(*next_ms, loop_.now_ms()) - loop_.now_ms());
  wait_for_write(std::move(ready));
}

void EventJournal::wait_for_write(std::vector<Event> events) {
  for (Event& event : events) {
    if (waiting_.size() >= waiting_limit) {
      dropped_.add(event.count);
      dropped_untold_ += event.count;
      continue;
    }
    event.dropped += std::exchange(dropped_untold_, 0);
    waiting_.push_back(std::move(event));
  }
  if (!waiting_.empty() && !writing_ && !write_due_.armed())
    write_due_.arm(loop_.timers(), write_delay_ms);
}

void EventJournal::write() {
  if (waiting_.empty() || writing_) return;
  const size_t count = std::min(waiting_.size(), EventChain::append_limit);
  const std::vector<Event> some(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(count));
  writing_ = true;
  chain_.append(some, loop_.wall_ms(),
                [this, count](const StoreResult<void>& done) { written(count, done); });
}

void EventJournal::written(size_t count, const StoreResult<void>& done) {
  writing_ = false;
  if (!done.ok() && !std::exchange(failing_, true)) {
    core::LogLine(log_, core::Level::error, "events_not_stored")
        .number("waiting", waiting_.size())
        .text("reason", done.error().reason);
  }
  if (!done.ok()) return write_due_.arm(loop_.timers(), retry_ms);
  failing_ = false;
  stored_.add(count);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(count));
  if (!waiting_.empty()) write_due_.arm(loop_.timers(), write_delay_ms);
  if (chain_.size() > kept_limit) plan_prune(prune_pause_ms);
  const auto readers = *readers_;  // one that is woken may go, and others with it
  for (const auto& [number, wake] : readers)
    if (readers_->contains(number)) wake();
}

void EventJournal::write_all() {
  std::vector<Event> ready;
  counter_.take_all(ready);
  wait_for_write(std::move(ready));
  while (!waiting_.empty() && !writing_) {
    const size_t before = waiting_.size();
    write();
    if (waiting_.size() == before) return;  // the store takes none; it was told
  }
}

// --- how long they are kept

void EventJournal::set_keep(std::optional<uint64_t> keep_ms) {
  keep_ms_ = keep_ms;
  plan_prune(prune_pause_ms);
}

void EventJournal::plan_prune(uint64_t delay_ms) {
  const uint64_t due_ms = loop_.timers().now_ms() + delay_ms;
  if (!prune_due_.armed() || prune_due_.due_ms() > due_ms) prune_due_.arm(loop_.timers(), delay_ms);
}

void EventJournal::prune() {
  // While somebody walks along the chain its beginning stays where it is.
  if (verifier_.running()) return plan_prune(retry_ms);
  const int64_t before_ms = keep_ms_ ? loop_.wall_ms() - static_cast<int64_t>(*keep_ms_)
                                     : std::numeric_limits<int64_t>::min();
  chain_.prune(before_ms, kept_limit, [this](const StoreResult<uint64_t>& gone) {
    if (!gone.ok()) {
      core::LogLine(log_, core::Level::error, "events_not_pruned")
          .text("reason", gone.error().reason);
    }
    plan_prune(gone.ok() && *gone > 0 ? prune_pause_ms : prune_check_ms);
  });
}

// --- readers

std::unique_ptr<EventJournal::Reader> EventJournal::read_on(std::function<void()> wake) {
  if (readers_->size() >= readers_limit) return nullptr;
  const uint64_t number = next_reader_++;
  readers_->emplace(number, std::move(wake));
  return std::make_unique<Reading>(readers_, number);
}

void EventJournal::verify(EventVerifier::Done done) {
  asking_.push_back(std::move(done));
  if (verifier_.running()) return;
  verifier_.start([this](const StoreResult<EventReport>& report) {
    for (const auto& each : std::exchange(asking_, {})) each(report);
  });
}

}  // namespace hawser::control
