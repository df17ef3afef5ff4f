// SPDX-License-Identifier: Apache-2.0
#include "relay/client_session.h"

#include <algorithm>
#include <utility>

#include "relay/session_bindings.h"

namespace hawser::relay {

using message::ExchangeError;

namespace {

constexpr size_t sessions_sharing_the_budget = 64;
constexpr size_t keeping_up_bytes = 32 * 1024;
constexpr size_t least_share_bytes = 64 * 1024;  // a first window fits in any case
constexpr uint64_t linger_ms = 5'000;
constexpr uint64_t linger_step_ms = 1'000;
// What a client that has ended still waits for is mostly on its way.
constexpr uint64_t flush_ms = 20;

}  // namespace

ClientSession::ClientSession(RelayContext& context, ClientSessionOwner& owner,
                             std::unique_ptr<tls::Stream> transport, bool through_balancer)
    : context_(context),
      owner_(owner),
      share_(
          std::max(context.budget.limit_bytes() / sessions_sharing_the_budget, least_share_bytes)),
      transport_(std::move(transport)),
      head_timeout_ms_(context.timeouts.head_ms),
      idle_timeout_ms_(context.timeouts.idle_ms),
      deadline_([this] { on_deadline(); }),
      used_ms_(context.loop.now_ms()) {
  note_peer();
  facts_.local_port = transport_->local().port();
  facts_.through_balancer = through_balancer;
  facts_.session = context_.ids.next_session();
  arm_deadline(context_.timeouts.handshake_ms);
  context_.metrics.client_sessions.add(1);
  transport_->set_listener(*this);
}

ClientSession::~ClientSession() { context_.metrics.client_sessions.add(-1); }

// --- the connection

// Behind a load balancer it is known only once its header has come.
void ClientSession::note_peer() {
  facts_.peer = transport_->peer();
  facts_.peer_ip = facts_.peer.ip();
}

void ClientSession::use_timeouts_of(const model::App& app) {
  head_timeout_ms_ = app.timeouts.head_ms;
  idle_timeout_ms_ = app.timeouts.idle_ms;
}

void ClientSession::on_ready() {
  note_peer();
  const tls::Handshake& handshake = transport_->handshake();
  facts_.tls_version = handshake.version;
  facts_.server_name = handshake.server_name;
  if (!handshake.peer_chain_der.empty())
    facts_.certificate = std::make_shared<access::ClientCertificate>(handshake.peer_chain_der);
  const Route route = context_.router->find(handshake.server_name, "/");
  if (route.app != nullptr) use_timeouts_of(*route.app);
  if (handshake.resumed) context_.metrics.handshakes_resumed.add();
  state_ = State::open;
  protocol_ = handshake.alpn == "h2" ? make_h2_protocol(*this) : make_h1_protocol(*this);
  protocol_->begin();
}

void ClientSession::on_bytes(core::Slice bytes) {
  if (state_ != State::open) return;  // lingering: what still comes is dropped
  used_ms_ = context_.loop.now_ms();
  protocol_->on_bytes(std::move(bytes));
}

void ClientSession::on_end() {
  client_ended_ = true;
  if (state_ == State::lingering && transport_->unsent_bytes() > 0)
    return arm_deadline(flush_ms);  // it still reads what we send
  if (state_ != State::open) return close();
  protocol_->on_client_end();
}

void ClientSession::on_broken(const core::Error& why) {
  if (state_ == State::handshake) {
    note_peer();
    context_.metrics.handshakes_failed.add();
    core::LogLine(context_.log, core::Level::debug, "client_handshake_failed")
        .text("client", facts_.peer_ip)
        .text("reason", why.reason);
  }
  close_because(why.reason);
}

void ClientSession::on_drained() {
  if (state_ == State::open) protocol_->on_drained();
}

void ClientSession::on_deadline() {
  if (state_ == State::lingering) return linger_on();
  if (state_ != State::open) return close();
  protocol_->on_deadline();
}

// --- ending

void ClientSession::drain() {
  if (state_ == State::handshake) return close();
  if (state_ == State::open) protocol_->drain();
}

void ClientSession::cut(const ExchangeError& error) {
  if (protocol_ != nullptr && state_ != State::closed) protocol_->cut(error);
  close();
}

bool ClientSession::keeps_up() const {
  return !transport_->held_up() && transport_->unsent_in_kernel_bytes() <= keeping_up_bytes;
}

void ClientSession::linger() {
  if (state_ == State::lingering || state_ == State::closed) return;
  state_ = State::lingering;
  transport_->end();
  if (client_ended_ && transport_->unsent_bytes() == 0) return close();
  transport_->resume(core::PauseReason::no_credit);
  linger_since_ms_ = context_.loop.now_ms();
  linger_unsent_bytes_ = transport_->unsent_bytes();
  arm_deadline(client_ended_ ? flush_ms : linger_ms);
}

// A slow reader keeps its response as long as it takes some of it.
void ClientSession::linger_on() {
  const size_t unsent_bytes = transport_->unsent_bytes();
  if (unsent_bytes == 0) return close();
  if (unsent_bytes < linger_unsent_bytes_) {
    linger_since_ms_ = context_.loop.now_ms();
    linger_unsent_bytes_ = unsent_bytes;
  }
  const uint64_t limit_ms = context_.timeouts.stream_idle_ms;
  if (limit_ms != 0 && context_.loop.now_ms() - linger_since_ms_ >= limit_ms) return close();
  arm_deadline(linger_step_ms);
}

void ClientSession::close() { close_because("the connection was closed"); }

void ClientSession::close_because(const std::string& reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  disarm_deadline();
  if (protocol_ != nullptr) protocol_->on_gone(reason);
  context_.bindings.end_session(facts_.session);
  owner_.on_session_over(*this);
}

}  // namespace hawser::relay
