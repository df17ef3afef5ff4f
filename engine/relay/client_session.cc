// SPDX-License-Identifier: Apache-2.0
#include "relay/client_session.h"

#include <algorithm>
#include <utility>

#include "relay/error_page.h"
#include "relay/forwarded_fields.h"
#include "relay/request_log.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

constexpr size_t sessions_sharing_the_budget = 64;
constexpr size_t least_share_bytes = 64 * 1024;  // a first window fits in any case
constexpr size_t pipelined_bytes_limit =
    16 * 1024;  // read ahead of the response before reading stops
constexpr uint64_t linger_ms = 5'000;
constexpr uint64_t linger_step_ms = 1'000;
constexpr uint64_t half_closed_answer_ms = 30'000;

}  // namespace

ClientSession::ClientSession(RelayContext& context, ClientSessionOwner& owner,
                             std::unique_ptr<tls::Stream> transport)
    : context_(context),
      owner_(owner),
      share_(
          std::max(context.budget.limit_bytes() / sessions_sharing_the_budget, least_share_bytes)),
      transport_(std::move(transport)),
      reader_(context.heads, context.h1_limits, *this),
      chunks_(context.loop.blocks()),
      deadline_([this] { on_deadline(); }) {
  facts_.peer = transport_->peer();
  facts_.peer_ip = facts_.peer.ip();
  facts_.local_port = transport_->local().port();
  facts_.session = context_.ids.next_session();
  deadline_.arm(context_.loop.timers(), context_.timeouts.handshake_ms);
  context_.metrics.client_sessions.add(1);
  transport_->set_listener(*this);
}

ClientSession::~ClientSession() { context_.metrics.client_sessions.add(-1); }

// --- the connection

void ClientSession::on_ready() {
  const tls::Handshake& handshake = transport_->handshake();
  facts_.tls_version = handshake.version;
  facts_.server_name = handshake.server_name;
  if (handshake.resumed) context_.metrics.handshakes_resumed.add();
  state_ = State::open;
  wait_for_request();
}

void ClientSession::on_bytes(core::Slice bytes) {
  if (state_ != State::open) return;  // lingering: what still comes is dropped
  if (exchange_ == nullptr && !head_deadline_) {
    head_deadline_ = true;
    deadline_.arm(context_.loop.timers(), context_.timeouts.head_ms);
  }
  reader_.feed(std::move(bytes));
  update_reading();
}

void ClientSession::on_end() {
  peer_ended_ = true;
  if (state_ == State::lingering && transport_->unsent_bytes() > 0)
    return;  // it still reads what we send
  if (state_ != State::open) return close();
  reader_.on_connection_end();
  if (state_ != State::open) return;
  if (exchange_ == nullptr) return close();
  // The client has only ended its direction: it still gets its answer, but we wait less long for
  // one.
  keep_alive_ = false;
  deadline_.arm(context_.loop.timers(), half_closed_answer_ms);
}

void ClientSession::on_broken(const core::Error& why) {
  if (state_ == State::handshake) {
    context_.metrics.handshakes_failed.add();
    core::LogLine(context_.log, core::Level::debug, "client_handshake_failed")
        .text("client", facts_.peer_ip)
        .text("reason", why.reason);
  }
  if (exchange_ != nullptr) exchange_->on_client_gone(ErrorCode::client_gone, why.reason);
  close();
}

void ClientSession::on_drained() {
  if (exchange_ != nullptr) exchange_->on_client_drained();
  advance();
}

void ClientSession::on_deadline() {
  if (state_ == State::lingering) return linger_on();
  if (state_ != State::open) return close();
  if (exchange_ != nullptr)
    return exchange_->cut(
        ExchangeError::of(ErrorCode::client_gone, "the client ended its direction"));
  if (reader_.between_messages()) return linger();
  refuse(
      ExchangeError::of(ErrorCode::head_timeout,
                        "no whole head in " + std::to_string(context_.timeouts.head_ms) + " ms"));
}

// --- requests

void ClientSession::wait_for_request() {
  head_deadline_ = false;
  if (context_.timeouts.idle_ms != 0) {
    deadline_.arm(context_.loop.timers(), context_.timeouts.idle_ms);
  } else {
    deadline_.disarm();
  }
}

void ClientSession::on_head(message::RequestHeadPtr head) {
  head_deadline_ = false;
  deadline_.disarm();
  method_ = head->method;
  version_ = head->version;
  // Behind a CONNECT that was refused a client may go on as if it had not been.
  keep_alive_ = reader_.keep_alive() && !context_.draining && !peer_ended_ &&
                method_ != message::Method::connect;
  reading_body_ = false;
  request_read_ = false;
  head->target.scheme = "https";
  bodyless_ = !head->body_length.has_body();
  exchange_ = std::make_unique<Exchange>(context_, *this, facts_, share_);
  exchange_->start(std::move(head));
  if (bodyless_ && state_ == State::open) allow_body(0);
}

void ClientSession::on_body(core::Slice content) {
  if (exchange_ != nullptr) exchange_->on_request_body(core::ByteChain(std::move(content)));
}

void ClientSession::on_message_end(const message::Fields& trailers) {
  request_read_ = true;
  if (exchange_ != nullptr && !bodyless_) exchange_->on_request_end(trailers);
  advance();
}

void ClientSession::on_error(const ExchangeError& error) {
  if (exchange_ == nullptr) return refuse(error);
  // The body broke the rules. Where nothing was answered yet the client is told, else the
  // connection is cut.
  keep_alive_ = false;
  exchange_->cut(error);
}

