// SPDX-License-Identifier: Apache-2.0
// The receiving half of a stream, and its way to a bulk link.
#include <algorithm>
#include <utility>

#include "channel/framed_link.h"
#include "channel/link_stream.h"

namespace hawser::channel {

namespace {
constexpr uint8_t empty_datas_limit = 16;  // one answers a first CREDIT; more do nothing
}

bool LinkStream::start_window() { return window_.start(start_.first_window_bytes); }

bool LinkStream::grant_unasked(uint32_t bytes) {
  if (!window_.start(bytes)) return false;
  window_.grant(false);  // a first one grows nothing
  return true;
}

bool LinkStream::want_body() {
  HAWSER_ASSERT(!dead_);
  if (start_.opened_here || window_.started() || stop_sent_ || receiving_ended()) return true;
  if (!start_window()) return false;
  last_drained_ms_ = out_->loop().now_ms();
  out_->frames().credit(id(), take_grant(), take_ticket());  // in order with a HEAD that follows
  return true;
}

void LinkStream::consumed(size_t bytes) {
  HAWSER_ASSERT(!dead_);
  if (bytes == 0) return;
  last_drained_ms_ = out_->loop().now_ms();
  window_.consumed(bytes, last_drained_ms_);
  if (window_.grant_due()) out_->grant_due(*this);
  if (finished()) out_->stream_changed(*this);
}

void LinkStream::send_stop() {
  HAWSER_ASSERT(!dead_);
  if (stop_sent_ || receiving_ended() || failure_ != nullptr) return;
  stop_sent_ = true;
  window_.stop();
  out_->frames().stop(id());
}

void LinkStream::offer_bulk(const std::string& ticket) {
  HAWSER_ASSERT(!dead_ && !ticket.empty());
  if (bulk_offered_) return;
  bulk_offered_ = true;
  ticket_ = ticket;
  out_->grant_due(*this);
}

// What may follow a final head.
Fault LinkStream::begin_body(const message::ResponseHead& head, bool last) {
  const Body announced = body_of(head.body_length);
  const bool length_alone = start_.head_request || head.status == 304;
  if (last) return announced.bytes > 0 && !length_alone ? "a length, and no body follows" : Fault{};
  body_ = announced;
  // The raw bytes of an upgrade or CONNECT follow a head that announces no body.
  if (length_alone || body_.kind == BodyKind::none) body_ = {BodyKind::unknown, 0};
  return {};
}

Fault LinkStream::take_head(message::ResponseHead& head, bool bound, bool last) {
  if (!start_.opened_here) return "from the side that opened the stream";
  if (receiving_ != Receiving::head) return "after the final head";
  const bool interim = head.is_interim();
  if (interim && ++interim_heads_ > interim_heads_limit) return "more than 8 interim heads";
  if (!interim) {
    enter(Receiving::body);
    const Fault fault = begin_body(head, last);
    if (!fault.empty()) return fault;
    if (body_.kind == BodyKind::known) window_.expect(body_.bytes);
  }
  if (failure_ == nullptr) listener_->on_head(head, interim, bound);
  if (dead_ || !last) return {};
  return end_receiving({});
}

Fault LinkStream::count_data(size_t bytes) {
  if (!window_.received(bytes, in_->loop().now_ms())) return "more bytes than the credit granted";
  if (!stop_sent_) undelivered_bytes_ += bytes;
  return {};
}

Fault LinkStream::take_data(core::ByteChain bytes, bool last) {
  if (receiving_ == Receiving::head) return "before the final head";
  if (receiving_ == Receiving::ended) return "after the end";
  const Fault fault = count_data(bytes.size());
  return fault.empty() ? take_counted_data(std::move(bytes), last) : fault;
}

Fault LinkStream::take_counted_data(core::ByteChain bytes, bool last) {
  if (receiving_ == Receiving::head) return "before the final head";
  if (receiving_ == Receiving::ended) return "after the end";
  if (bytes.empty() && ++empty_datas_ > empty_datas_limit) return "a flood of empty frames";
  body_bytes_ += bytes.size();
  if (body_.kind == BodyKind::known && body_bytes_ > body_.bytes)
    return "more bytes than the head announced";
  const size_t held = std::min(bytes.size(), undelivered_bytes_);
  undelivered_bytes_ -= held;
  if (stop_sent_ || failure_ != nullptr) {
    window_.consumed(held, in_->loop().now_ms());  // nobody wants it any more
  } else {
    listener_->on_data(std::move(bytes));
  }
  if (dead_ || !last) return {};
  return end_receiving({});
}

Fault LinkStream::take_end(const message::Fields& trailers) {
  if (receiving_ == Receiving::head) return "before the final head";
  if (receiving_ == Receiving::ended) return "a second end";
  return end_receiving(trailers);
}

Fault LinkStream::end_receiving(const message::Fields& trailers) {
  if (body_.kind == BodyKind::known && body_bytes_ < body_.bytes && !stop_sent_)
    return "fewer bytes than the head announced";
  enter(Receiving::ended);
  window_.stop();
  if (!stop_sent_ && failure_ == nullptr) listener_->on_body_end(trailers);
  if (!dead_) out_->stream_changed(*this);
  return {};
}

Fault LinkStream::take_credit(uint32_t bytes) {
  if (!credit_.grant(bytes)) return "more credit than there may be";
  const bool first = !std::exchange(credit_heard_, true);
  if (sending_ == Sending::ended || stopped_or_failed()) return {};
  if (first && start_.opened_here) listener_->on_body_wanted();
  if (!dead_) announce_sendable();
  return {};
}

Fault LinkStream::take_stop() {
  if (stop_received_) return "a second one";
  stop_received_ = true;
  if (sending_ == Sending::ended || failure_ != nullptr) return {};
  drop_queue();
  trailers_.reset();
  if (sending_ != Sending::head) end_sending();
  listener_->on_stop();
  return {};
}

void LinkStream::move_out(FramedLink& bulk) {
  const bool was_ready = queued();
  ReadyQueue::leave(*this);
  out_ = &bulk;
  on_bulk_ = true;
  if (was_ready || has_output()) out_->ready(*this);
  if (window_.grant_due()) out_->grant_due(*this);
  if (failure_ != nullptr) out_->failed(*this);
  out_->stream_changed(*this);
}

void LinkStream::move_in(FramedLink& bulk) {
  in_ = &bulk;
  peer_left_ = false;
  move_deadline_.reset();
}

void LinkStream::await_move(core::TimerWheel& timers, uint64_t within_ms) {
  if (move_deadline_ != nullptr) return;
  move_deadline_ = std::make_unique<core::Deadline>([this] { in_->move_overdue(*this); });
  move_deadline_->arm(timers, within_ms);
}

}  // namespace hawser::channel
