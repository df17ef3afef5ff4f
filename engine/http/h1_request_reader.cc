// SPDX-License-Identifier: Apache-2.0
#include "http/h1_request_reader.h"

#include "http/framing.h"
#include "http/second_reading.h"

namespace hawser::http {

using message::ErrorCode;

H1RequestReader::H1RequestReader(message::HeadPool& heads, const H1Limits& limits,
                                 RequestEvents& events)
    : heads_(heads), limits_(limits), events_(events) {}

void H1RequestReader::feed(core::Slice bytes) {
  if (state_ == State::failed) return;
  input_.append(std::move(bytes));
  run();
}

void H1RequestReader::on_connection_end() {
  ended_ = true;
  run();
}

void H1RequestReader::allow_body(uint64_t bytes) {
  if (state_ != State::head_done && state_ != State::body) return;
  state_ = State::body;
  allowance_ = bytes > unlimited - allowance_ ? unlimited : allowance_ + bytes;
  run();
}

void H1RequestReader::next_message() {
  if (state_ != State::message_done) return;
  state_ = State::head;
  allowance_ = 0;
  run();
}

void H1RequestReader::begin_tunnel() {
  if (state_ != State::message_done) return;
  state_ = State::body;
  allowance_ = 0;
  keep_alive_ = false;
  body_.start(message::BodyLength::until_close());
}

void H1RequestReader::stop() { state_ = State::stopped; }

bool H1RequestReader::wants_bytes() const {
  if (ended_) return false;
  return state_ == State::head || (state_ == State::body && allowance_ > 0);
}

bool H1RequestReader::between_messages() const {
  if (state_ != State::head) return false;
  // Empty lines before a request line are not part of it.
  return partial_.empty() || partial_ == "\r" || partial_ == "\r\n";
}

void H1RequestReader::run() {
  if (running_) return;  // called from one of our own events: the loop below goes on
  running_ = true;
  bool more = true;
  while (more) {
    switch (state_) {
      case State::head:
        more = read_head();
        break;
      case State::body:
        more = read_body();
        break;
      default:
        more = false;
    }
  }
  running_ = false;
}

bool H1RequestReader::read_head() {
  if (input_.empty()) {
    if (ended_ && !between_messages())
      fail(ErrorCode::bad_request, "the connection ended inside the head");
    return false;
  }
  if (head_ == nullptr) head_ = heads_.take_request();
  const size_t before = partial_.size();
  const std::string_view here = input_.front().view();
  // A head that came whole is read where it lies.
  if (before > 0) partial_.append(here);
  const std::string_view text = before > 0 ? std::string_view(partial_) : here;
  switch (scanner_.scan(text, limits_, &head_->fields)) {
    case LineScanner::Status::need_more:
      if (before == 0) partial_.assign(here);
      input_.consume(here.size());
      return true;
    case LineScanner::Status::failed:
      fail(scanner_.fault().code, scanner_.fault().reason);
      return false;
    case LineScanner::Status::complete:
      break;
  }
  const size_t used = scanner_.section_bytes();
  const core::Slice lying = input_.front();  // keeps `text` alive
  input_.consume(used - before);
  const LineFault fault = finish_head(text.substr(0, used));
  scanner_.restart();
  std::string().swap(partial_);
  if (fault) {
    fail(fault.code, fault.reason);
    return false;
  }
  deliver_head();
  return true;
}

LineFault H1RequestReader::finish_head(std::string_view text) {
  message::RequestHead& head = *head_;
  const std::string_view start_line = scanner_.start_line(text);
  RequestLine line;
  LineFault fault = scan_request_line(start_line, limits_, line);
  if (fault) return fault;
  head.version = line.minor == 0 ? message::HttpVersion::http_1_0 : message::HttpVersion::http_1_1;
  head.method = message::find_method(line.method);
  if (head.method == message::Method::other)
    return {ErrorCode::not_implemented, "the method is not known"};
  const std::string_view target_fault =
      message::parse_target(line.target, head.method == message::Method::connect,
                            head.method == message::Method::options, head.target);
  if (!target_fault.empty()) return {ErrorCode::bad_request, target_fault.data()};
  fault = apply_host(head);
  if (!fault) fault = read_persistence(head.fields, head.version, keep_alive_);
  if (!fault) fault = apply_request_framing(head);
  if (fault) return fault;
  const char* difference =
      second_reading_of_request(text, start_line, head.method, head.body_length);
  return difference == nullptr ? LineFault{} : LineFault{ErrorCode::bad_request, difference};
}

void H1RequestReader::deliver_head() {
  state_ = State::head_done;
  body_.start(head_->body_length);
  events_.on_head(std::move(head_));
}

bool H1RequestReader::read_body() {
  core::Slice content;
  switch (body_.read(input_, allowance_, limits_, content)) {
    case BodyReader::Status::content:
      if (allowance_ != unlimited) allowance_ -= content.size();
      events_.on_body(std::move(content));
      return true;
    case BodyReader::Status::complete:
      finish_message();
      return true;
    case BodyReader::Status::failed:
      fail(body_.fault().code, body_.fault().reason);
      return false;
    case BodyReader::Status::need_more:
    case BodyReader::Status::need_allowance:
      if (!ended_ || !input_.empty()) return false;
      if (body_.ends_with_connection()) {
        finish_message();
      } else {
        fail(ErrorCode::client_gone, "the connection ended inside the content");
      }
      return false;
  }
  return false;
}

void H1RequestReader::finish_message() {
  static const message::Fields no_trailers;
  state_ = State::message_done;
  events_.on_message_end(body_.trailers() != nullptr ? *body_.trailers() : no_trailers);
}

void H1RequestReader::fail(ErrorCode code, std::string reason) {
  state_ = State::failed;
  input_.clear();
  std::string().swap(partial_);
  head_.reset();
  keep_alive_ = false;
  events_.on_error(message::ExchangeError::of(code, std::move(reason)));
}

}  // namespace hawser::http
