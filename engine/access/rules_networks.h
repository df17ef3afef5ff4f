// SPDX-License-Identifier: Apache-2.0
// NetworkSet: networks as sorted ranges of addresses, so that a thousand of them cost a rule no
// more than ten comparisons. Owner: Rules. Thread: any, immutable once made.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/ip_network.h"

namespace hawser::access {

// An address in an order where each network is one range: its family, then its bytes.
using AddressKey = std::array<uint8_t, 17>;
AddressKey key_of(const model::IpAddress& address);

class NetworkSet {
 public:
  NetworkSet() = default;
  explicit NetworkSet(const std::vector<model::Network>& networks);

  bool empty() const { return ranges_.empty(); }
  bool contains(const AddressKey& address) const;

 private:
  struct Range {
    AddressKey first;
    AddressKey last;
  };
  std::vector<Range> ranges_;  // sorted, none overlaps another
};

}  // namespace hawser::access
