// SPDX-License-Identifier: Apache-2.0
#include "relay/app_load.h"

#include <algorithm>

namespace hawser::relay {

bool AppLoad::enter(uint64_t limit) {
  uint64_t now = in_flight_.load(std::memory_order_relaxed);
  do {
    if (now >= limit) return false;
  } while (!in_flight_.compare_exchange_weak(now, now + 1, std::memory_order_relaxed));
  return true;
}

bool AppLoad::take_request(uint64_t now_us, uint64_t per_second) {
  return take_turn(full_until_ns_, now_us * 1000, per_second);
}

std::shared_ptr<AppLoad> AppLoads::of(const std::string& app) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<AppLoad>& load = loads_[app];
  if (load == nullptr) load = std::make_shared<AppLoad>(loads_.size());
  return load;
}

ClientRates& AppLoads::client_rates() {
  const std::lock_guard lock(mutex_);
  if (client_rates_ == nullptr) client_rates_ = std::make_unique<ClientRates>();
  return *client_rates_;
}

}  // namespace hawser::relay
