// SPDX-License-Identifier: Apache-2.0
#include "relay/h1_client_protocol.h"

#include <utility>

#include "core/heap_size.h"
#include "relay/refusal_page.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

constexpr size_t pipelined_bytes_limit =
    16 * 1024;  // read ahead of the response before reading stops

}  // namespace

std::unique_ptr<ClientProtocol> make_h1_protocol(ClientSession& session) {
  return std::make_unique<H1ClientProtocol>(session);
}

size_t h1_protocol_heap_bytes() { return core::heap_bytes_of(sizeof(H1ClientProtocol)); }

H1ClientProtocol::H1ClientProtocol(ClientSession& session)
    : session_(session),
      context_(session.context()),
      transport_(session.transport()),
      reader_(context_.heads, context_.h1_limits, *this),
      chunks_(context_.loop.blocks()) {}

// --- the connection

void H1ClientProtocol::begin() { wait_for_request(); }

void H1ClientProtocol::on_bytes(core::Slice bytes) {
  if (exchange_ == nullptr && !head_deadline_) arm_head_deadline();
  reader_.feed(std::move(bytes));
  update_reading();
}

void H1ClientProtocol::on_client_end() {
  reader_.on_connection_end();
  if (!session_.is_open()) return;
  if (exchange_ == nullptr) return session_.close();
  if (tunnel_) return;  // its deadline is the exchange's
  // The client has only ended its direction: it still gets the answers to all that it asked, but we
  // wait less long for each.
  session_.arm_deadline(half_closed_answer_ms);
}

void H1ClientProtocol::on_drained() {
  if (exchange_ != nullptr) exchange_->on_client_drained();
  advance();
}

void H1ClientProtocol::on_deadline() {
  if (exchange_ != nullptr)
    return exchange_->cut(
        ExchangeError::of(ErrorCode::client_gone, "the client ended its direction"));
  if (reader_.between_messages()) return linger();
  refuse(
      ExchangeError::of(ErrorCode::head_timeout,
                        "no whole head in " + std::to_string(session_.head_timeout_ms()) + " ms"));
}

// --- requests

void H1ClientProtocol::wait_for_request() {
  head_deadline_ = false;
  if (session_.idle_timeout_ms() != 0) {
    session_.arm_deadline(session_.idle_timeout_ms());
  } else {
    session_.disarm_deadline();
  }
}

void H1ClientProtocol::arm_head_deadline() {
  head_deadline_ = true;
  session_.arm_deadline(session_.head_timeout_ms());
}

void H1ClientProtocol::on_head(message::RequestHeadPtr head) {
  head_deadline_ = false;
  session_.disarm_deadline();
  if (session_.client_ended()) session_.arm_deadline(half_closed_answer_ms);
  method_ = head->method;
  version_ = head->version;
  // Behind a CONNECT that was refused a client may go on as if it had not been.
  keep_alive_ = reader_.keep_alive() && !context_.draining && method_ != message::Method::connect;
  reading_body_ = false;
  request_read_ = false;
  if (head->target.scheme.empty())
    head->target.scheme = "https";  // the absolute form names its own
  bodyless_ = !head->body_length.has_body();
  exchange_ = std::make_unique<Exchange>(context_, *this, session_.facts(), session_.share());
  exchange_->start(std::move(head));
  if (bodyless_ && session_.is_open()) allow_body(0);
}

void H1ClientProtocol::on_body(core::Slice content) {
  if (exchange_ != nullptr) exchange_->on_request_body(core::ByteChain(std::move(content)));
}

void H1ClientProtocol::on_message_end(const message::Fields& trailers) {
  request_read_ = true;
  if (exchange_ != nullptr && !bodyless_) exchange_->on_request_end(trailers);
  advance();
}

void H1ClientProtocol::on_error(const ExchangeError& error) {
  if (exchange_ == nullptr) return refuse(error);
  // The body broke the rules. Where nothing was answered yet the client is told, else the
  // connection is cut.
  keep_alive_ = false;
  exchange_->cut(error);
}

// A request that cannot be read is answered and the connection closed: what follows cannot be told
// apart any more.
void H1ClientProtocol::refuse(const ExchangeError& error) {
  const ErrorPage page = make_refusal_page(context_, session_.facts(), error);
  core::ByteChain out;
  http::ResponseWriteOptions options;
  options.keep_alive = false;
  http::write_response_head(out, context_.loop.blocks(), page.head, options);
  out.append_copy(context_.loop.blocks(), page.body);
  transport_.write(std::move(out));
  linger();
}

