// SPDX-License-Identifier: Apache-2.0
// SessionBindings: where the origin connections are that belong to a client session (HEAD `bound`):
// its exchanges for that app go there and nowhere else, and when it ends SESSION_END tells those
// who hold them. It knows the sessions of this worker, and those of other workers whose exchanges
// are spliced here. Owner: the RelayWorker. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "relay/dispatcher.h"

namespace hawser::relay {

class SessionBindings {
 public:
  explicit SessionBindings(const Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  // The first for an app counts; another one only hears of the session's end.
  void bind(uint64_t session, std::string_view app, const WayName& way);
  std::optional<WayName> find(uint64_t session, std::string_view app) const;
  void end_session(uint64_t session);
  // The link to that worker is gone, and with it what it knew.
  void lose_worker(uint32_t worker);
  size_t sessions() const { return sessions_.size(); }

 private:
  struct Binding {
    std::string app;
    WayName way;
  };
  const Dispatcher& dispatcher_;
  std::unordered_map<uint64_t, std::vector<Binding>> sessions_;
};

}  // namespace hawser::relay
