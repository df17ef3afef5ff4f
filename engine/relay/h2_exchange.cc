// SPDX-License-Identifier: Apache-2.0
#include "relay/h2_exchange.h"

#include <utility>

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

// For a client that has its whole response to end its request by itself: curl 7.88 loses a response
// that RST_STREAM follows in the same read. Chromium shows none before that, so it is not long.
constexpr uint64_t unwanted_request_ms = 300;

}  // namespace

H2Exchange::H2Exchange(RelayContext& context, H2ExchangeOwner& owner, http::H2Stream& stream)
    : context_(context), owner_(owner), stream_(&stream), deadline_([this] { on_deadline(); }) {
  stream.set_events(*this);
}

void H2Exchange::wait(message::RequestHeadPtr head) {
  head_ = std::move(head);
  if (context_.timeouts.queue_ms != 0)
    deadline_.arm(context_.loop.timers(), context_.timeouts.queue_ms);
}

void H2Exchange::begin(const ClientFacts& facts, core::Budget& share) {
  deadline_.disarm();
  method_ = head_->method;
  bodyless_ = !head_->body_length.has_body() && !head_->extended_connect;
  exchange_ = std::make_unique<Exchange>(context_, *this, facts, share);
  exchange_->start(std::move(head_));
  if (bodyless_) allow_body(0);
}

bool H2Exchange::before_dispatch() const {
  return exchange_ != nullptr && exchange_->facts().dispatched_us == 0;
}

void H2Exchange::answer(const ErrorPage& page, message::Method method) {
  method_ = method;
  stream_->send_head(page.head, method);
  if (method != message::Method::head) {
    core::ByteChain body;
    body.append_copy(context_.loop.blocks(), page.body);
    stream_->send_body(std::move(body));
  }
  stream_->send_end({});
  watch_tail();
}

void H2Exchange::end(const ExchangeError& error) {
  if (exchange_ != nullptr) return exchange_->cut(error);
  cut();
}

// --- to the client

void H2Exchange::allow_body(uint64_t bytes) {
  if (stream_ != nullptr) stream_->allow_body(bytes);
}

void H2Exchange::stop_body() {
  if (stream_ != nullptr) stream_->stop_body();
}

void H2Exchange::send_interim(const message::ResponseHead& head) {
  if (stream_ != nullptr) stream_->send_interim(head);
}

void H2Exchange::send_head(message::ResponseHead& head) {
  if (stream_ != nullptr) stream_->send_head(head, method_);
}

void H2Exchange::send_body(core::ByteChain bytes) {
  if (stream_ != nullptr) stream_->send_body(std::move(bytes));
}

bool H2Exchange::output_full() const { return stream_ != nullptr && stream_->output_full(); }

void H2Exchange::send_end(const message::Fields& trailers) {
  if (stream_ != nullptr) stream_->send_end(trailers);
}

void H2Exchange::cut() {
  reset_ = true;
  if (stream_ != nullptr) stream_->reset(http::H2Reset::internal_error);
}

void H2Exchange::on_exchange_over() {
  context_.loop.defer_delete(std::move(exchange_));
  if (stream_ != nullptr) {
    stream_->stop_body();
    watch_tail();
  }
  owner_.on_room();
  over_if_done();
}

// --- from the stream

void H2Exchange::on_request_body(core::Slice content) {
  if (exchange_ != nullptr) exchange_->on_request_body(core::ByteChain(std::move(content)));
}

void H2Exchange::on_request_end(const message::Fields& trailers) {
  if (exchange_ != nullptr && !bodyless_) exchange_->on_request_end(trailers);
}

void H2Exchange::on_stream_drained() {
  if (exchange_ != nullptr) exchange_->on_client_drained();
}

void H2Exchange::on_only_unwanted_left() {
  only_unwanted_left_ = true;
  deadline_.arm(context_.loop.timers(), unwanted_request_ms);
}

void H2Exchange::on_stream_over(ErrorCode why, const std::string& reason) {
  stream_ = nullptr;
  head_.reset();
  if (exchange_ != nullptr && why != ErrorCode::none) exchange_->on_client_gone(why, reason);
  over_if_done();
}

// --- ending

// What is left of a response has no exchange any more that would watch over its client.
void H2Exchange::watch_tail() {
  if (stream_ == nullptr || only_unwanted_left_ || context_.timeouts.stream_idle_ms == 0) return;
  tail_bytes_ = stream_->unsent_bytes();
  deadline_.arm(context_.loop.timers(), context_.timeouts.stream_idle_ms);
}

void H2Exchange::on_deadline() {
  if (waiting()) return owner_.begin_anyway(*this);
  if (stream_ == nullptr) return;
  if (std::exchange(only_unwanted_left_, false)) {
    reset_ = true;
    stream_->reset(http::H2Reset::no_error);
    return watch_tail();
  }
  if (reset_) return owner_.close_stalled();
  const bool moved = stream_->unsent_bytes() < tail_bytes_;
  if (!moved) cut();
  watch_tail();
}

void H2Exchange::over_if_done() {
  if (over_ || stream_ != nullptr || exchange_ != nullptr) return;
  over_ = true;
  deadline_.disarm();
  owner_.on_h2_exchange_over(*this);
}

}  // namespace hawser::relay
