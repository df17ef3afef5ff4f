// SPDX-License-Identifier: Apache-2.0
// IdTokens: the ID tokens of sessions whose connectors want to see them, the newest ones, so that
// the control thread is not asked at each request. Owner: the Gate. Thread: the worker's own.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

namespace hawser::access {

class IdTokens {
 public:
  static constexpr size_t limit = 1000;

  // Null where it is not known. Valid until the next keep().
  const std::string* find(const std::string& grant) const {
    const auto found = tokens_.find(grant);
    return found == tokens_.end() ? nullptr : &found->second;
  }
  void keep(const std::string& grant, std::string token) {
    if (!tokens_.insert_or_assign(grant, std::move(token)).second) return;
    order_.push_back(grant);
    if (order_.size() <= limit) return;
    tokens_.erase(order_.front());
    order_.pop_front();
  }
  size_t size() const { return tokens_.size(); }

 private:
  std::unordered_map<std::string, std::string> tokens_;
  std::deque<std::string> order_;  // the oldest first
};

}  // namespace hawser::access
