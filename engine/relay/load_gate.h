// SPDX-License-Identifier: Apache-2.0
// LoadGate: one worker's view of the apps' limits: whether a request may pass. Owner: the
// RelayWorker. Thread: the worker's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "message/error.h"
#include "message/head.h"
#include "model/snapshot.h"
#include "relay/app_load.h"
#include "relay/relay_metrics.h"

namespace hawser::relay {

class LoadGate {
 public:
  LoadGate(std::shared_ptr<AppLoads> loads, RelayMetrics& metrics)
      : loads_(std::move(loads)), metrics_(metrics) {}

  // The apps that have limits from now on; what is in flight stays counted.
  void apply(const model::Snapshot& snapshot);

  // Why a request may not pass, if so; else it is in flight as long as `in_flight` says so.
  std::optional<message::ExchangeError> admit(const model::App& app, const core::Address& client,
                                              const message::BodyLength& body, uint64_t now_us,
                                              InFlight& in_flight);
  // A body of unknown length turned out to be longer than the app takes.
  message::ExchangeError body_too_long(const model::App& app);

 private:
  message::ExchangeError refuse(const model::App& app, message::ErrorCode code, const char* limit,
                                uint64_t value);

  std::shared_ptr<AppLoads> loads_;
  RelayMetrics& metrics_;
  std::unordered_map<std::string, std::shared_ptr<AppLoad>> limited_;  // by app
  ClientRates* client_rates_ = nullptr;                                // null while no app wants it
};

}  // namespace hawser::relay
