// SPDX-License-Identifier: Apache-2.0
// AdminServer: the admin API's unix socket (0600), open to root and to the engine's own user alone.
// Owner: the engine's main program. Thread: the control thread alone.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "control/admin_api.h"
#include "core/listening.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/result.h"
#include "http/connection_set.h"

namespace hawser::control {

class AdminServer final : private core::AcceptListener {
 public:
  static constexpr size_t connection_limit = 32;

  // `loop`, `api` and `refused`, which counts what was no request, outlive the server. The socket's
  // file goes with the server.
  static core::Result<std::unique_ptr<AdminServer>> open(core::Loop& loop,
                                                         const std::string& socket_path,
                                                         AdminApi& api, core::Counter& refused);
  ~AdminServer() override;

 private:
  AdminServer(core::Loop& loop, core::ListeningSocket listening, std::string socket_path,
              AdminApi& api, core::Counter& refused);
  void on_accepted(core::Fd fd, const core::Address& peer) override;

  core::Loop& loop_;
  core::ListeningSocket listening_;
  std::string socket_path_;
  http::ConnectionSet connections_;
  std::unique_ptr<core::Acceptor> acceptor_;
};

// Who is at the socket's other end; nobody unless it is root, or the user that this process runs
// as.
std::optional<http::ServerPeer> administrator(int socket_fd);

}  // namespace hawser::control
