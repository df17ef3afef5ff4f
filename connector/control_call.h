// SPDX-License-Identifier: Apache-2.0
// ControlCall: one HTTP call of the connector's own to the engine, on a stream of a channel: both
// bodies in memory and bounded. Owner: whoever wants the answer; destroying it cancels. Thread: the
// worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "channel/link.h"
#include "channel/stream.h"
#include "core/loop.h"
#include "core/result.h"
#include "core/timer_wheel.h"
#include "message/error.h"
#include "message/head.h"

namespace hawser::connector {

struct ControlRequest {
  message::Method method = message::Method::get;
  std::string target;     // "/v1/config"
  std::string body = {};  // JSON; empty: none
  uint64_t timeout_ms = 10'000;
};

struct ControlAnswer {
  int status = 0;
  std::string body;
};

using ControlResult = core::Result<ControlAnswer, message::ExchangeError>;

class ControlCall final : private channel::StreamListener {
 public:
  // Once, in a later turn; the call may be destroyed within it.
  using Done = std::function<void(ControlResult)>;

  // `link` is established. It may go at any time: that is an answer too (link_lost).
  ControlCall(core::Loop& loop, channel::Link& link, ControlRequest request, Done done);
  ~ControlCall() override;

 private:
  void on_head(message::ResponseHead& head, bool interim, bool bound) override;
  void on_data(core::ByteChain bytes) override;
  void on_body_end(const message::Fields& trailers) override;
  void on_sendable() override;
  void on_stop() override;
  void on_reset(const channel::Reset& reset) override;
  void on_finished() override;

  void fail(message::ErrorCode code, std::string reason);
  void finish(ControlResult result);

  core::Loop& loop_;
  ControlRequest request_;
  Done done_;
  ControlAnswer answer_;
  size_t sent_bytes_ = 0;
  bool answered_ = false;
  channel::Stream* stream_ = nullptr;  // null once it is over
  core::Deadline deadline_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace hawser::connector
