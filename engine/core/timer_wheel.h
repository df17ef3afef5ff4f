// SPDX-License-Identifier: Apache-2.0
// TimerWheel: all deadlines of one loop. Moving a deadline later only writes a time stamp; the
// wheel notices when the old time comes. An idle loop with nothing due does not wake up. Owner: the
// Loop. Thread: the loop's own.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

namespace hawser::core {

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
  TimerWheel* wheel_ = nullptr;  // set while linked in a slot, even if disarmed lazily
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  uint64_t due_ms_ = 0;
  uint64_t slot_due_ms_ = 0;  // the time of the slot that it stands in
  bool armed_ = false;
};

}  // namespace hawser::core
