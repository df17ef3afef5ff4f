// SPDX-License-Identifier: Apache-2.0
// ClientSession: one TLS connection from a client, speaking HTTP/1: keep-alive, pipelining, one
// exchange at a time. Owner: the worker's ClientSessions. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/timer_wheel.h"
#include "core/transport.h"
#include "http/h1_request_reader.h"
#include "http/h1_writer.h"
#include "relay/client_side.h"
#include "relay/exchange.h"
#include "relay/relay_context.h"
#include "tls/stream.h"

namespace hawser::relay {

class ClientSession;

class ClientSessionOwner {
 public:
  virtual ~ClientSessionOwner() = default;
  // The session is over: destroy it at the end of the turn.
  virtual void on_session_over(ClientSession& session) = 0;
};

class ClientSession final : private core::TransportListener,
                            private http::RequestEvents,
                            public ClientSide {
 public:
  ClientSession(RelayContext& context, ClientSessionOwner& owner,
                std::unique_ptr<tls::Stream> transport);
  ~ClientSession() override;

  // Closes at once when nothing is under way, else after the response that is.
  void drain();
  // Whoever holds a revocation, or the end of a drain's time.
  void cut(const message::ExchangeError& error);
  bool idle() const { return exchange_ == nullptr; }

  // The owner's list.
  ClientSession* previous = nullptr;
  ClientSession* next = nullptr;

 private:
  enum class State : uint8_t { handshake, open, lingering, closed };

  // transport
  void on_ready() override;
  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_drained() override;
  // requests
  void on_head(message::RequestHeadPtr head) override;
  void on_body(core::Slice content) override;
  void on_message_end(const message::Fields& trailers) override;
  void on_error(const message::ExchangeError& error) override;
  // responses
  void allow_body(uint64_t bytes) override;
  void stop_body() override;
  void send_interim(const message::ResponseHead& head) override;
  void send_head(message::ResponseHead& head) override;
  void send_body(core::ByteChain bytes) override;
  bool output_full() const override;
  void send_end(const message::Fields& trailers) override;
  void cut() override;
  void on_exchange_over() override;

  void on_deadline();
  void wait_for_request();
  void advance();
  void refuse(const message::ExchangeError& error);
  void linger();
  void linger_on();
  void close();
  void update_reading();

  RelayContext& context_;
  ClientSessionOwner& owner_;
  ClientFacts facts_;
  core::Budget share_;  // this session's part of the body budget
  std::unique_ptr<tls::Stream> transport_;
  http::H1RequestReader reader_;
  http::ChunkWriter chunks_;
  std::unique_ptr<Exchange> exchange_;
  core::Deadline deadline_;  // handshake, head, idle or lingering, by what is going on
  http::ResponseFraming framing_ = http::ResponseFraming::none;
  message::Method method_ = message::Method::get;
  message::HttpVersion version_ = message::HttpVersion::http_1_1;
  State state_ = State::handshake;
  uint64_t linger_since_ms_ = 0;  // of the last byte that the lingering client took
  size_t linger_unsent_bytes_ = 0;
  bool keep_alive_ = true;
  bool bodyless_ = false;
  bool request_read_ = false;  // to its end
  bool reading_body_ = false;  // allow_body() was called for this request
  bool head_deadline_ = false;
  bool peer_ended_ = false;
  bool next_due_ = false;  // a request may follow once the output has drained
};

}  // namespace hawser::relay
