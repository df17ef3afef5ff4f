// SPDX-License-Identifier: Apache-2.0
// EnrolmentServer: the HTTP of connections that came with ALPN hawser-enrol/1.
// Owner: the engine's main program. Thread: the control thread alone.
#pragma once

#include <cstddef>
#include <memory>

#include "control/enrolment.h"
#include "core/loop.h"
#include "core/transport.h"
#include "http/connection_set.h"

namespace hawser::control {

class EnrolmentServer {
 public:
  static constexpr size_t connection_limit = 256;

  // Both outlive the server.
  EnrolmentServer(core::Loop& loop, Enrolment& enrolment, core::Counter& refused);

  // Takes a connection whose handshake is complete. At the limit it is closed.
  void serve(std::unique_ptr<core::Transport> connection);
  void drain() { connections_.drain(); }

 private:
  http::ConnectionSet connections_;
};

}  // namespace hawser::control
