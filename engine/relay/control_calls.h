// SPDX-License-Identifier: Apache-2.0
// Control calls: what a connector asks over streams that it opens itself: GET /v1/config, GET
// /v1/apps/{id}, POST /v1/renew, POST /v1/health. Owner: each call owns itself until its stream has
// ended. Thread: the worker's own.
#pragma once

#include <functional>
#include <string>

#include "channel/stream.h"
#include "message/head.h"
#include "relay/relay_context.h"

namespace hawser::relay {

struct ControlAnswer {
  uint16_t status = 200;
  std::string json;
};

// What lies with the control thread.
class ControlHost {
 public:
  virtual ~ControlHost() = default;
  virtual std::string config_json(const std::string& group) = 0;
  // Answers on this thread, later. `done` is called exactly once, also when the caller is gone.
  virtual void renew(const std::string& connector, const std::string& certificate_sha256,
                     std::string body, std::function<void(ControlAnswer)> done) = 0;
  virtual void health(const std::string& connector, std::string body) = 0;
};

// A connector sees the apps of its own group alone.
void answer_control_call(RelayContext& context, ControlHost& host, const std::string& connector,
                         const std::string& group, const std::string& certificate_sha256,
                         channel::Stream& stream, const message::RequestHead& head);

}  // namespace hawser::relay
