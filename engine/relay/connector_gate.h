// SPDX-License-Identifier: Apache-2.0
// ConnectorGate: where connectors dial in. It finishes TLS, reads HELLO, asks the registry, chooses
// the worker and hands the connection over; connections that come to enrol go to the enrolment
// server. Owner: the Engine. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/connector_registry.h"
#include "control/enrolment_server.h"
#include "core/budget.h"
#include "core/listening.h"
#include "core/log.h"
#include "core/loop.h"
#include "relay/connector_channel.h"
#include "tls/context.h"
#include "tls/stream.h"

namespace hawser::relay {

class PendingConnector;

// A channel that is let in, on its way to a worker.
struct Arrival {
  tls::Stream::Released stream;
  ConnectorIdentity identity;
  channel::Hello hello;
};

class ConnectorGate final : public core::AcceptListener {
 public:
  // Handshakes at the same time. Beyond it the oldest makes room, so that whoever holds connections
  // without a word keeps nobody out.
  static constexpr size_t pending_limit = 256;

  struct Options {
    std::string trust_domain;
    std::string engine_id;
    uint64_t handshake_timeout_ms = 10'000;
  };
  // All references outlive the gate. `refused` counts the connections that became no channel.
  ConnectorGate(core::Loop& loop, core::Log& log, control::ConnectorRegistry& registry,
                control::EnrolmentServer& enrolment, core::Counter& refused, Options options,
                std::function<void(Arrival)> on_arrival);
  ~ConnectorGate() override;

  void listen(int fd);
  void set_tls(std::shared_ptr<tls::Context> context) { tls_ = std::move(context); }
  void stop_listening() { acceptors_.clear(); }

 private:
  friend class PendingConnector;
  void on_accepted(core::Fd fd, const core::Address& peer) override;
  void on_accept_trouble(const core::Error& why) override;
  void remove(const PendingConnector& pending);
  core::Result<ConnectorIdentity> admit(const tls::Stream& stream);

  core::Loop& loop_;
  core::Log& log_;
  control::ConnectorRegistry& registry_;
  control::EnrolmentServer& enrolment_;
  core::Counter& refused_;
  Options options_;
  std::function<void(Arrival)> on_arrival_;
  std::shared_ptr<tls::Context> tls_;
  core::Budget no_bodies_{0};  // nothing is streamed before the hand-over
  std::vector<std::unique_ptr<core::Acceptor>> acceptors_;
  std::map<uint64_t, std::unique_ptr<PendingConnector>> pending_;  // the oldest first
  uint64_t next_pending_ = 1;
};

}  // namespace hawser::relay
