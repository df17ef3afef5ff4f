// SPDX-License-Identifier: Apache-2.0
// Credit: the bytes of body that a receiver allows on one stream. SendCredit is what the peer still
// allows us; ReceiveWindow is what we allow the peer, backed by bytes taken from budgets.
// Owner: its stream. Thread: the link's. See schema/README.md, "Credit".
#pragma once

#include <cstddef>
#include <cstdint>

#include "channel/frame.h"
#include "core/budget.h"
#include "core/check.h"

namespace hawser::channel {

class SendCredit {
 public:
  explicit SendCredit(uint32_t bytes = 0) : bytes_(bytes) {}

  // False: the peer granted more than may be open at once.
  [[nodiscard]] bool grant(uint32_t bytes) {
    if (bytes > credit_limit_bytes - bytes_) return false;
    bytes_ += bytes;
    return true;
  }
  void take(size_t bytes) {
    HAWSER_ASSERT(bytes <= bytes_);
    bytes_ -= static_cast<uint32_t>(bytes);
  }
  uint32_t bytes() const { return bytes_; }

 private:
  uint32_t bytes_;
};

// window = outstanding (granted, not here yet) + held (here, not consumed) + what may be granted
// again. The window's bytes are taken from the budgets while they can be used or are held. It
// follows its receiver: it doubles while what comes is consumed at once and leaves, and halves,
// down to its first size, when bytes had to wait for long: a slow reader needs no more than what it
// takes next. While a budget is scarce all windows go back to the least one, and new ones begin
// with it, so there is always room for one more stream.
class ReceiveWindow {
 public:
  static constexpr size_t least_bytes = 4 * 1024;

  // Both budgets outlive the window; `share` may be null.
  ReceiveWindow(core::Budget& budget, core::Budget* share, uint32_t limit_bytes)
      : budget_(budget), share_(share), limit_bytes_(limit_bytes) {}
  ~ReceiveWindow() { give_back(window_bytes_); }
  ReceiveWindow(const ReceiveWindow&) = delete;
  ReceiveWindow& operator=(const ReceiveWindow&) = delete;

  // Takes the first window; False: a budget has not that much left. grant() then returns it.
  [[nodiscard]] bool start(uint32_t first_bytes);
  bool started() const { return started_; }
  // The body has so many bytes in all: no more is granted.
  void expect(uint64_t body_bytes);
  // False: more than was granted.
  [[nodiscard]] bool received(size_t bytes, uint64_t now_ms);
  void consumed(size_t bytes, uint64_t now_ms);
  // What is to be granted now, in pieces of half a window at least; 0 when it is not worth a frame
  // yet. Resizes the window: it grows where its receiver keeps up, unless a budget is scarce.
  uint32_t grant(bool receiver_keeps_up);
  bool grant_due() const;
  // Whether grant() would let it grow.
  bool wants_to_grow() const;
  // Grants nothing more and gives back what is not held. What still comes is dropped by the caller
  // and not held.
  void stop();

  size_t held_bytes() const { return held_bytes_; }
  size_t outstanding_bytes() const { return outstanding_bytes_; }
  size_t window_bytes() const { return window_bytes_; }

 private:
  bool take(size_t bytes);
  void give_back(size_t bytes);
  bool scarce() const { return budget_.scarce() || (share_ != nullptr && share_->scarce()); }
  size_t free_bytes() const { return window_bytes_ - outstanding_bytes_ - held_bytes_; }
  uint64_t proof_of_speed() const;
  uint64_t consumed_bytes() const { return granted_bytes_ - outstanding_bytes_ - held_bytes_; }
  size_t most_bytes() const;
  size_t first_bytes(size_t usual_bytes) const;
  size_t growth_bytes() const;
  void grow();
  void shrink();

  core::Budget& budget_;
  core::Budget* share_;
  uint32_t limit_bytes_;
  size_t window_bytes_ = 0;
  size_t outstanding_bytes_ = 0;
  size_t held_bytes_ = 0;
  size_t first_bytes_ = 0;
  uint64_t held_since_ms_ = 0;            // while bytes are held: since when none was consumed
  uint64_t longest_wait_ms_ = 0;          // of bytes that were consumed since the last grant
  uint64_t granted_bytes_ = 0;            // over the stream's life
  uint64_t expected_bytes_ = UINT64_MAX;  // the whole body
  bool started_ = false;
  bool stopped_ = false;
};

}  // namespace hawser::channel
