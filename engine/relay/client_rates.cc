// SPDX-License-Identifier: Apache-2.0
#include "relay/client_rates.h"

#include <algorithm>
#include <cstring>

#include "core/entropy.h"

namespace hawser::relay {

namespace {

constexpr uint64_t second_ns = 1'000'000'000;

// splitmix64's last steps: each bit of the input moves half of the output's.
uint64_t mix(uint64_t value) {
  value ^= value >> 30;
  value *= 0xbf58476d1ce4e5b9;
  value ^= value >> 27;
  value *= 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

uint64_t network_of(const core::Address& client) {
  uint64_t number = 0;
  if (client.is_ipv6()) {
    std::memcpy(&number, &reinterpret_cast<const sockaddr_in6*>(client.raw())->sin6_addr,
                sizeof number);
  } else if (client.raw()->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(client.raw());
    number = (uint64_t{0xffff} << 32) | v4->sin_addr.s_addr;
  }
  return number;
}

bool take_turn(std::atomic<uint64_t>& full_until_ns, uint64_t now_ns, uint64_t per_second) {
  const uint64_t interval_ns = second_ns / per_second;
  uint64_t until_ns = full_until_ns.load(std::memory_order_relaxed);
  uint64_t next_ns = 0;
  do {
    next_ns = std::max(until_ns, now_ns) + interval_ns;
    if (next_ns > now_ns + interval_ns * per_second) return false;
  } while (!full_until_ns.compare_exchange_weak(until_ns, next_ns, std::memory_order_relaxed));
  return true;
}

ClientRates::ClientRates() : key_{}, sets_(slots / ways) {
  core::SystemEntropy::instance().fill({reinterpret_cast<uint8_t*>(key_.data()), sizeof key_});
}

uint64_t ClientRates::name_of(uint64_t app_number, const core::Address& client) const {
  const uint64_t name = mix(mix(network_of(client) ^ key_[0]) + app_number * 2 + 1 + key_[1]);
  return name == 0 ? 1 : name;
}

// The client's own slot, or the one that is taken over for it: free, or quiet longest. Another
// worker may take the same one over at the same time; then one of both counts in the other's.
ClientRates::Slot& ClientRates::slot_of(Set& set, uint64_t name) {
  Slot* quietest = &set[0];
  for (Slot& slot : set) {
    if (slot.client.load(std::memory_order_relaxed) == name) return slot;
    if (slot.full_until_ns.load(std::memory_order_relaxed) <
        quietest->full_until_ns.load(std::memory_order_relaxed))
      quietest = &slot;
  }
  quietest->client.store(name, std::memory_order_relaxed);
  quietest->full_until_ns.store(0, std::memory_order_relaxed);
  return *quietest;
}

bool ClientRates::take_request(uint64_t app_number, const core::Address& client, uint64_t now_us,
                               uint64_t per_second) {
  const uint64_t name = name_of(app_number, client);
  Slot& slot = slot_of(sets_[name % sets_.size()], name);
  return take_turn(slot.full_until_ns, now_us * 1000, per_second);
}

}  // namespace hawser::relay
