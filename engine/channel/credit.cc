// SPDX-License-Identifier: Apache-2.0
#include "channel/credit.h"

#include <algorithm>

namespace hawser::channel {

namespace {
// A receiver whose bytes waited less than the first keeps up; one whose bytes waited more than the
// second is slower than its window.
constexpr uint64_t at_once_ms = 50;
constexpr uint64_t slow_ms = 200;
// From here on there are so many windows that none may grow by guess.
constexpr size_t crowd_bytes = 2 * 1024 * 1024;
}  // namespace

bool ReceiveWindow::take(size_t bytes) {
  if (!budget_.take(bytes)) return false;
  if (share_ == nullptr || share_->take(bytes)) return true;
  budget_.give_back(bytes);
  return false;
}

void ReceiveWindow::give_back(size_t bytes) {
  if (bytes == 0) return;  // a stopped window may outlive its session's share
  budget_.give_back(bytes);
  if (share_ != nullptr) share_->give_back(bytes);
  window_bytes_ -= bytes;
}

bool ReceiveWindow::start(uint32_t first_bytes) {
  HAWSER_ASSERT(!started_ && !stopped_);
  const auto first =
      this->first_bytes(static_cast<size_t>(std::min<uint64_t>(first_bytes, expected_bytes_)));
  if (!take(first)) return false;
  window_bytes_ = first_bytes_ = first;
  started_ = true;
  return true;
}

// Half of the budget is for windows of the usual size, the rest for more and more streams.
size_t ReceiveWindow::first_bytes(size_t usual_bytes) const {
  if (scarce()) return std::min(usual_bytes, least_bytes);
  if (budget_.used_bytes() <= budget_.limit_bytes() / 2) return usual_bytes;
  return std::min(usual_bytes, 2 * least_bytes);
}

void ReceiveWindow::expect(uint64_t body_bytes) { expected_bytes_ = body_bytes; }

bool ReceiveWindow::received(size_t bytes, uint64_t now_ms) {
  if (bytes > outstanding_bytes_) return false;
  outstanding_bytes_ -= bytes;
  if (held_bytes_ == 0) held_since_ms_ = now_ms;
  if (!stopped_) held_bytes_ += bytes;
  return true;
}

void ReceiveWindow::consumed(size_t bytes, uint64_t now_ms) {
  HAWSER_ASSERT(bytes <= held_bytes_);
  longest_wait_ms_ = std::max(longest_wait_ms_, now_ms - held_since_ms_);
  held_since_ms_ = now_ms;
  held_bytes_ -= bytes;
  if (stopped_) give_back(bytes);
}

bool ReceiveWindow::grant_due() const {
  return started_ && !stopped_ && granted_bytes_ < expected_bytes_ &&
         free_bytes() * 2 >= window_bytes_;
}

// What a few streams may have, a crowd shares: the more of the budget is in use, the less one
// stream may hold.
size_t ReceiveWindow::most_bytes() const {
  if (budget_.used_bytes() < budget_.limit_bytes() / 16) return limit_bytes_;
  return budget_.used_bytes() < budget_.limit_bytes() / 8 ? limit_bytes_ / 4 : limit_bytes_ / 16;
}

// The kernels on the way take a good deal at once, however slow the reader is behind them: a window
// grows where its receiver has taken so many times as much, of which a crowd's has to show more.
uint64_t ReceiveWindow::proof_of_speed() const {
  return budget_.used_bytes() > crowd_bytes ? 8 : 2;
}

size_t ReceiveWindow::growth_bytes() const {
  if (granted_bytes_ == 0 || held_bytes_ > 0 || longest_wait_ms_ > at_once_ms) return 0;
  const size_t most = most_bytes();
  if (window_bytes_ >= most || scarce()) return 0;
  if (expected_bytes_ - granted_bytes_ <= free_bytes()) return 0;
  if (consumed_bytes() / proof_of_speed() < window_bytes_) return 0;
  const size_t more = std::min<size_t>(window_bytes_, most - window_bytes_);
  return share_ != nullptr && !share_->may_grow(more) ? 0
                                                      : more;  // others of its session begin too
}

bool ReceiveWindow::wants_to_grow() const { return grant_due() && growth_bytes() > 0; }

void ReceiveWindow::grow() {
  const size_t more = growth_bytes();
  if (more > 0 && take(more)) window_bytes_ += more;
}

// Only what is free can go now; the rest follows once it was consumed.
void ReceiveWindow::shrink() {
  const size_t least = scarce() ? std::min(first_bytes_, least_bytes) : first_bytes_;
  const size_t target = std::max(least, window_bytes_ / 2);
  if (target >= window_bytes_) return;
  give_back(std::min(free_bytes(), window_bytes_ - target));
}

uint32_t ReceiveWindow::grant(bool receiver_keeps_up) {
  if (!grant_due()) return 0;
  if (longest_wait_ms_ > slow_ms || scarce()) {
    shrink();
  } else if (receiver_keeps_up) {
    grow();
  }
  longest_wait_ms_ = 0;
  const uint64_t bytes = std::min<uint64_t>(free_bytes(), expected_bytes_ - granted_bytes_);
  outstanding_bytes_ += static_cast<size_t>(bytes);
  granted_bytes_ += bytes;
  return static_cast<uint32_t>(bytes);
}

void ReceiveWindow::stop() {
  if (stopped_) return;
  stopped_ = true;
  give_back(window_bytes_ - held_bytes_);
}

}  // namespace hawser::channel
