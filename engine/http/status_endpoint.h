// SPDX-License-Identifier: Apache-2.0
// StatusEndpoint: the metrics listener of engine and connector: GET (or HEAD) of /metrics,
// /healthz and /readyz over plain HTTP, and nothing else. Owner: the main program. Thread: its
// loop's own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/address.h"
#include "core/listening.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/result.h"
#include "http/connection_set.h"

namespace hawser::http {

struct StatusSources {
  std::function<std::string()> metrics;           // the text of /metrics
  std::function<std::string()> not_ready_reason;  // empty: ready
  core::Counter* refused = nullptr;               // counts what was no request
};

class StatusEndpoint final : private core::AcceptListener {
 public:
  static constexpr size_t connection_limit = 32;

  // Listens on `address` (port 0: any free one). `loop` outlives the endpoint.
  static core::Result<std::unique_ptr<StatusEndpoint>> open(core::Loop& loop,
                                                            const core::Address& address,
                                                            StatusSources sources);
  const core::Address& address() const { return listening_.address; }

 private:
  StatusEndpoint(core::Loop& loop, core::ListeningSocket listening, StatusSources sources);
  void on_accepted(core::Fd fd, const core::Address& peer) override;
  ServerResponse answer(const ServerRequest& request) const;

  core::Loop& loop_;
  core::ListeningSocket listening_;
  StatusSources sources_;
  ConnectionSet connections_;
  std::unique_ptr<core::Acceptor> acceptor_;
};

}  // namespace hawser::http
