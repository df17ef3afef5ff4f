// SPDX-License-Identifier: Apache-2.0
// ClientSession: one TLS connection from a client: its handshake, what is known of the client, its
// part of the body budget, and its end. What is spoken on it is for its ClientProtocol. Owner: the
// worker's list of them. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/timer_wheel.h"
#include "core/transport.h"
#include "relay/client_protocol.h"
#include "relay/relay_context.h"
#include "relay/request_facts.h"
#include "tls/stream.h"

namespace hawser::relay {

class ClientSessionOwner {
 public:
  virtual ~ClientSessionOwner() = default;
  // The session is over: destroy it at the end of the turn.
  virtual void on_session_over(ClientSession& session) = 0;
};

class ClientSession final : private core::TransportListener {
 public:
  ClientSession(RelayContext& context, ClientSessionOwner& owner,
                std::unique_ptr<tls::Stream> transport, bool through_balancer = false);
  ~ClientSession() override;

  // Closes at once when nothing is under way, else after the responses that are.
  void drain();
  // Whoever holds a revocation, or the end of a drain's time.
  void cut(const message::ExchangeError& error);
  bool idle() const { return protocol_ == nullptr || protocol_->idle(); }
  uint64_t used_ms() const { return used_ms_; }  // when its client last sent something

  // --- for its protocol
  RelayContext& context() { return context_; }
  const ClientFacts& facts() const { return facts_; }
  core::Budget& share() { return share_; }  // this session's part of the body budget
  // Of the app asked for last; before that of the one that the server name stands for; else those
  // of the whole engine.
  void use_timeouts_of(const model::App& app);
  uint64_t head_timeout_ms() const { return head_timeout_ms_; }
  uint64_t idle_timeout_ms() const { return idle_timeout_ms_; }
  core::Transport& transport() { return *transport_; }
  // Whether the client takes what is sent about as fast as it is sent.
  bool keeps_up() const;
  bool is_open() const { return state_ == State::open; }
  bool client_ended() const { return client_ended_; }
  void arm_deadline(uint64_t delay_ms) { deadline_.arm(context_.loop.timers(), delay_ms); }
  void disarm_deadline() { deadline_.disarm(); }
  // Ends our direction and reads on for a while, so that what the client still sends does not reset
  // the connection before it has read what was sent (RFC 9112 9.6). The protocol hears nothing
  // more.
  void linger();
  void close();

  // The owner's list.
  ClientSession* previous = nullptr;
  ClientSession* next = nullptr;

 private:
  enum class State : uint8_t { handshake, open, lingering, closed };

  void on_ready() override;
  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_drained() override;

  void note_peer();
  void on_deadline();
  void linger_on();
  void close_because(const std::string& reason);

  RelayContext& context_;
  ClientSessionOwner& owner_;
  ClientFacts facts_;
  core::Budget share_;
  std::unique_ptr<tls::Stream> transport_;
  uint64_t head_timeout_ms_;
  uint64_t idle_timeout_ms_;
  core::Deadline deadline_;  // handshake, the protocol's, or lingering, by what is going on
  std::unique_ptr<ClientProtocol> protocol_;  // null during the handshake
  State state_ = State::handshake;
  uint64_t used_ms_;
  uint64_t linger_since_ms_ = 0;  // of the last byte that the lingering client took
  size_t linger_unsent_bytes_ = 0;
  bool client_ended_ = false;
};

}  // namespace hawser::relay
