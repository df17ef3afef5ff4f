// SPDX-License-Identifier: Apache-2.0
// Strays: frames for streams that have ended here while the peer could not know it yet. They are
// ignored, and bounded by what the peer may have sent before our RESET or END reached it.
// Owner: its link. Thread: the link's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace hawser::channel {

class Strays {
 public:
  void on_reset_by_us(size_t outstanding_credit_bytes) {
    body_bytes_ += outstanding_credit_bytes;
    body_frames_ = std::min(limit, body_frames_ + frames_per_stream);
    on_end();
  }
  void on_end() { other_frames_ = std::min(limit, other_frames_ + frames_per_stream); }

  // HEAD, DATA and END. False: more than can be.
  [[nodiscard]] bool allow_body(size_t payload_bytes) {
    if (payload_bytes > 0) {
      if (payload_bytes > body_bytes_) return false;
      body_bytes_ -= payload_bytes;
      return true;
    }
    return take_one(body_frames_);
  }
  // CREDIT, STOP, RESET and ATTACH.
  [[nodiscard]] bool allow_other() { return take_one(other_frames_); }

 private:
  static constexpr uint64_t frames_per_stream = 64;
  static constexpr uint64_t limit = 65'536;
  static bool take_one(uint64_t& frames) {
    if (frames == 0) return false;
    --frames;
    return true;
  }
  uint64_t body_bytes_ = 0;
  uint64_t body_frames_ = 0;
  uint64_t other_frames_ = 0;
};

}  // namespace hawser::channel
