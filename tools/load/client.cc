// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/socket.h"

namespace hawser::load {

namespace {
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view status_begin = "http/1.1 ";
constexpr size_t head_limit_bytes = 64 * 1024;

// Where `wanted`, which is in lower case, stands in `text` in any case.
size_t find_in_any_case(std::string_view text, std::string_view wanted) {
  const auto same = [](char there, char lower) {
    return (there >= 'A' && there <= 'Z' ? there - 'A' + 'a' : there) == lower;
  };
  const auto found = std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same);
  return found == text.end() ? std::string_view::npos : static_cast<size_t>(found - text.begin());
}

// The number behind the first `before` in `text`.
template <class Number>
bool read_number(std::string_view text, std::string_view before, Number& number) {
  const size_t at = find_in_any_case(text, before);
  if (at == std::string_view::npos) return false;
  const char* const digits = text.data() + at + before.size();
  return std::from_chars(digits, text.data() + text.size(), number).ec == std::errc();
}
}  // namespace

Client::Client(core::Loop& loop, const Target& target, uint32_t receive_buffer_bytes,
               ClientOwner& owner)
    : owner_(owner) {
  auto socket = core::Socket::connect(loop, target.address);
  if (receive_buffer_bytes != 0) socket->set_receive_buffer(receive_buffer_bytes);
  stream_ = tls::Stream::connect(std::move(socket), target.context, target.host);
  stream_->set_listener(*this);
}

void Client::hold_reading() {
  allowed_bytes_ = 0;
  stream_->pause(core::PauseReason::no_credit);
}

void Client::allow(int64_t bytes) {
  const int64_t before = std::exchange(allowed_bytes_, allowed_bytes_ + bytes);
  if (before <= 0 && allowed_bytes_ > 0) stream_->resume(core::PauseReason::no_credit);
}

void Client::ask(std::string_view request, uint64_t since_us) {
  asked_us_ = since_us;
  stream_->write_copy(request);
}

void Client::say_goodbye() {
  said_goodbye_ = true;
  stream_->end();
}

void Client::on_ready() {
  up_ = true;
  owner_.on_client_up(*this);
}

void Client::on_bytes(core::Slice bytes) {
  received_bytes_ += bytes.size();
  if (allowed_bytes_ != INT64_MAX) {
    allowed_bytes_ -= static_cast<int64_t>(bytes.size());
    if (allowed_bytes_ <= 0) stream_->pause(core::PauseReason::no_credit);
  }
  if (reader_ == nullptr) return read(bytes.view());
  if (const auto taken = reader_->read(*this, bytes.view()); !taken.ok()) end(taken.error().reason);
}

void Client::read(std::string_view bytes) {
  while (!bytes.empty() && !over_) {
    if (!in_body_) read_head(bytes);
    const uint64_t taken = std::min<uint64_t>(body_left_, bytes.size());
    body_left_ -= taken;
    bytes.remove_prefix(taken);
    if (!in_body_ || body_left_ > 0) continue;
    in_body_ = false;
    owner_.on_client_answered(*this);
  }
}

void Client::read_head(std::string_view& bytes) {
  const size_t before = head_.size();
  head_ += bytes;
  const size_t head_bytes = head_.find(head_end);
  if (head_bytes == std::string::npos) {
    bytes = {};
    if (head_.size() > head_limit_bytes) end("the answer's head does not end");
    return;
  }
  bytes.remove_prefix(head_bytes + head_end.size() - before);
  if (!read_number(head_, status_begin, status_)) return end("the answer is not HTTP/1.1");
  const bool bodyless = status_ == 204 || status_ == 304;
  if (!bodyless && !read_number(head_, "\r\ncontent-length: ", body_left_))
    return end("the answer has no Content-Length");
  head_.clear();
  in_body_ = true;
}

void Client::end(const std::string& why) {
  if (over_) return;
  if (said_goodbye_) return owner_.on_client_answered(*this);
  over_ = true;
  owner_.on_client_over(*this, why);
}

}  // namespace hawser::load
