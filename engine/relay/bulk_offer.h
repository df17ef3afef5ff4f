// SPDX-License-Identifier: Apache-2.0
// BulkOffer: moves a stream with a long body to a channel of its own, where it delays nobody's
// small exchange. Owner: whoever opened the stream on a channel: an Exchange, or a Splice for
// another worker's. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <string>

#include "channel/stream.h"
#include "message/head.h"
#include "relay/relay_context.h"

namespace hawser::relay {

// A body of at least this length; where none is told, once so much has come, and fast enough for
// its window to have grown: an endless trickle of events stays where it is.
inline constexpr uint64_t bulk_from_bytes = 4 * 1024 * 1024;
inline constexpr size_t bulk_from_window_bytes = 128 * 1024;

class BulkOffer {
 public:
  explicit BulkOffer(RelayContext& context) : context_(context) {}
  ~BulkOffer() { withdraw(); }
  BulkOffer(const BulkOffer&) = delete;
  BulkOffer& operator=(const BulkOffer&) = delete;

  // Each offers once. A body on `stream` that is told to have this length.
  void on_length(channel::Stream& stream, const message::BodyLength& length);
  // So much of the response has come on `stream`.
  void on_received(channel::Stream& stream, uint64_t total_bytes);
  // To be called when the stream is over, or is given up: nothing else takes it from the tickets.
  // Another may be offered afterwards.
  void withdraw();

 private:
  void offer(channel::Stream& stream);

  RelayContext& context_;
  std::string ticket_;
};

}  // namespace hawser::relay
