// SPDX-License-Identifier: Apache-2.0
#include "http/h2_stream.h"

#include <algorithm>
#include <utility>

#include "http/h2_nghttp2.h"
#include "http/h2_response.h"
#include "http/h2_session.h"

namespace hawser::http {

using message::ErrorCode;

namespace {

// How much content comes ahead of what was allowed: doubled while the client keeps up.
constexpr size_t least_ahead_bytes = 64 * 1024;
constexpr size_t most_ahead_bytes = 512 * 1024;
// Of content that is not wanted: so much is let in and thrown away, where no more than that is
// left.
constexpr size_t unwanted_limit_bytes = 64 * 1024;

}  // namespace

void H2Stream::detach() {
  events_ = nullptr;
  stop_body();
}

// --- the request

void H2Stream::begin_content(message::BodyLength length) {
  length_known_ = length.kind != message::BodyLength::Kind::unknown;
  content_left_ = length.bytes;
}

bool H2Stream::count_content(size_t bytes) {
  if (!length_known_) return true;
  if (bytes > content_left_) return false;
  content_left_ -= bytes;
  return true;
}

void H2Stream::allow_body(uint64_t bytes) {
  if (dead()) return;
  delivering_begun_ = true;
  allowance_ += bytes;
  if (bytes > 0) grow_ahead();
  if (bytes > 0 && !request_ended_) session_.open_window(*this);
  deliver();
}

void H2Stream::take_content(core::Slice content) {
  if (stopped_) allowance_ -= std::min<uint64_t>(allowance_, content.size());
  if (stopped_ || content.empty()) return;
  held_.append(std::move(content));
  deliver();
}

void H2Stream::end_request(const message::Fields& trailers) {
  if (request_ended_) return;
  request_ended_ = true;
  ahead_bytes_ = 0;
  if (!trailers.empty()) trailers_ = std::make_unique<message::Fields>(trailers);
  deliver();
}

void H2Stream::deliver() {
  if (delivering_) return;  // called from one of our own events
  if (!delivering_begun_) return count_held();
  delivering_ = true;
  while (events_ != nullptr && !dead() && !held_.empty() && allowance_ > 0) {
    const size_t bytes = std::min<uint64_t>(held_.front().size(), allowance_);
    core::ByteChain next = held_.split_front(bytes);
    allowance_ -= bytes;
    delivered_bytes_ += bytes;
    events_->on_request_body(next.pop_front());
  }
  if (events_ != nullptr && !dead() && request_ended_ && held_.empty() && !end_told_) {
    end_told_ = true;
    events_->on_request_end(trailers_ != nullptr ? *trailers_ : no_trailers);
  }
  delivering_ = false;
  count_held();
}

void H2Stream::stop_body() {
  drop_held();
  if (request_ended_ || dead()) return;
  if (!std::exchange(stopped_, true)) let_in_unwanted();
  if (answering_ == Answering::left) end_unwanted();
}

// Once: whoever sends more than is let in here is waited for no longer than anybody else.
void H2Stream::let_in_unwanted() {
  if (length_known_ && content_left_ > unwanted_limit_bytes) return;
  allowance_ = length_known_ ? content_left_ : unwanted_limit_bytes;
  session_.open_window(*this);
}

void H2Stream::end_unwanted() {
  if (events_ != nullptr) return events_->on_only_unwanted_left();
  reset(H2Reset::no_error);
}

void H2Stream::drop_held() {
  held_.clear();
  ahead_bytes_ = 0;
  count_held();
}

int64_t H2Stream::wanted_window_bytes() const {
  const int64_t allowed = static_cast<int64_t>(allowance_) - static_cast<int64_t>(held_.size());
  const auto ahead = static_cast<int64_t>(ahead_bytes_);
  if (!length_known_) return allowed + ahead;
  const int64_t left = static_cast<int64_t>(content_left_) - allowed;
  return allowed + std::clamp<int64_t>(left, 0, ahead);
}

void H2Stream::grow_ahead() {
  if (request_ended_ || stopped_ || ahead_bytes_ >= most_ahead_bytes) return;
  if (length_known_ && content_left_ <= allowance_) return;
  if (delivered_bytes_ < ahead_bytes_ || held_.size() > ahead_bytes_) return;
  const size_t more = std::max(ahead_bytes_, least_ahead_bytes);
  if (!session_.events_.may_read_ahead(more) || !reserve(ahead_bytes_ + more)) return;
  delivered_bytes_ = 0;
}

// Room for what may come ahead, or is held. False: there is none, and nothing changes.
bool H2Stream::reserve(size_t ahead_bytes) {
  const size_t needed = std::max(ahead_bytes, held_.size());
  if (!session_.count_room(counted_bytes_, needed)) return false;
  counted_bytes_ = needed;
  ahead_bytes_ = ahead_bytes;
  const size_t uncovered = held_.size() - std::min(held_.size(), ahead_bytes);
  session_.uncovered_bytes_ += uncovered;
  session_.uncovered_bytes_ -= std::exchange(uncovered_bytes_, uncovered);
  return true;
}

// Where there is no room for what came, the stream is over. While nothing of it was delivered it is
// refused, so that the client may send it again.
void H2Stream::count_held() {
  if (reserve(ahead_bytes_)) return;
  held_.clear();
  reserve(0);
  reset(delivering_begun_ ? H2Reset::internal_error : H2Reset::refused_stream);
  over(ErrorCode::budget_exhausted, "no room for content that came early");
}

void H2Stream::over(ErrorCode why, const std::string& reason) {
  if (H2StreamEvents* const events = std::exchange(events_, nullptr); events != nullptr)
    events->on_stream_over(why, reason);
}

// --- the response

void H2Stream::send_interim(const message::ResponseHead& head) {
  if (dead() || answering_ != Answering::waiting) return;
  submit_interim(*session_.nghttp2_, id_, head);
  session_.request_flush();
}

void H2Stream::send_head(const message::ResponseHead& head, message::Method method) {
  if (dead() || answering_ != Answering::waiting) return;
  const bool content = submit_response(*session_.nghttp2_, id_, head, method, this);
  answering_ = content ? Answering::flowing : Answering::ended;
  session_.request_flush();
}

void H2Stream::send_body(core::ByteChain bytes) {
  if (dead() || answering_ != Answering::flowing || bytes.empty()) return;
  output_.append(std::move(bytes));
  session_.resume(*this);
}

void H2Stream::send_end(const message::Fields& trailers) {
  if (dead() || answering_ != Answering::flowing) return;
  answering_ = Answering::ended;
  output_.end(trailers);
  session_.resume(*this);
}

void H2Stream::reset(H2Reset code) {
  if (!dead()) session_.reset(*this, code);
}

void H2Stream::note_response_left() {
  answering_ = Answering::left;
  if (stopped_ && !request_ended_ && !dead()) end_unwanted();
}

}  // namespace hawser::http
