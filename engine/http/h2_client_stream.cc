// SPDX-License-Identifier: Apache-2.0
#include "http/h2_client_stream.h"

#include <algorithm>
#include <utility>

#include "http/h2_client_session.h"
#include "http/h2_nghttp2.h"

namespace hawser::http {

using message::ErrorCode;
using message::ExchangeError;

// --- the request

void H2ClientStream::send_body(core::ByteChain bytes) {
  if (closed_ || bytes.empty()) return;
  output_.append(std::move(bytes));
  session_.resume(*this);
}

void H2ClientStream::send_end(const message::Fields& trailers) {
  if (closed_) return;
  output_.end(trailers);
  session_.resume(*this);
}

// --- the response

void H2ClientStream::begin_content(message::BodyLength length) {
  length_known_ = length.kind != message::BodyLength::Kind::unknown;
  content_left_ = length_known_ ? length.bytes : 0;
}

bool H2ClientStream::count_content(size_t bytes) {
  if (!length_known_) return true;
  if (bytes > content_left_) return false;
  content_left_ -= bytes;
  return true;
}

void H2ClientStream::allow_body(uint64_t bytes) {
  begun_ = true;
  allowance_ += bytes;
  deliver();
}

void H2ClientStream::take_content(core::Slice content) {
  if (events_ == nullptr || content.empty()) return;
  held_.append(std::move(content));
  deliver();
}

void H2ClientStream::end_response(const message::Fields& trailers) {
  response_ended_ = true;
  if (!trailers.empty()) trailers_ = std::make_unique<message::Fields>(trailers);
  deliver();
}

void H2ClientStream::deliver() {
  if (delivering_ || !begun_) return;  // called from one of our own events, or nobody asked yet
  delivering_ = true;
  while (events_ != nullptr && !held_.empty() && allowance_ > 0) {
    const size_t bytes = std::min<uint64_t>(held_.front().size(), allowance_);
    core::ByteChain next = held_.split_front(bytes);
    allowance_ -= bytes;
    session_.give_back_window(*this, bytes);
    events_->on_body(next.pop_front());
  }
  if (events_ != nullptr && response_ended_ && held_.empty() && !std::exchange(end_told_, true))
    events_->on_response_end(trailers_ != nullptr ? *trailers_ : no_trailers);
  delivering_ = false;
  finish_if_through();
}

// --- ending

void H2ClientStream::detach() {
  events_ = nullptr;
  held_.clear();
  // What is left of a request whose answer is complete still leaves.
  if (!closed_ && !(end_told_ && output_.ended())) return session_.cancel(*this);
  finish_if_through();
}

void H2ClientStream::fail(ErrorCode code, const std::string& reason, H2Refusal refusal) {
  held_.clear();
  if (H2ClientStreamEvents* const events = std::exchange(events_, nullptr); events != nullptr)
    events->on_response_failed(ExchangeError::of(code, reason), refusal);
}

void H2ClientStream::finish_if_through() {
  if (delivering_ || !closed_ || (events_ != nullptr && !end_told_)) return;
  if (H2ClientStreamEvents* const events = std::exchange(events_, nullptr); events != nullptr)
    events->on_stream_over();
  if (!std::exchange(released_, true)) session_.release(*this);
}

}  // namespace hawser::http
