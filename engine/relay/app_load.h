// SPDX-License-Identifier: Apache-2.0
// AppLoad: what the limits of one app count: exchanges in flight, and requests a second, over all
// workers. Atomics and no locks: a worker counts without waiting for another. Owner: the Engine's
// AppLoads, shared with the workers and with what is counted. Thread: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "relay/client_rates.h"

namespace hawser::relay {

class AppLoad {
 public:
  // `number` tells it from every other app's.
  explicit AppLoad(uint64_t number) : number_(number) {}

  // Counts one more exchange in flight, unless there are `limit` already.
  bool enter(uint64_t limit);
  void leave() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  // Whether another request may come now: at most `per_second` at once, and so many a second from
  // then on.
  bool take_request(uint64_t now_us, uint64_t per_second);

  uint64_t number() const { return number_; }
  uint64_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }

 private:
  const uint64_t number_;
  std::atomic<uint64_t> in_flight_{0};
  std::atomic<uint64_t> full_until_ns_{0};
};

// One exchange that is counted as long as this exists.
class InFlight {
 public:
  InFlight() = default;
  explicit InFlight(std::shared_ptr<AppLoad> load) : load_(std::move(load)) {}
  ~InFlight() { leave(); }
  InFlight(InFlight&& other) noexcept = default;
  InFlight& operator=(InFlight&& other) noexcept {
    leave();
    load_ = std::move(other.load_);
    return *this;
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  void leave() {
    if (load_ != nullptr) load_->leave();
    load_.reset();
  }
  std::shared_ptr<AppLoad> load_;
};

// The loads of all apps, by name: they outlive a reload. Locks when workers look up theirs, which
// they do at a reload and never for a request.
class AppLoads {
 public:
  std::shared_ptr<AppLoad> of(const std::string& app);
  // Made when the first app asks for it.
  ClientRates& client_rates();

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<AppLoad>> loads_;
  std::unique_ptr<ClientRates> client_rates_;
};

}  // namespace hawser::relay
