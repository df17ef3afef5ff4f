// SPDX-License-Identifier: Apache-2.0
// Gate: decides whether a request may pass, before one byte of it reaches the private network. It
// may take its time (a provider is asked) and can be cancelled by destroying the question. Owner:
// one per worker. Thread: the worker's own.
#pragma once

#include <string>

#include "model/app.h"

namespace hawser::access {

// What an exchange is admitted with. Every fact that the connector may be told about the user
// stands here.
struct Admission {
  std::string user;   // empty: anonymous
  std::string rule;   // the rule that admitted, "passthrough" where the app has none
  std::string grant;  // proof for the connector, where the app asks for it
  uint64_t revision = 0;
};

class GateListener {
 public:
  virtual ~GateListener() = default;
  virtual void on_admitted(Admission admission) = 0;
};

class Gate {
 public:
  // Answers through `listener`, during the call or later. The only rule so far is passthrough,
  // which admits everybody as nobody in particular.
  void decide(const model::App& app, GateListener& listener);
};

}  // namespace hawser::access
