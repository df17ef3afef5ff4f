// SPDX-License-Identifier: Apache-2.0
// RevokedSessions: sessions that were ended before their time, whose cookies still open. Owner:
// each worker's gate, and the control thread. Thread: its owner's.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace hawser::access {

class RevokedSessions {
 public:
  // `id` is raw; `expires_s` is when the session would have ended by itself.
  void add(std::string_view id, int64_t expires_s) {
    if (const auto key = key_of(id)) ends_s_[*key] = expires_s;
  }
  void add(const RevokedSessions& others) {
    ends_s_.insert(others.ends_s_.begin(), others.ends_s_.end());
  }
  bool has(std::string_view id) const {
    const auto key = key_of(id);
    return key && ends_s_.contains(*key);
  }
  // What has ended by itself before then need not be known any longer. Looks once a minute.
  void forget(int64_t now_s) {
    if (now_s < look_again_s_) return;
    look_again_s_ = now_s + look_every_s;
    std::erase_if(ends_s_, [now_s](const auto& session) { return session.second < now_s; });
  }
  size_t size() const { return ends_s_.size(); }

 private:
  static constexpr int64_t look_every_s = 60;
  // In place, for there may be many.
  using Key = std::array<char, 16>;
  static std::optional<Key> key_of(std::string_view id) {
    Key key;
    if (id.size() != key.size()) return std::nullopt;  // no session's
    std::copy(id.begin(), id.end(), key.begin());
    return key;
  }

  std::map<Key, int64_t> ends_s_;
  int64_t look_again_s_ = 0;
};

}  // namespace hawser::access
