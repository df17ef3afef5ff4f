// SPDX-License-Identifier: Apache-2.0
#include "relay/load_gate.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

void LoadGate::apply(const model::Snapshot& snapshot) {
  limited_.clear();
  for (const model::App& app : snapshot.apps()) {
    if (!app.limits.counted()) continue;
    limited_[app.name] = loads_->of(app.name);
    if (app.limits.per_client != 0) client_rates_ = &loads_->client_rates();
  }
}

ExchangeError LoadGate::refuse(const model::App& app, ErrorCode code, const char* limit,
                               uint64_t value) {
  metrics_.count_refused(app.name, limit);
  return ExchangeError::of(
      code, std::string("the app's limit `") + limit + "` is " + std::to_string(value));
}

ExchangeError LoadGate::body_too_long(const model::App& app) {
  return refuse(app, ErrorCode::body_too_large, "body", app.limits.body_bytes);
}

std::optional<ExchangeError> LoadGate::admit(const model::App& app, const core::Address& client,
                                             const message::BodyLength& body, uint64_t now_us,
                                             InFlight& in_flight) {
  const model::AppLimits& limits = app.limits;
  if (limits.body_bytes != 0 && body.is_known() && body.bytes > limits.body_bytes)
    return body_too_long(app);
  if (!limits.counted()) return std::nullopt;
  const auto found = limited_.find(app.name);
  if (found == limited_.end()) return std::nullopt;
  AppLoad& load = *found->second;
  // The client first: whoever asks too fast takes no other client's turn.
  if (limits.per_client != 0 && client_rates_ != nullptr &&
      !client_rates_->take_request(load.number(), client, now_us, limits.per_client))
    return refuse(app, ErrorCode::too_many_requests, "per_client", limits.per_client);
  if (limits.requests_per_second != 0 && !load.take_request(now_us, limits.requests_per_second))
    return refuse(app, ErrorCode::too_many_requests, "requests_per_second",
                  limits.requests_per_second);
  if (limits.connections == 0) return std::nullopt;
  if (!load.enter(limits.connections))
    return refuse(app, ErrorCode::too_many_connections, "connections", limits.connections);
  in_flight = InFlight(found->second);
  return std::nullopt;
}

}  // namespace hawser::relay
