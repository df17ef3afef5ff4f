// SPDX-License-Identifier: Apache-2.0
// H2Connection: one HTTP/2 connection to an origin and the exchanges that share it. Owner: the
// OriginPool, from the dial to its end; each exchange belongs to its forwarder. Thread: the
// worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "connector/origin_exchange.h"
#include "core/timer_wheel.h"
#include "core/transport.h"
#include "http/h2_client_session.h"
#include "message/head_pool.h"

namespace hawser::connector {

class H2Connection;

class H2ConnectionOwner {
 public:
  virtual ~H2ConnectionOwner() = default;
  // It is of no further use, or nobody used it for long: destroy it by Loop::defer_delete.
  virtual void on_h2_over(H2Connection& connection) = 0;
  // Nobody uses it, or somebody does again.
  virtual void on_h2_idle(bool idle) = 0;
};

class H2Exchange;

class H2Connection final : private core::TransportListener, private http::H2ClientSessionEvents {
 public:
  // `transport` is connected and, over TLS, past its handshake. `scheme` is what requests say.
  H2Connection(std::string key, std::unique_ptr<core::Transport> transport,
               message::HeadPool& heads, std::string_view scheme, uint64_t idle_timeout_ms,
               H2ConnectionOwner& owner);
  ~H2Connection() override;

  // One more exchange, which may outlive the connection.
  std::unique_ptr<OriginExchange> join();
  bool has_room() const { return session_.has_room(); }
  bool idle() const { return exchanges_ == nullptr && session_.open_streams() == 0; }
  // Ends it; on_h2_over() follows within the call.
  void close();
  const std::string& key() const { return key_; }

 private:
  friend class H2Exchange;

  void on_bytes(core::Slice bytes) override { session_.feed(bytes); }
  void on_end() override { session_.on_gone("the origin closed the connection"); }
  void on_broken(const core::Error& why) override { session_.on_gone(why.reason); }
  void on_drained() override { session_.on_drained(); }
  void on_stream_closed() override;
  void on_session_failed(const std::string& reason) override;

  void leave(H2Exchange& exchange);
  void update_idle();
  void tell_idle(bool idle);

  std::string key_;
  uint64_t idle_timeout_ms_;
  H2ConnectionOwner& owner_;
  std::unique_ptr<core::Transport> transport_;
  http::H2ClientSession session_;
  H2Exchange* exchanges_ = nullptr;  // a list
  core::Deadline idle_due_;
  bool told_idle_ = false;
  bool over_ = false;
};

}  // namespace hawser::connector
