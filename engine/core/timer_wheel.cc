// SPDX-License-Identifier: Apache-2.0
#include "core/timer_wheel.h"

#include <algorithm>
#include <bit>

#include "core/check.h"
#include "core/clock.h"
#include "core/handle.h"

namespace hawser::core {

namespace {

constexpr uint64_t none = UINT64_MAX;
constexpr uint64_t longest_delay_ms = uint64_t{1} << 42;  // 139 years

// The first tick at which a time is over.
uint64_t tick_at_or_after(uint64_t ms) {
  return (ms + TimerWheel::resolution_ms - 1) / TimerWheel::resolution_ms;
}

}  // namespace

struct TimerWheel::Cell : HandleCell<uv_timer_t, TimerWheel> {};

void TimerWheel::CellCloser::operator()(Cell* cell) const { close_cell(cell); }

void Deadline::arm(TimerWheel& wheel, uint64_t delay_ms) {
  const uint64_t due_ms = wheel.now_ms() + std::min(delay_ms, longest_delay_ms);
  if (wheel_ == &wheel && slot_ != TimerWheel::firing_slot && due_ms >= slot_due_ms_) {
    due_ms_ = due_ms;  // the slot's time comes first and finds out
    return;
  }
  disarm();
  due_ms_ = due_ms;
  armed_ = true;
  wheel.count_armed(1);
  wheel.place(*this, wheel.current_tick_ + 1);
}

void Deadline::disarm() {
  if (wheel_ == nullptr) return;
  TimerWheel& wheel = *wheel_;
  wheel.unlink(*this);
  armed_ = false;
  wheel.count_armed(-1);
}

TimerWheel::TimerWheel(uv_loop_s* loop, const Clock* clock) : loop_(loop), clock_(clock) {
  timer_.reset(new_cell<Cell>(this));
  uv_timer_init(loop_, &timer_->handle);
  timer_->initialised = true;
  uv_unref(timer_->base());
  current_tick_ = now_ms() / resolution_ms;
}

TimerWheel::~TimerWheel() {
  for (Deadline*& head : slots_)
    while (head != nullptr) head->disarm();
}

uint64_t TimerWheel::now_ms() const {
  return clock_ != nullptr ? clock_->monotonic_ms() : uv_now(loop_);
}

void TimerWheel::count_armed(int change) {
  armed_count_ += static_cast<size_t>(change);
  // An armed deadline keeps the loop alive; a timer that stands there for nobody does not.
  if (armed_count_ == 0) {
    uv_unref(timer_->base());
  } else {
    uv_ref(timer_->base());
  }
}

void TimerWheel::place(Deadline& deadline, uint64_t earliest_tick) {
  const uint64_t tick = std::max(tick_at_or_after(deadline.due_ms_), earliest_tick);
  unsigned level = 0;
  unsigned shift = 0;
  while (level + 1 < levels && (tick >> shift) - (current_tick_ >> shift) >= slots_per_level) {
    ++level;
    shift += level_bits;
  }
  // What lies beyond the last level waits in its last slot and is placed again from there.
  const uint64_t position = std::min(tick >> shift, (current_tick_ >> shift) + slots_per_level - 1);
  const uint64_t slot_tick = position << shift;
  deadline.slot_due_ms_ = slot_tick * resolution_ms;
  link(deadline, static_cast<uint16_t>(level * slots_per_level + position % slots_per_level));
  if (slot_tick < timer_tick_ && !running_) set_timer(slot_tick);
}

void TimerWheel::link(Deadline& deadline, uint16_t slot) {
  Deadline*& head = slots_[slot];
  deadline.wheel_ = this;
  deadline.slot_ = slot;
  deadline.previous_ = nullptr;
  deadline.next_ = head;
  if (head != nullptr) head->previous_ = &deadline;
  head = &deadline;
  if (slot < firing_slot) used_[slot / slots_per_level] |= uint64_t{1} << slot % slots_per_level;
}

void TimerWheel::unlink(Deadline& deadline) {
  const uint16_t slot = deadline.slot_;
  if (deadline.next_ != nullptr) deadline.next_->previous_ = deadline.previous_;
  if (deadline.previous_ != nullptr) {
    deadline.previous_->next_ = deadline.next_;
  } else {
    slots_[slot] = deadline.next_;
    if (slots_[slot] == nullptr && slot < firing_slot)
      used_[slot / slots_per_level] &= ~(uint64_t{1} << slot % slots_per_level);
  }
  deadline.wheel_ = nullptr;
  deadline.previous_ = deadline.next_ = nullptr;
}

uint64_t TimerWheel::next_tick() const {
  uint64_t next = none;
  for (unsigned level = 0; level < levels; ++level) {
    if (used_[level] == 0) continue;
    const unsigned shift = level * level_bits;
    const uint64_t position = current_tick_ >> shift;
    // Slots after the current one come first; the current one itself is empty or a full turn away.
    const int after = static_cast<int>((position + 1) % slots_per_level);
    const uint64_t ahead = static_cast<uint64_t>(std::countr_zero(std::rotr(used_[level], after)));
    next = std::min(next, (position + 1 + ahead) << shift);
  }
  return next;
}

void TimerWheel::set_timer(uint64_t tick) {
  timer_tick_ = tick;
  const uint64_t due_ms = tick * resolution_ms;
  const uint64_t now = now_ms();
  uv_timer_start(
      &timer_->handle,
      [](uv_timer_t* timer) {
        if (TimerWheel* wheel = cell_of<Cell>(timer).owner) {
          wheel->timer_tick_ = none;
          wheel->run_due();
        }
      },
      due_ms > now ? due_ms - now : 0, 0);
}

void TimerWheel::run_due() {
  const uint64_t target = now_ms() / resolution_ms;
  if (running_ || target < current_tick_) return;
  running_ = true;
  for (uint64_t tick = next_tick(); tick <= target && tick != none; tick = next_tick()) {
    current_tick_ = tick;
    run_tick();
  }
  current_tick_ = std::max(current_tick_, target);
  running_ = false;
  const uint64_t next = next_tick();
  const bool stale = timer_tick_ == none || timer_tick_ <= current_tick_;
  if (next < timer_tick_ || (stale && next != none)) set_timer(next);
}

void TimerWheel::run_tick() {
  for (unsigned level = levels; level-- > 0;) {
    const unsigned shift = level * level_bits;
    if (current_tick_ != (current_tick_ >> shift) << shift) continue;
    take_for_firing(static_cast<uint16_t>(level * slots_per_level +
                                          (current_tick_ >> shift) % slots_per_level));
  }
  const uint64_t now = current_tick_ * resolution_ms;
  while (Deadline* deadline = slots_[firing_slot]) {
    unlink(*deadline);
    if (deadline->due_ms_ > now) {
      place(*deadline, current_tick_ + 1);
      continue;
    }
    deadline->armed_ = false;
    count_armed(-1);
    deadline->on_due_();
  }
}

void TimerWheel::take_for_firing(uint16_t slot) {
  while (Deadline* deadline = slots_[slot]) {
    unlink(*deadline);
    link(*deadline, firing_slot);
  }
}

}  // namespace hawser::core
