// SPDX-License-Identifier: Apache-2.0
// Rate: how many of something a peer may send: so many a second, and a burst. Owner: its link.
// Thread: the link's.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hawser::channel {

class Rate {
 public:
  Rate(uint32_t per_second, uint64_t burst)
      : per_second_(per_second), burst_(burst * thousandths), left_(burst_) {}

  bool allow(uint64_t now_ms) {
    if (now_ms > last_ms_)
      left_ =
          std::min(burst_, left_ + std::min<uint64_t>(now_ms - last_ms_, 3'600'000) * per_second_);
    last_ms_ = now_ms;
    if (left_ < thousandths) return false;
    left_ -= thousandths;
    return true;
  }
  // One more, earned by good behaviour.
  void earn() { left_ = std::min(burst_, left_ + thousandths); }
  void set_burst(uint64_t burst) {
    burst_ = burst * thousandths;
    left_ = burst_;
  }

 private:
  static constexpr uint64_t thousandths = 1000;
  uint64_t per_second_;
  uint64_t burst_;
  uint64_t left_;
  uint64_t last_ms_ = 0;
};

}  // namespace hawser::channel
