// SPDX-License-Identifier: Apache-2.0
// ClientProtocol: how one client's connection speaks once TLS is established. HTTP/1 and HTTP/2 are
// siblings behind it. Owner: its ClientSession, which outlives it. Thread: the worker's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/block_pool.h"
#include "message/error.h"

namespace hawser::relay {

class ClientSession;

// For a response to a client that has ended its own direction.
inline constexpr uint64_t half_closed_answer_ms = 30'000;

class ClientProtocol {
 public:
  virtual ~ClientProtocol() = default;
  ClientProtocol() = default;
  ClientProtocol(const ClientProtocol&) = delete;
  ClientProtocol& operator=(const ClientProtocol&) = delete;

  // The connection is open; requests may follow.
  virtual void begin() = 0;
  virtual void on_bytes(core::Slice bytes) = 0;
  // The client ended its direction.
  virtual void on_client_end() = 0;
  // What was written has mostly left.
  virtual void on_drained() = 0;
  // The session's deadline, which the protocol arms for whatever it waits for.
  virtual void on_deadline() = 0;
  // No more requests: closes at once when nothing is under way, else after the responses that are.
  virtual void drain() = 0;
  // Ends what is under way with this error; the session closes next.
  virtual void cut(const message::ExchangeError& error) = 0;
  // The connection is gone or closes: nothing can be told to the client any more.
  virtual void on_gone(const std::string& reason) = 0;
  // Nothing is under way.
  virtual bool idle() const = 0;
};

std::unique_ptr<ClientProtocol> make_h1_protocol(ClientSession& session);
size_t h1_protocol_heap_bytes();  // of one, between two requests
std::unique_ptr<ClientProtocol> make_h2_protocol(ClientSession& session);

}  // namespace hawser::relay
