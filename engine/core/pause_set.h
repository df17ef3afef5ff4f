// SPDX-License-Identifier: Apache-2.0
// PauseSet: why reading is stopped. Reading goes on when no reason is left, so two parties can
// pause independently. Owner: a Transport. Thread: the loop's own.
#pragma once

#include <cstdint>

namespace hawser::core {

enum class PauseReason : uint8_t {
  no_credit = 1,    // the receiver of the bytes has not granted room for more
  busy = 2,         // an exchange is under way; what follows belongs to the next one
  output_full = 4,  // answers to what is read could not be written yet
  handover = 8,     // the connection is moving to another loop
  draining = 16,
};

class PauseSet {
 public:
  // True when this was the first reason: reading must stop now.
  bool add(PauseReason reason) {
    const uint8_t before = reasons_;
    reasons_ = static_cast<uint8_t>(reasons_ | static_cast<uint8_t>(reason));
    return before == 0;
  }
  // True when this was the last reason: reading may go on.
  bool remove(PauseReason reason) {
    const uint8_t before = reasons_;
    reasons_ = static_cast<uint8_t>(reasons_ & ~static_cast<uint8_t>(reason));
    return before != 0 && reasons_ == 0;
  }
  bool paused() const { return reasons_ != 0; }
  bool has(PauseReason reason) const { return (reasons_ & static_cast<uint8_t>(reason)) != 0; }

 private:
  uint8_t reasons_ = 0;
};

}  // namespace hawser::core