void H1ClientProtocol::allow_body(uint64_t bytes) {
  reading_body_ = true;
  reader_.allow_body(bytes);
  update_reading();
}

void H1ClientProtocol::on_routed(const model::App& app) { session_.use_timeouts_of(app); }

void H1ClientProtocol::stop_body() { keep_alive_ = false; }

// Reading stops while nothing may be taken: a body that nobody has asked for, or more than one
// pipelined request.
void H1ClientProtocol::update_reading() {
  if (!session_.is_open()) return;
  const bool body_under_way = exchange_ != nullptr && reader_.in_body();
  const bool pause = body_under_way
                         ? !(reading_body_ && reader_.wants_bytes())
                         : exchange_ != nullptr && reader_.bytes_kept() >= pipelined_bytes_limit;
  if (pause) {
    transport_.pause(core::PauseReason::no_credit);
  } else {
    transport_.resume(core::PauseReason::no_credit);
  }
}

// --- responses

void H1ClientProtocol::send_interim(const message::ResponseHead& head) {
  if (version_ == message::HttpVersion::http_1_0) return;
  core::ByteChain out;
  http::ResponseWriteOptions options;
  options.method = method_;
  http::write_response_head(out, context_.loop.blocks(), head, options);
  transport_.write(std::move(out));
}

void H1ClientProtocol::send_head(message::ResponseHead& head) {
  core::ByteChain out;
  http::ResponseWriteOptions options;
  options.method = method_;
  options.client_version = version_;
  const bool last = session_.client_ended() && reader_.bytes_kept() == 0;
  options.keep_alive = keep_alive_ && !context_.draining && !last;
  if (head.status == 101) {
    tunnel_ = true;
    keep_alive_ = bodyless_ = false;
    options.upgrade = head.fields.get(message::FieldName::upgrade).value_or("");
    reader_.begin_tunnel();
  }
  if (head.status == 426)
    options.upgrade = head.fields.get(message::FieldName::upgrade).value_or("");
  framing_ = http::write_response_head(out, context_.loop.blocks(), head, options);
  if (framing_ == http::ResponseFraming::close || !options.keep_alive) keep_alive_ = false;
  transport_.write(std::move(out));
}

void H1ClientProtocol::send_body(core::ByteChain bytes) {
  if (bytes.empty() || (framing_ == http::ResponseFraming::none && !tunnel_)) return;
  if (framing_ != http::ResponseFraming::chunked) return transport_.write(std::move(bytes));
  core::ByteChain out;
  while (!bytes.empty()) chunks_.write(out, bytes.pop_front());
  transport_.write(std::move(out));
}

bool H1ClientProtocol::output_full() const { return transport_.over_high_mark(); }

void H1ClientProtocol::send_end(const message::Fields& trailers) {
  if (tunnel_) return transport_.end();
  if (framing_ != http::ResponseFraming::chunked) return;
  core::ByteChain out;
  chunks_.finish(out, &trailers);
  transport_.write(std::move(out));
}

// HTTP/1.1 sees the missing last chunk or bytes; where the end of the connection is the end of the
// body only a reset tells the truth.
void H1ClientProtocol::cut() {
  if (tunnel_ || framing_ == http::ResponseFraming::close) transport_.reset();
  session_.close();
}

void H1ClientProtocol::on_exchange_over() {
  context_.loop.defer_delete(std::move(exchange_));
  if (!session_.is_open()) return;
  if (!bodyless_ && !request_read_) keep_alive_ = false;
  if (!keep_alive_) return linger();
  next_due_ = true;
  advance();
}

// Goes on to the next request once this one is read, answered, and its answer has mostly left.
void H1ClientProtocol::advance() {
  if (!session_.is_open() || !next_due_ || !request_read_ || transport_.over_high_mark()) return;
  next_due_ = false;
  wait_for_request();
  reader_.next_message();
  if (!session_.is_open()) return;
  if (exchange_ == nullptr && session_.client_ended()) return session_.close();
  if (exchange_ == nullptr && !reader_.between_messages() && !head_deadline_) arm_head_deadline();
  update_reading();
}

// --- ending

void H1ClientProtocol::drain() {
  keep_alive_ = false;
  if (exchange_ == nullptr) linger();
}

void H1ClientProtocol::cut(const ExchangeError& error) {
  if (exchange_ != nullptr) exchange_->cut(error);
}

void H1ClientProtocol::on_gone(const std::string& reason) {
  if (exchange_ != nullptr) exchange_->on_client_gone(ErrorCode::client_gone, reason);
}

void H1ClientProtocol::linger() {
  reader_.stop();
  session_.linger();
}

}  // namespace hawser::relay
