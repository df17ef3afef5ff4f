// SPDX-License-Identifier: Apache-2.0
#include "access/silences.h"

#include "access/recheck.h"

namespace hawser::access {

void Silences::of_provider(std::string_view provider, int64_t now_s) {
  providers_.insert_or_assign(std::string(provider), now_s + ask_silent_again_s);
}

void Silences::of_session(std::string_view provider, std::string_view session, int64_t now_s) {
  if (sessions_.size() >= session_limit)
    std::erase_if(sessions_, [now_s](const auto& entry) { return entry.second <= now_s; });
  if (sessions_.size() >= session_limit) return of_provider(provider, now_s);
  sessions_.insert_or_assign(std::string(session), now_s + ask_silent_again_s);
}

Silences::Of Silences::find(std::string_view provider, std::string_view session,
                            int64_t now_s) const {
  const auto silent = [now_s](const Ends& ends, std::string_view name) {
    const auto found = ends.find(name);
    return found != ends.end() && now_s < found->second;
  };
  if (silent(providers_, provider)) return Of::provider;
  return silent(sessions_, session) ? Of::session : Of::nobody;
}

void Silences::forget() {
  providers_.clear();
  sessions_.clear();
}

}  // namespace hawser::access
