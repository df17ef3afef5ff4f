// SPDX-License-Identifier: Apache-2.0
// Client: an HTTP/1.1 client for control-plane calls: one request at a time, both bodies in memory
// and bounded. Owner: the caller. Thread: the loop's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/loop.h"
#include "core/result.h"
#include "core/timer_wheel.h"
#include "core/transport.h"
#include "http/h1_response_reader.h"
#include "http/limits.h"
#include "message/head_pool.h"

namespace hawser::http {

struct ClientRequest {
  message::Method method = message::Method::get;
  std::string target = "/";  // path and query
  std::string host;          // the Host field
  message::Fields fields;    // Content-Type and the like
  std::string body;
  uint64_t timeout_ms = 30'000;
};
struct ClientResponse {
  int status = 0;
  message::Fields fields;
  std::string body;
};

class Client final : private core::TransportListener, private ResponseEvents {
 public:
  using Done = std::function<void(core::Result<ClientResponse>)>;

  // The transport is ready to be written to (a TLS handshake may still run: bytes wait for it).
  explicit Client(std::unique_ptr<core::Transport> transport,
                  size_t response_limit_bytes = 4 * 1024 * 1024);
  ~Client() override;

  // Only when idle. `done` is called once, never from inside send(); the client may be destroyed in
  // it through Loop::defer_delete, and destroying it earlier means that `done` is never called.
  void send(const ClientRequest& request, Done done);
  bool idle() const { return done_ == nullptr; }
  // Whether another request may be sent on this connection.
  bool usable() const { return usable_ && idle(); }
  core::Transport& transport() { return *transport_; }

 private:
  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_interim(message::ResponseHeadPtr head) override;
  void on_head(message::ResponseHeadPtr head) override;
  void on_body(core::Slice content) override;
  void on_message_end(const message::Fields& trailers) override;
  void on_error(const message::ExchangeError& error) override;
  void fail(std::string reason, int code = 0);
  void on_due();
  void finish(core::Result<ClientResponse> result);

  H1Limits limits_;
  message::HeadPool heads_{2};
  H1ResponseReader reader_;
  core::Deadline deadline_;
  size_t response_limit_bytes_;
  ClientResponse response_;
  std::string failed_before_;  // why a request that was just asked for cannot be sent
  uint64_t timeout_ms_ = 0;
  Done done_;
  bool usable_ = true;
  std::unique_ptr<core::Transport> transport_;
};

}  // namespace hawser::http
