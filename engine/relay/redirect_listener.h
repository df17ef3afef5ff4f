// SPDX-License-Identifier: Apache-2.0
// RedirectListener: plain HTTP, which is answered with 308 to https where the host is published,
// and with nothing else. Owner: the Engine. Thread: the control thread's.
#pragma once

#include <cstdint>
#include <memory>

#include "core/listening.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/result.h"
#include "http/connection_set.h"
#include "relay/router.h"

namespace hawser::relay {

class RedirectListener final : public core::AcceptListener {
 public:
  static constexpr size_t connection_limit = 1024;

  // `https_port` is left out of the location when it is 443. `loop` and `refused`, which counts
  // what was no request, outlive the listener.
  static core::Result<std::unique_ptr<RedirectListener>> open(core::Loop& loop,
                                                              const core::Address& address,
                                                              uint16_t https_port,
                                                              core::Counter& refused);
  // Whose hosts are redirected from now on; none before.
  void apply(std::shared_ptr<const model::Snapshot> snapshot) { router_ = Router(snapshot); }
  const core::Address& address() const { return listening_.address; }

 private:
  RedirectListener(core::Loop& loop, core::ListeningSocket listening, uint16_t https_port,
                   core::Counter& refused);
  void on_accepted(core::Fd fd, const core::Address& peer) override;
  http::ServerResponse answer(const http::ServerRequest& request) const;

  core::Loop& loop_;
  core::ListeningSocket listening_;
  uint16_t https_port_;
  Router router_{model::Snapshot::make({})};
  http::ConnectionSet connections_;
  std::unique_ptr<core::Acceptor> acceptor_;
};

}  // namespace hawser::relay
