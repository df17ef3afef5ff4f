// SPDX-License-Identifier: Apache-2.0
// ClientRates: how fast each client address asks each app, over all workers, in a table of fixed
// size: 65,536 clients in 1 MiB. Where more are busy at once, the one that has been quiet longest
// is forgotten, which only ever lets a request more through. Owner: the Engine's AppLoads. Thread:
// any; atomics, no locks.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "core/address.h"

namespace hawser::relay {

// A meter in one number: until when what came so far fills it. At most `per_second` pass at once,
// then one each time its part of a second is over (GCRA).
bool take_turn(std::atomic<uint64_t>& full_until_ns, uint64_t now_ns, uint64_t per_second);

// The address, or of IPv6 the /64, as one number.
uint64_t network_of(const core::Address& client);

class ClientRates {
 public:
  ClientRates();

  // Whether this client may ask this app once more now. IPv6 clients count by their /64: whoever
  // has one address has all of these.
  bool take_request(uint64_t app_number, const core::Address& client, uint64_t now_us,
                    uint64_t per_second);

  static constexpr size_t slots = 65'536;

 private:
  struct Slot {
    std::atomic<uint64_t> client{0};  // a keyed hash; 0: free
    std::atomic<uint64_t> full_until_ns{0};
  };
  static constexpr size_t ways = 8;
  using Set = std::array<Slot, ways>;

  uint64_t name_of(uint64_t app_number, const core::Address& client) const;
  static Slot& slot_of(Set& set, uint64_t name);

  std::array<uint64_t, 2> key_;  // so that nobody can choose whom to share a place with
  std::vector<Set> sets_;
};

}  // namespace hawser::relay
