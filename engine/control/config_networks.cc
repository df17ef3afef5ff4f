// SPDX-License-Identifier: Apache-2.0
#include "control/config_networks.h"

namespace hawser::control {

void read_networks(const config::Value& value, std::vector<model::Network>& target) {
  constexpr size_t network_limit = 1000;
  if (value.is_empty()) return;
  const auto list = value.list();
  if (!list) return;
  if (list->size() > network_limit) return value.error("at most 1000 networks");
  for (const config::Value& item : *list) {
    const auto network = item.parsed<model::Network>(
        &model::Network::parse, "an address or a network, as 192.0.2.1 or 2001:db8::/32");
    if (network) target.push_back(*network);
  }
}

}  // namespace hawser::control
