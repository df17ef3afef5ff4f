// SPDX-License-Identifier: Apache-2.0
#include "http/server_connection.h"

#include <algorithm>
#include <utility>

#include "http/hop_by_hop.h"

namespace hawser::http {

using message::ErrorCode;
using message::ExchangeError;

namespace {
// How long a peer may go on sending after its last answer: closing at once could take that from it.
constexpr uint64_t linger_ms = 2'000;
constexpr uint64_t sent_check_ms = 10;
}  // namespace

ServerResponse ServerResponse::text(int status, std::string body, std::string_view content_type) {
  ServerResponse response;
  response.status = status;
  response.fields.add(message::FieldName::content_type, content_type);
  response.body = std::move(body);
  return response;
}

ServerConnection::ServerConnection(std::unique_ptr<core::Transport> transport, Options options,
                                   Handler handler, Closed closed)
    : options_(options),
      handler_(std::move(handler)),
      closed_(std::move(closed)),
      reader_(heads_, limits_, *this),
      deadline_([this] { on_due(); }),
      transport_(std::move(transport)) {
  deadline_.arm(transport_->loop().timers(), options_.idle_timeout_ms);
  transport_->set_listener(*this);
}

ServerConnection::~ServerConnection() {
  if (stream_ != nullptr) stream_->set_wake(nullptr);
}

void ServerConnection::on_bytes(core::Slice bytes) {
  if (state_ == State::streaming || state_ == State::ending || state_ == State::closed)
    return;  // nobody reads it any more
  const bool was_idle = state_ == State::reading && reader_.between_messages();
  reader_.feed(std::move(bytes));
  if (was_idle && state_ == State::reading && !reader_.between_messages())
    deadline_.arm(transport_->loop().timers(), options_.request_timeout_ms);
  update_reading();
}

void ServerConnection::on_end() {
  peer_ended_ = true;
  if (state_ == State::streaming) return close();  // who ends now has heard enough
  if (state_ == State::ending || (state_ == State::reading && reader_.between_messages())) {
    end_output();
    close_when_sent();
    return;
  }
  reader_.on_connection_end();
}

void ServerConnection::on_broken(const core::Error&) { close(); }

void ServerConnection::on_drained() {
  if (state_ == State::draining_output) next_request();
  if (state_ == State::streaming) pump_stream();
}

void ServerConnection::on_due() {
  if (state_ == State::reading && !reader_.between_messages()) {
    refuse(ExchangeError::of(ErrorCode::head_timeout, "the request took too long"));
  } else if (state_ == State::ending && peer_ended_ && linger_left_ms_ > 0) {
    close_when_sent();
  } else {
    close();
  }
}

void ServerConnection::on_head(message::RequestHeadPtr head) {
  method_ = head->method;
  version_ = head->version;
  const bool has_body = head->body_length.has_body();
  if (head->body_length.bytes > options_.body_limit_bytes) {
    refuse(ExchangeError::of(ErrorCode::body_too_large));
    return;
  }
  const Expectation expectation = expectation_of(head->fields);
  if (expectation == Expectation::unknown) {
    refuse(ExchangeError::of(ErrorCode::expectation_failed));
    return;
  }
  if (expectation == Expectation::continue_100 && has_body &&
      version_ != message::HttpVersion::http_1_0)
    transport_->write_copy("HTTP/1.1 100 Continue\r\n\r\n");
  request_.head = std::move(head);
  request_.body.clear();
  reader_.allow_body(H1RequestReader::unlimited);
}

void ServerConnection::on_body(core::Slice content) {
  if (state_ != State::reading) return;
  if (content.size() > options_.body_limit_bytes - request_.body.size()) {
    refuse(ExchangeError::of(ErrorCode::body_too_large));
    return;
  }
  request_.body.append(content.view());
}

void ServerConnection::on_message_end(const message::Fields&) {
  if (state_ != State::reading) return;
  state_ = State::answering;
  deadline_.disarm();
  handler_(*this, std::exchange(request_, {}));
}

void ServerConnection::on_error(const ExchangeError& error) {
  if (error.code == ErrorCode::client_gone) {
    close();
  } else {
    refuse(error);
  }
}

void ServerConnection::respond(const ServerResponse& response) {
  if (state_ != State::answering) return;
  if (response.stream != nullptr) return begin_stream(response);
  const bool keep_alive = reader_.keep_alive() && !response.close && !draining_ && !peer_ended_;
  write(response, keep_alive);
  after_answer(keep_alive);
}

void ServerConnection::write(const ServerResponse& response, bool keep_alive) {
  core::BlockPool& pool = transport_->loop().blocks();
  message::ResponseHeadPtr head = heads_.take_response();
  head->status = static_cast<uint16_t>(response.status);
  head->reason = message::usual_reason(response.status);
  head->fields = response.fields;
  head->body_length = message::BodyLength::known(response.body.size());
  ResponseWriteOptions options;
  options.method = method_;
  options.client_version = version_;
  options.keep_alive = keep_alive;
  core::ByteChain out;
  const ResponseFraming framing = write_response_head(out, pool, *head, options);
  if (framing == ResponseFraming::content_length) out.append_copy(pool, response.body);
  transport_->write(std::move(out));
}

// The peer's end is looked for meanwhile: it is how somebody says to have heard enough.
void ServerConnection::begin_stream(const ServerResponse& response) {
  state_ = State::streaming;
  reader_.stop();
  message::ResponseHeadPtr head = heads_.take_response();
  head->status = static_cast<uint16_t>(response.status);
  head->reason = message::usual_reason(response.status);
  head->fields = response.fields;
  head->body_length = message::BodyLength::unknown();
  ResponseWriteOptions options;
  options.method = method_;
  options.client_version = version_;
  options.keep_alive = false;
  core::ByteChain out;
  stream_framing_ = write_response_head(out, transport_->loop().blocks(), *head, options);
  transport_->write(std::move(out));
  if (stream_framing_ == ResponseFraming::none) return end_output();
  stream_ = response.stream;
  stream_->set_wake([this] { pump_stream(); });
  update_reading();
  pump_stream();
}

void ServerConnection::pump_stream() {
  core::BlockPool& pool = transport_->loop().blocks();
  auto next = BodyStream::Next::more;
  while (state_ == State::streaming && next == BodyStream::Next::more) {
    if (transport_->over_high_mark())  // on_drained() goes on
      return deadline_.arm(transport_->loop().timers(), options_.idle_timeout_ms);
    std::string text;
    next = stream_->read(text);
    // It may look through much that it does not tell: others have their turn meanwhile.
    if (text.empty() && next == BodyStream::Next::more) {
      deadline_.disarm();
      return transport_->loop().request_flush_next_turn(*this);
    }
    core::ByteChain content;
    content.append_copy(pool, text);
    core::ByteChain out;
    if (stream_framing_ == ResponseFraming::chunked) {
      ChunkWriter chunks(pool);
      while (!content.empty()) chunks.write(out, content.pop_front());
      if (next == BodyStream::Next::end) chunks.finish(out);
    } else {
      out = std::move(content);
    }
    if (!out.empty()) transport_->write(std::move(out));
  }
  deadline_.disarm();  // who waits for more may wait for long
  if (next == BodyStream::Next::end) end_stream();
}

void ServerConnection::flush() {
  if (state_ == State::streaming) pump_stream();
}

void ServerConnection::end_stream() {
  if (stream_ != nullptr) std::exchange(stream_, nullptr)->set_wake(nullptr);
  end_output();
}

void ServerConnection::after_answer(bool keep_alive) {
  if (!keep_alive) {
    end_output();
    if (peer_ended_) close_when_sent();
    return;
  }
  deadline_.arm(transport_->loop().timers(), options_.idle_timeout_ms);
  // Who sends requests without taking answers gets no further ones.
  state_ = State::draining_output;
  if (!transport_->over_high_mark()) next_request();
}

void ServerConnection::next_request() {
  state_ = State::reading;
  reader_.next_message();
  if (state_ == State::reading && !reader_.between_messages())
    deadline_.arm(transport_->loop().timers(), options_.request_timeout_ms);
  if (peer_ended_ && state_ == State::reading && reader_.between_messages()) {
    end_output();
    close_when_sent();
  }
  update_reading();
}

void ServerConnection::refuse(const ExchangeError& error) {
  if (state_ != State::reading) return;
  if (options_.refused != nullptr) options_.refused->add();
  reader_.stop();
  const std::string detail = error.reason.empty() ? "" : ": " + error.reason;
  write(ServerResponse::text(message::status_of(error.code),
                             std::string(message::title_of(error.code)) + detail + "\n"),
        false);
  end_output();
  if (peer_ended_) close_when_sent();
}

void ServerConnection::end_output() {
  if (state_ == State::ending || state_ == State::closed) return;
  state_ = State::ending;
  reader_.stop();
  transport_->end();
  linger_left_ms_ = linger_ms;
  deadline_.arm(transport_->loop().timers(), linger_ms);
  update_reading();
}

// A transport that is destroyed drops what it has not sent.
void ServerConnection::close_when_sent() {
  const uint64_t wait_ms = std::min(sent_check_ms, linger_left_ms_);
  if (wait_ms == 0 || (transport_->unsent_bytes() == 0 && linger_left_ms_ < linger_ms)) {
    close();
    return;
  }
  linger_left_ms_ -= wait_ms;
  deadline_.arm(transport_->loop().timers(), wait_ms);
}

void ServerConnection::drain() {
  draining_ = true;
  if (state_ == State::streaming) return end_stream();
  if (state_ == State::draining_output) state_ = State::reading;
  if (state_ == State::reading && reader_.between_messages()) end_output();
}

void ServerConnection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  deadline_.disarm();
  reader_.stop();
  closed_(*this);
}

void ServerConnection::update_reading() {
  if (state_ == State::closed) return;
  const bool wanted =
      state_ == State::streaming || state_ == State::ending || reader_.wants_bytes();
  if (wanted == !paused_) return;
  paused_ = !wanted;
  if (paused_) {
    transport_->pause(core::PauseReason::busy);
  } else {
    transport_->resume(core::PauseReason::busy);
  }
}

}  // namespace hawser::http
