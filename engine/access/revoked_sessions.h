// SPDX-License-Identifier: Apache-2.0
// RevokedSessions: sessions that were ended before their time, whose cookies still open. Owner:
// each worker's gate, and the control thread. Thread: its owner's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace hawser::access {

class RevokedSessions {
 public:
  // `id` is raw; `expires_s` is when the session would have ended by itself.
  void add(std::string id, int64_t expires_s) { ends_s_[std::move(id)] = expires_s; }
  void add(const RevokedSessions& others) {
    ends_s_.insert(others.ends_s_.begin(), others.ends_s_.end());
  }
  bool has(std::string_view id) const { return ends_s_.find(id) != ends_s_.end(); }
  // What has ended by itself need not be known any longer.
  void forget(int64_t now_s) {
    std::erase_if(ends_s_, [now_s](const auto& session) { return session.second < now_s; });
  }
  size_t size() const { return ends_s_.size(); }

 private:
  std::map<std::string, int64_t, std::less<>> ends_s_;
};

}  // namespace hawser::access
