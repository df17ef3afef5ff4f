// SPDX-License-Identifier: Apache-2.0
// Clock: the seam for time. A Loop without one uses the system's; tests hand in a ManualClock and
// move it. Owner: whoever makes the loop; outlives it. Thread: any may read.
#pragma once

#include <atomic>
#include <cstdint>

namespace hawser::core {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual uint64_t monotonic_us() const = 0;
  virtual int64_t wall_ms() const = 0;  // since 1970-01-01 UTC
  uint64_t monotonic_ms() const { return monotonic_us() / 1000; }
};

class SystemClock : public Clock {
 public:
  uint64_t monotonic_us() const override;
  int64_t wall_ms() const override;
  static const SystemClock& instance();
};

// Stands still until it is moved.
class ManualClock : public Clock {
 public:
  explicit ManualClock(uint64_t monotonic_ms = 1'000'000, int64_t wall_ms = 1'700'000'000'000)
      : monotonic_us_(monotonic_ms * 1000), wall_ms_(wall_ms) {}
  uint64_t monotonic_us() const override { return monotonic_us_.load(); }
  int64_t wall_ms() const override { return wall_ms_.load(); }
  void advance_ms(uint64_t ms) {
    monotonic_us_ += ms * 1000;
    wall_ms_ += static_cast<int64_t>(ms);
  }
  // The wall clock alone may jump, as real ones do.
  void set_wall_ms(int64_t wall_ms) { wall_ms_ = wall_ms; }

 private:
  std::atomic<uint64_t> monotonic_us_;
  std::atomic<int64_t> wall_ms_;
};

}  // namespace hawser::core
