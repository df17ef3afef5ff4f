// SPDX-License-Identifier: Apache-2.0
// The sending half, and the ends of a stream.
#include "channel/link_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "channel/framed_link.h"
#include "core/heap_size.h"

namespace hawser::channel {

namespace {

constexpr size_t queue_limit_bytes = 64 * 1024;
constexpr uint32_t whole_slice_bytes = 4096;  // a slice of this size gets a record of its own

}  // namespace

LinkStream::LinkStream(FramedLink& link, const Start& start, core::Budget& budget,
                       core::Budget* share)
    : in_(&link),
      out_(&link),
      start_(start),
      sending_(start.opened_here ? Sending::body : Sending::head),
      receiving_(start.opened_here ? Receiving::head : Receiving::body),
      credit_(start.send_credit_bytes),
      blocked_(start.send_credit_bytes == 0),
      window_(budget, share, start.window_limit_bytes),
      last_drained_ms_(link.loop().now_ms()) {
  if (start.opened_here) {
    if (!start.request_body.follows()) sending_ = Sending::ended;
    return;
  }
  body_ = start.request_body;
  if (body_.kind == BodyKind::known) window_.expect(body_.bytes);
  if (!body_.follows()) receiving_ = Receiving::ended;
}

LinkStream::~LinkStream() = default;

size_t Link::stream_heap_bytes() { return core::heap_bytes_of(sizeof(LinkStream)); }

Link& LinkStream::link() { return *out_; }

void LinkStream::enter(Sending next) {
  HAWSER_ASSERT(!dead_ && next > sending_);
  sending_ = next;
}

void LinkStream::enter(Receiving next) {
  HAWSER_ASSERT(!dead_ && next > receiving_);
  receiving_ = next;
}

void LinkStream::fail(message::ErrorCode code, const char* reason) {
  failure_ = std::make_unique<Reset>();
  failure_->error = message::ExchangeError::of(code, reason);
  drop_queue();
  out_->failed(*this);
}

void LinkStream::send_head(const message::ResponseHead& head, bool interim, bool bound, bool last) {
  HAWSER_ASSERT(!dead_ && !start_.opened_here);
  if (failure_ != nullptr) return;
  HAWSER_ASSERT(sending_ == Sending::head);
  interim = interim || head.is_interim();
  if (interim && ++interim_heads_sent_ > interim_heads_limit) {
    interim_heads_sent_ = interim_heads_limit;
    return;
  }
  last = last || (!interim && stop_received_);
  if (!out_->frames().head(id(), head, bound, last)) {
    fail(message::ErrorCode::origin_bad_answer,
         "the response's head is larger than 64 KiB or 200 fields");
    return;
  }
  if (interim) return;
  enter(Sending::body);
  if (last) {
    enter(Sending::ended);
    out_->stream_changed(*this);
  }
}

size_t LinkStream::sendable_bytes() const {
  if (sending_ != Sending::body || stopped_or_failed()) return 0;
  return std::min<size_t>(credit_.bytes(), queue_limit_bytes - queue_.size());
}

void LinkStream::send_data(core::ByteChain bytes) {
  HAWSER_ASSERT(!dead_);
  if (stopped_or_failed()) return;
  HAWSER_ASSERT(sending_ == Sending::body && bytes.size() <= sendable_bytes());
  if (bytes.empty() && queue_.empty()) empty_data_due_ = true;
  credit_.take(bytes.size());
  queue_.append(std::move(bytes));
  queue_changed();
}

void LinkStream::queue_changed() {
  if (sendable_bytes() == 0) blocked_ = true;
  if (has_output()) out_->ready(*this);
}

void LinkStream::send_end(const message::Fields& trailers) {
  HAWSER_ASSERT(!dead_);
  if (stopped_or_failed() || sending_ >= Sending::ending) return;  // said already
  HAWSER_ASSERT(sending_ == Sending::body);
  if (!fields_fit(trailers, true)) {
    fail(start_.opened_here ? message::ErrorCode::head_too_large
                            : message::ErrorCode::origin_bad_answer,
         "the trailers are larger than 64 KiB or 200 fields");
    return;
  }
  if (!trailers.empty()) trailers_ = std::make_unique<message::Fields>(trailers);
  enter(Sending::ending);
  if (!has_output()) end_sending();
}

// Everything is behind us on the wire, or dropped.
void LinkStream::end_sending() {
  static const message::Fields no_trailers;
  out_->frames().end(id(), trailers_ != nullptr ? *trailers_ : no_trailers);
  trailers_.reset();
  enter(Sending::ended);
  out_->stream_changed(*this);
}

void LinkStream::drop_queue() {
  queue_.clear();
  empty_data_due_ = false;
  ReadyQueue::leave(*this);
}

// How much of the queue the next DATA takes: one large slice, or small ones together.
size_t LinkStream::record_bytes() const {
  size_t bytes = 0;
  for (const core::Piece* piece = queue_.first(); piece != nullptr; piece = piece->next) {
    const size_t here = piece->slice.size();
    if (here >= whole_slice_bytes) {
      return bytes == 0 ? std::min<size_t>(here, data_payload_limit_bytes) : bytes;
    }
    if (bytes + here > data_payload_limit_bytes) return bytes;
    bytes += here;
  }
  return bytes;
}

void LinkStream::write_record() {
  const size_t bytes = record_bytes();
  empty_data_due_ = false;
  const bool last = sending_ == Sending::ending && bytes == queue_.size() && trailers_ == nullptr;
  const auto header = out_->frames().data(id(), last, static_cast<uint32_t>(bytes));
  const auto header_bytes = static_cast<uint32_t>(header.size());
  core::Transport& transport = out_->transport();
  if (bytes > 0 && bytes <= queue_.front().size()) {
    core::Slice slice = queue_.pop_front();
    if (slice.exclusive_headroom() >= header_bytes) {
      std::memcpy(slice.grow_front(header_bytes), header.data(), header_bytes);
      transport.write(
          core::ByteChain(slice.split_front(header_bytes + static_cast<uint32_t>(bytes))));
    } else {
      transport.write_copy({reinterpret_cast<const char*>(header.data()), header_bytes});
      transport.write(core::ByteChain(slice.split_front(static_cast<uint32_t>(bytes))));
    }
    core::ByteChain rest(std::move(slice));
    rest.append(std::move(queue_));
    queue_ = std::move(rest);
  } else {
    transport.write_copy({reinterpret_cast<const char*>(header.data()), header_bytes});
    if (bytes > 0) transport.write(queue_.split_front(bytes));
  }
  out_->count_payload_out(bytes);
  sent_bytes_ += bytes;
  if (last) {
    enter(Sending::ended);
    out_->stream_changed(*this);
  }
}

// One record, and what is too small to wait a whole turn.
void LinkStream::write_turn() {
  size_t written = 0;
  do {
    written += record_bytes();
    write_record();
  } while (has_output() && written < whole_slice_bytes);
  if (sending_ == Sending::ending && !has_output()) end_sending();
  announce_sendable();
}

void LinkStream::announce_sendable() {
  if (!blocked_ || dead_ || queue_.size() > queue_limit_bytes / 2 || sendable_bytes() == 0) return;
  blocked_ = false;
  listener_->on_sendable();
}

void LinkStream::reset(const Reset& reset) {
  HAWSER_ASSERT(!dead_);
  if (id() != 0) out_->frames().reset(id(), reset);
  die(nullptr, false);
}

void LinkStream::fail_now() {
  const Reset why = *failure_;
  if (id() != 0) out_->frames().reset(id(), why);
  die(&why, false);
}

// Everything is given back and forgotten before the listener hears of it, for it may do anything.
void LinkStream::die(const Reset* reset, bool by_peer) {
  HAWSER_ASSERT(!dead_);
  dead_ = true;
  drop_queue();
  if (move_deadline_ != nullptr) move_deadline_->disarm();  // it may be what brought us here
  const size_t outstanding = window_.outstanding_bytes();
  if (window_.held_bytes() > 0) window_.consumed(window_.held_bytes(), in_->loop().now_ms());
  window_.stop();
  StreamListener* listener = std::exchange(listener_, nullptr);
  in_->forget(*this, by_peer ? FramedLink::End::reset_by_peer : FramedLink::End::reset_here,
              outstanding);
  if (reset != nullptr && listener != nullptr) listener->on_reset(*reset);
}

void LinkStream::finish_with_held() {
  if (window_.held_bytes() > 0) window_.consumed(window_.held_bytes(), in_->loop().now_ms());
  finish();
}

void LinkStream::finish() {
  HAWSER_ASSERT(!dead_ && finished());
  dead_ = true;
  if (move_deadline_ != nullptr) move_deadline_->disarm();  // it may be what brought us here
  window_.stop();
  StreamListener* listener = std::exchange(listener_, nullptr);
  in_->forget(*this, FramedLink::End::finished, 0);
  if (listener != nullptr) listener->on_finished();
}

}  // namespace hawser::channel
