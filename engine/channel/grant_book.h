// SPDX-License-Identifier: Apache-2.0
// GrantBook: the grants that passed over one link, the newest ones. Sender and receiver keep the
// same number in the same order, so that the sender knows which the receiver still has. Owner: a
// link. Thread: the link's.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "channel/frame.h"

namespace hawser::channel {

class GrantBook {
 public:
  bool has(const std::string& name) const { return grants_.contains(name); }
  // Null where it is not there, or was noted without what it says.
  std::shared_ptr<const Grant> find(const std::string& name) const {
    const auto found = grants_.find(name);
    return found == grants_.end() ? nullptr : found->second;
  }
  // One that is not there. The oldest makes room.
  void add(const std::string& name, std::shared_ptr<const Grant> grant) {
    if (order_.size() >= grants_limit) {
      grants_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(name);
    grants_.emplace(name, std::move(grant));
  }

 private:
  std::unordered_map<std::string, std::shared_ptr<const Grant>> grants_;
  std::deque<std::string> order_;  // the oldest first
};

}  // namespace hawser::channel
