// SPDX-License-Identifier: Apache-2.0
// A list of addresses and networks, as trusted_proxies. Owner: nobody (a function). Thread: any.
#pragma once

#include <vector>

#include "config/value.h"
#include "model/ip_network.h"

namespace hawser::control {

void read_networks(const config::Value& value, std::vector<model::Network>& target);

}  // namespace hawser::control
