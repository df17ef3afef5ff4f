// SPDX-License-Identifier: Apache-2.0
// TimerWheel: all deadlines of one loop. Moving a deadline later only writes a time stamp; the
// wheel notices when the old time comes. An idle loop with nothing due does not wake up. Owner: the
// Loop. Thread: the loop's own.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

struct uv_loop_s;

namespace hawser::core {

class Clock;
class TimerWheel;

// One deadline, a member of the object that it guards; disarmed by its destructor. Fires at most
// once per arm, never early, and late by at most the wheel's resolution (10 ms) plus the loop's
// turn.
class Deadline {
 public:
  explicit Deadline(std::function<void()> on_due) : on_due_(std::move(on_due)) {}
  ~Deadline() { disarm(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Due at `delay_ms` from now (the wheel's clock). Arming again replaces the time; later is cheap.
  void arm(TimerWheel& wheel, uint64_t delay_ms);
  void disarm();
  bool armed() const { return armed_; }
  uint64_t due_ms() const { return due_ms_; }

 private:
  friend class TimerWheel;
  std::function<void()> on_due_;
  TimerWheel* wheel_ = nullptr;  // set while linked in a slot
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  uint64_t due_ms_ = 0;
  uint64_t slot_due_ms_ = 0;  // the time of the slot that it stands in
  uint16_t slot_ = 0;
  bool armed_ = false;
};

// Five levels of 64 slots; a slot of one level is a whole turn of the level below it, so a deadline
// moves down a few times at most before it fires. One uv timer stands at the next slot in use.
class TimerWheel {
 public:
  static constexpr uint64_t resolution_ms = 10;

  // `clock` null: the loop's own time.
  TimerWheel(uv_loop_s* loop, const Clock* clock);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  uint64_t now_ms() const;
  // Fires what is due. The loop calls it; tests with a ManualClock need not.
  void run_due();
  size_t armed_count() const { return armed_count_; }

 private:
  friend class Deadline;
  static constexpr unsigned levels = 5;
  static constexpr unsigned level_bits = 6;
  static constexpr unsigned slots_per_level = 1u << level_bits;
  static constexpr uint16_t firing_slot = levels * slots_per_level;
  struct Cell;
  struct CellCloser {
    void operator()(Cell* cell) const;
  };

  void place(Deadline& deadline, uint64_t earliest_tick);
  void link(Deadline& deadline, uint16_t slot);
  void unlink(Deadline& deadline);
  void take_for_firing(uint16_t slot);
  void run_tick();
  uint64_t next_tick() const;  // UINT64_MAX: none
  void set_timer(uint64_t tick);
  void count_armed(int change);

  uv_loop_s* loop_;
  const Clock* clock_;
  std::unique_ptr<Cell, CellCloser> timer_;
  uint64_t current_tick_;             // everything up to it has fired
  uint64_t timer_tick_ = UINT64_MAX;  // where the uv timer stands
  size_t armed_count_ = 0;
  bool running_ = false;
  std::array<uint64_t, levels> used_{};  // a bit for each slot that is not empty
  std::array<Deadline*, firing_slot + 1> slots_{};
};

}  // namespace hawser::core
