// SPDX-License-Identifier: Apache-2.0
// HeldRoom: memory that is counted for as long as this lives. Owner: whoever has the bytes. Thread:
// its owner's.
#pragma once

namespace hawser::access {

class HeldRoom {
 public:
  virtual ~HeldRoom() = default;
};

}  // namespace hawser::access
