// SPDX-License-Identifier: Apache-2.0
#include "access/rules_networks.h"

#include <algorithm>
#include <cstddef>

namespace hawser::access {
namespace {

constexpr size_t address_at = 1;  // behind the family

AddressKey last_of(const model::Network& network) {
  AddressKey key = key_of(network.address());
  for (int bit = network.prefix(); bit < network.address().bits(); ++bit) {
    const auto place = static_cast<size_t>(bit);
    key[address_at + place / 8] =
        static_cast<uint8_t>(key[address_at + place / 8] | (0x80u >> (place % 8)));
  }
  return key;
}

}  // namespace

AddressKey key_of(const model::IpAddress& address) {
  AddressKey key{};
  key[0] = address.is_ipv6() ? 6 : 4;
  std::copy(address.bytes().begin(), address.bytes().end(), key.begin() + address_at);
  return key;
}

NetworkSet::NetworkSet(const std::vector<model::Network>& networks) {
  std::vector<Range> all;
  all.reserve(networks.size());
  for (const model::Network& network : networks)
    all.push_back({key_of(network.address()), last_of(network)});
  std::sort(all.begin(), all.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  for (const Range& range : all) {
    if (!ranges_.empty() && range.first <= ranges_.back().last) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
}

bool NetworkSet::contains(const AddressKey& address) const {
  const auto behind =
      std::upper_bound(ranges_.begin(), ranges_.end(), address,
                       [](const AddressKey& key, const Range& range) { return key < range.first; });
  return behind != ranges_.begin() && address <= std::prev(behind)->last;
}

}  // namespace hawser::access
