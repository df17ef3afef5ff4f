// SPDX-License-Identifier: Apache-2.0
#include "http/h1_response_reader.h"

#include "http/framing.h"
#include "http/second_reading.h"

namespace hawser::http {

using message::ErrorCode;

H1ResponseReader::H1ResponseReader(message::HeadPool& heads, const H1Limits& limits,
                                   ResponseEvents& events)
    : heads_(heads), limits_(limits), events_(events) {}

void H1ResponseReader::expect(message::Method method, bool upgrade_offered) {
  if (state_ != State::idle) return;
  method_ = method;
  upgrade_offered_ = upgrade_offered;
  allowance_ = 0;
  interim_seen_ = 0;
  started_ = false;
  state_ = State::head;
  run();
}

void H1ResponseReader::feed(core::Slice bytes) {
  if (state_ == State::failed || bytes.empty()) return;
  if (state_ == State::idle) {
    fail(ErrorCode::origin_bad_answer, "bytes that no request asked for");
    return;
  }
  started_ = true;
  input_.append(std::move(bytes));
  run();
}

void H1ResponseReader::on_connection_end() {
  ended_ = true;
  keep_alive_ = false;
  run();
}

void H1ResponseReader::allow_body(uint64_t bytes) {
  if (state_ != State::head_done && state_ != State::body) return;
  state_ = State::body;
  allowance_ = bytes > unlimited - allowance_ ? unlimited : allowance_ + bytes;
  run();
}

void H1ResponseReader::begin_tunnel() {
  if (state_ != State::upgraded) return;
  state_ = State::body;
  body_.start(message::BodyLength::until_close());
}

void H1ResponseReader::stop() { state_ = State::stopped; }

bool H1ResponseReader::wants_bytes() const {
  if (ended_) return false;
  return state_ == State::idle || state_ == State::head ||
         (state_ == State::body && allowance_ > 0);
}

void H1ResponseReader::run() {
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

bool H1ResponseReader::read_head() {
  if (input_.empty()) {
    if (ended_ && !started_) fail(ErrorCode::origin_closed, "closed before an answer");
    if (ended_ && started_) fail(ErrorCode::origin_cut, "closed inside the answer's head");
    return false;
  }
  if (head_ == nullptr) head_ = heads_.take_response();
  const size_t before = partial_.size();
  const std::string_view here = input_.front().view();
  if (before > 0) partial_.append(here);
  const std::string_view text = before > 0 ? std::string_view(partial_) : here;
  switch (scanner_.scan(text, limits_, &head_->fields)) {
    case LineScanner::Status::need_more:
      if (before == 0) partial_.assign(here);
      input_.consume(here.size());
      return true;
    case LineScanner::Status::failed:
      fail(ErrorCode::origin_bad_answer, scanner_.fault().reason);
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
    fail(ErrorCode::origin_bad_answer, fault.reason);
    return false;
  }
  deliver_head();
  return true;
}

LineFault H1ResponseReader::finish_head(std::string_view text) {
  message::ResponseHead& head = *head_;
  const std::string_view start_line = scanner_.start_line(text);
  StatusLine line;
  LineFault fault = scan_status_line(start_line, line);
  if (fault) return fault;
  head.version = line.minor == 0 ? message::HttpVersion::http_1_0 : message::HttpVersion::http_1_1;
  head.status = line.status;
  head.reason.assign(line.reason);
  fault = check_interim(head);
  if (!fault) fault = check_singletons(head.fields);
  if (!fault) fault = read_persistence(head.fields, head.version, keep_alive_);
  if (fault) return fault;
  // llhttp reads the fields as they stand; what they mean for this request is decided after it.
  message::BodyLength stated;
  fault = stated_length(head.fields, head.version, stated);
  if (!fault) fault = apply_response_framing(head, method_);
  if (fault) return fault;
  const char* difference = second_reading_of_response(text, start_line, head.status, stated);
  return difference == nullptr ? LineFault{} : LineFault{ErrorCode::bad_request, difference};
}

LineFault H1ResponseReader::check_interim(const message::ResponseHead& head) {
  if (head.status >= 200) return {};
  if (head.version == message::HttpVersion::http_1_0)
    return {ErrorCode::bad_request, "an interim answer in HTTP/1.0"};
  if (head.status == 101) {
    if (!upgrade_offered_) return {ErrorCode::bad_request, "101 without an upgrade in the request"};
    // RFC 9110 7.8: it names the one protocol that is spoken from here on, for this hop.
    const auto upgrade = head.fields.get(message::FieldName::upgrade);
    if (!upgrade) return {ErrorCode::bad_request, "101 without Upgrade"};
    if (head.fields.count(message::FieldName::upgrade) > 1 || upgrade->find(',') != upgrade->npos)
      return {ErrorCode::bad_request, "101 with several protocols in Upgrade"};
    if (!head.fields.contains_token(message::FieldName::connection, "upgrade"))
      return {ErrorCode::bad_request, "101 whose Connection does not name Upgrade"};
    return {};
  }
  if (++interim_seen_ > limits_.interim_responses)
    return {ErrorCode::bad_request, "too many interim answers"};
  return {};
}

void H1ResponseReader::deliver_head() {
  if (head_->is_interim()) {
    events_.on_interim(std::move(head_));
    return;
  }
  upgraded_ = head_->status == 101 || (method_ == message::Method::connect && head_->status < 300);
  state_ = upgraded_ ? State::upgraded : State::head_done;
  if (upgraded_) {
    keep_alive_ = false;
    head_->body_length = message::BodyLength::none();
  }
  if (head_->body_length.kind == message::BodyLength::Kind::until_close) keep_alive_ = false;
  body_.start(head_->body_length);
  events_.on_head(std::move(head_));
}

bool H1ResponseReader::read_body() {
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
      fail(ErrorCode::origin_bad_answer, body_.fault().reason);
      return false;
    case BodyReader::Status::need_more:
    case BodyReader::Status::need_allowance:
      if (!ended_ || !input_.empty()) return false;
      if (body_.ends_with_connection()) {
        finish_message();
      } else {
        fail(ErrorCode::origin_cut, "closed inside the answer's content");
      }
      return false;
  }
  return false;
}

void H1ResponseReader::finish_message() {
  static const message::Fields no_trailers;
  state_ = State::idle;
  events_.on_message_end(body_.trailers() != nullptr ? *body_.trailers() : no_trailers);
}

void H1ResponseReader::fail(ErrorCode code, std::string reason) {
  state_ = State::failed;
  input_.clear();
  std::string().swap(partial_);
  head_.reset();
  keep_alive_ = false;
  events_.on_error(message::ExchangeError::of(code, std::move(reason)));
}

}  // namespace hawser::http
