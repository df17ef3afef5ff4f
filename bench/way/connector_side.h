// SPDX-License-Identifier: Apache-2.0
// ConnectorSide: one worker of a connector on a thread of its own, that has dialled an engine's
// door. Owner: the bench. Thread: main.
#pragma once

#include <memory>

#include "core/address.h"
#include "support/test_authority.h"
#include "way/side.h"

namespace hawser::bench {

class ConnectorSide {
 public:
  // Returns once its channels are established.
  ConnectorSide(const test::TestAuthority& authority, const core::Address& engine);
  ~ConnectorSide();

  Usage usage() { return side_.usage(); }

 private:
  class Parts;
  Side side_;
  std::unique_ptr<Parts> parts_;  // made and destroyed on the side's thread
};

}  // namespace hawser::bench
