// SPDX-License-Identifier: Apache-2.0
// Budget: how many bytes of bodies a worker may hold at once. Credit is taken from it before it is
// granted to a peer; bytes that left give it back. Owner: the Worker's relay or forwarder. Thread:
// the worker's own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/check.h"
#include "core/metrics.h"

namespace hawser::core {

class Budget {
 public:
  // `shown` (which outlives the budget) follows what is used, for readers on other threads.
  explicit Budget(size_t limit_bytes, Gauge* shown = nullptr)
      : limit_bytes_(limit_bytes), shown_(shown) {}

  bool take(size_t bytes) {
    if (bytes > limit_bytes_ - used_bytes_) return false;
    use(used_bytes_ + bytes);
    return true;
  }
  void give_back(size_t bytes) {
    HAWSER_ASSERT(bytes <= used_bytes_);
    use(used_bytes_ - bytes);
  }
  // Above three quarters nothing grows any more, nor while the whole process's memory is short.
  bool scarce() const { return pressed_ || used_bytes_ > limit_bytes_ / 4 * 3; }
  void press(bool pressed) { pressed_ = pressed; }
  // Whether so much may be added to what works already: a quarter is left to those who begin.
  bool may_grow(size_t bytes) const {
    return !pressed_ && bytes <= limit_bytes_ && used_bytes_ <= limit_bytes_ - bytes &&
           used_bytes_ + bytes <= limit_bytes_ / 4 * 3;
  }
  size_t free_bytes() const { return limit_bytes_ - used_bytes_; }
  size_t used_bytes() const { return used_bytes_; }
  size_t limit_bytes() const { return limit_bytes_; }

 private:
  void use(size_t bytes) {
    used_bytes_ = bytes;
    if (shown_ != nullptr) shown_->set(static_cast<int64_t>(bytes));
  }

  size_t limit_bytes_;
  size_t used_bytes_ = 0;
  bool pressed_ = false;
  Gauge* shown_;
};

}  // namespace hawser::core