// A request that cannot be read is answered and the connection closed: what follows cannot be told
// apart any more.
void ClientSession::refuse(const ExchangeError& error) {
  const std::string request_id = context_.ids.next_request_id();
  log_refusal(context_, facts_, error, request_id);
  ErrorPage page = make_error_page(error, request_id, "");
  add_missing_date(page.head.fields, context_.loop.wall_ms());
  core::ByteChain out;
  http::ResponseWriteOptions options;
  options.keep_alive = false;
  http::write_response_head(out, context_.loop.blocks(), page.head, options);
  out.append_copy(context_.loop.blocks(), page.body);
  transport_->write(std::move(out));
  linger();
}

void ClientSession::allow_body(uint64_t bytes) {
  reading_body_ = true;
  reader_.allow_body(bytes);
  update_reading();
}

void ClientSession::stop_body() { keep_alive_ = false; }

// Reading stops while nothing may be taken: a body that nobody has asked for, or more than one
// pipelined request.
void ClientSession::update_reading() {
  if (state_ != State::open) return;
  const bool body_under_way = exchange_ != nullptr && reader_.in_body();
  const bool pause = body_under_way
                         ? !(reading_body_ && reader_.wants_bytes())
                         : exchange_ != nullptr && reader_.bytes_kept() >= pipelined_bytes_limit;
  if (pause) {
    transport_->pause(core::PauseReason::no_credit);
  } else {
    transport_->resume(core::PauseReason::no_credit);
  }
}

// --- responses

void ClientSession::send_interim(const message::ResponseHead& head) {
  if (version_ == message::HttpVersion::http_1_0) return;
  core::ByteChain out;
  http::ResponseWriteOptions options;
  options.method = method_;
  http::write_response_head(out, context_.loop.blocks(), head, options);
  transport_->write(std::move(out));
}

void ClientSession::send_head(message::ResponseHead& head) {
  core::ByteChain out;
  http::ResponseWriteOptions options;
  options.method = method_;
  options.client_version = version_;
  options.keep_alive = keep_alive_ && !context_.draining;
  framing_ = http::write_response_head(out, context_.loop.blocks(), head, options);
  if (framing_ == http::ResponseFraming::close || !options.keep_alive) keep_alive_ = false;
  transport_->write(std::move(out));
}

void ClientSession::send_body(core::ByteChain bytes) {
  if (framing_ == http::ResponseFraming::none || bytes.empty()) return;
  if (framing_ != http::ResponseFraming::chunked) return transport_->write(std::move(bytes));
  core::ByteChain out;
  while (!bytes.empty()) chunks_.write(out, bytes.pop_front());
  transport_->write(std::move(out));
}

bool ClientSession::output_full() const { return transport_->over_high_mark(); }

void ClientSession::send_end(const message::Fields& trailers) {
  if (framing_ != http::ResponseFraming::chunked) return;
  core::ByteChain out;
  chunks_.finish(out, &trailers);
  transport_->write(std::move(out));
}

// HTTP/1.1 sees the missing last chunk or bytes; where the end of the connection is the end of the
// body only a reset tells the truth.
void ClientSession::cut() {
  if (framing_ == http::ResponseFraming::close) transport_->reset();
  close();
}

void ClientSession::on_exchange_over() {
  context_.loop.defer_delete(std::move(exchange_));
  if (state_ != State::open) return;
  if (!bodyless_ && !request_read_) keep_alive_ = false;
  if (!keep_alive_) return linger();
  next_due_ = true;
  advance();
}

// Goes on to the next request once this one is read, answered, and its answer has mostly left.
void ClientSession::advance() {
  if (state_ != State::open || !next_due_ || !request_read_ || transport_->over_high_mark()) return;
  next_due_ = false;
  wait_for_request();
  reader_.next_message();
  if (state_ != State::open) return;
  if (exchange_ == nullptr && peer_ended_) return close();
  if (exchange_ == nullptr && !reader_.between_messages() && !head_deadline_) {
    head_deadline_ = true;
    deadline_.arm(context_.loop.timers(), context_.timeouts.head_ms);
  }
  update_reading();
}

// --- ending

void ClientSession::drain() {
  keep_alive_ = false;
  if (state_ == State::handshake) return close();
  if (state_ == State::open && exchange_ == nullptr) linger();
}

void ClientSession::cut(const ExchangeError& error) {
  if (exchange_ != nullptr) exchange_->cut(error);
  close();
}

// Ends our direction and reads on for a while, so that what the client still sends does not reset
// the connection before it has read the response (RFC 9112 9.6).
void ClientSession::linger() {
  if (state_ == State::lingering || state_ == State::closed) return;
  state_ = State::lingering;
  reader_.stop();
  transport_->end();
  if (peer_ended_ && transport_->unsent_bytes() == 0) return close();
  transport_->resume(core::PauseReason::no_credit);
  linger_since_ms_ = context_.loop.now_ms();
  linger_unsent_bytes_ = transport_->unsent_bytes();
  deadline_.arm(context_.loop.timers(), linger_ms);
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
  deadline_.arm(context_.loop.timers(), linger_step_ms);
}

void ClientSession::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  deadline_.disarm();
  if (exchange_ != nullptr)
    exchange_->on_client_gone(ErrorCode::client_gone, "the connection was closed");
  owner_.on_session_over(*this);
}

}  // namespace hawser::relay
