// SPDX-License-Identifier: Apache-2.0
// BulkTickets: which stream may move to the bulk channel that presents a ticket. A ticket is good
// once. Owner: the RelayWorker. Thread: the worker's own.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "channel/stream.h"

namespace hawser::relay {

class BulkTickets {
 public:
  void offer(const std::string& ticket, channel::Stream& stream) { streams_[ticket] = &stream; }
  void withdraw(const std::string& ticket) { streams_.erase(ticket); }
  // The stream, or null when the ticket is unknown or used.
  channel::Stream* redeem(const std::string& ticket) {
    const auto found = streams_.find(ticket);
    if (found == streams_.end()) return nullptr;
    channel::Stream* stream = found->second;
    streams_.erase(found);
    return stream;
  }

 private:
  std::unordered_map<std::string, channel::Stream*> streams_;
};

}  // namespace hawser::relay
