// SPDX-License-Identifier: Apache-2.0
// ClientSide: what an exchange sees of the client that asked: where its body comes from and where
// the response goes. HTTP/1 and HTTP/2 sessions are siblings behind it. Owner: the client session,
// which outlives its exchanges. Thread: the worker's own.
#pragma once

#include <cstdint>

#include "core/byte_chain.h"
#include "message/head.h"
#include "model/app.h"

namespace hawser::relay {

class ClientSide {
 public:
  virtual ~ClientSide() = default;

  // Lets `bytes` more of the request's body in; the first call, even with 0, begins to read it.
  // What comes arrives by Exchange::on_request_body(), never more than was allowed.
  virtual void allow_body(uint64_t bytes) = 0;
  // The rest of the request's body is not wanted: the response is finished, then the connection
  // ends.
  virtual void stop_body() = 0;

  // No further request on the client's connection: it ends after what is under way.
  virtual void end_connection() = 0;

  // The app that the exchange is for: its timeouts rule the connection until another is asked for.
  virtual void on_routed(const model::App& app) = 0;

  // Interim responses are dropped where the client cannot take them.
  virtual void send_interim(const message::ResponseHead& head) = 0;
  // `head` is fit to be written: hop-by-hop fields are gone. Its body_length says what follows.
  virtual void send_head(message::ResponseHead& head) = 0;
  virtual void send_body(core::ByteChain bytes) = 0;
  // Output waits above the high mark; Exchange::on_client_drained() tells when it has fallen.
  virtual bool output_full() const = 0;
  // Whether what was sent leaves, or waits in the kernel for a client that takes it slowly.
  virtual bool keeps_up() const = 0;
  virtual void send_end(const message::Fields& trailers) = 0;
  // Ends the response, which has begun, so that nobody can take it for complete.
  virtual void cut() = 0;

  // Both directions are over: the session disposes of the exchange. The last call that it makes.
  virtual void on_exchange_over() = 0;
};

}  // namespace hawser::relay
