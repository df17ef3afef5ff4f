// SPDX-License-Identifier: Apache-2.0
#include "relay/session_bindings.h"

#include <algorithm>
#include <utility>

namespace hawser::relay {

void SessionBindings::bind(uint64_t session, std::string_view app, const WayName& way) {
  std::vector<Binding>& bindings = sessions_[session];
  const bool known = std::any_of(bindings.begin(), bindings.end(), [&](const Binding& binding) {
    return binding.app == app && binding.way == way;
  });
  if (!known) bindings.push_back({std::string(app), way});
}

std::optional<WayName> SessionBindings::find(uint64_t session, std::string_view app) const {
  if (sessions_.empty()) return std::nullopt;
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return std::nullopt;
  for (const Binding& binding : found->second)
    if (binding.app == app) return binding.way;
  return std::nullopt;
}

void SessionBindings::end_session(uint64_t session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  std::vector<WayName> told;
  for (const Binding& binding : found->second) {
    if (std::find(told.begin(), told.end(), binding.way) != told.end()) continue;
    told.push_back(binding.way);
    channel::Link* const link = dispatcher_.link_of(binding.way);
    if (link != nullptr) link->send_session_end(session);
  }
  sessions_.erase(found);
}

void SessionBindings::lose_worker(uint32_t worker) {
  for (auto& [session, bindings] : sessions_)
    for (Binding& binding : bindings)
      if (binding.way.worker == worker) binding.way = WayName{};
}

}  // namespace hawser::relay
