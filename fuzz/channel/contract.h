// SPDX-License-Identifier: Apache-2.0
// Contract: what both sides of a link have said, frame by frame, and what follows from it. Our side
// must keep to schema/README.md whatever the peer does; a peer that does not keep to it must lose
// the link. Owner: the peer of a harness. Thread: the harness's.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "channel/frame_codec.h"
#include "channel/head_codec.h"
#include "support/check.h"

namespace hawser::fuzz {

// One direction of one stream, as the frames of its sender say it.
struct Direction {
  uint64_t bytes = 0;    // of DATA
  uint64_t allowed = 0;  // by the other side
  bool head = false;     // the final one
  bool ended = false;
  bool stopped = false;  // the receiver asked for no more
  bool reset = false;    // by its sender
  int interim_heads = 0;
};

struct Exchange {
  bool opened_by_us = false;
  Direction ours;
  Direction theirs;
};

class Contract {
 public:
  // `our_hello_credit`: what our HELLO grants to every request's body.
  Contract(bool we_are_engine, uint32_t window_limit_bytes, uint32_t our_hello_credit)
      : we_are_engine_(we_are_engine),
        window_limit_bytes_(window_limit_bytes),
        our_hello_credit_(our_hello_credit) {}

  std::map<uint32_t, Exchange>& streams() { return streams_; }
  Exchange* find(uint32_t id) {
    const auto at = streams_.find(id);
    return at == streams_.end() ? nullptr : &at->second;
  }

  // A frame of our side's: it keeps to the contract.
  void we_said(const wire::Frame& frame, size_t payload_bytes) {
    if (frame.type() == wire::FrameType::open) return we_opened(frame);
    if (frame.type() == wire::FrameType::drain) we_drain_ = true;
    if (frame.stream() == 0) return;
    Exchange* exchange = find(frame.stream());
    require(exchange != nullptr && (exchange->opened_by_us || !is_ours(frame.stream())),
            "our frames are for streams that were opened");
    Direction& ours = exchange->ours;
    require(!ours.reset, "nothing follows our RESET");
    switch (frame.type()) {
      case wire::FrameType::head:
        return we_answered(*exchange, frame);
      case wire::FrameType::data:
        require(!ours.ended, "our DATA comes before our end");
        require(exchange->opened_by_us || ours.head, "our DATA follows a final HEAD");
        ours.bytes += payload_bytes;
        require(ours.bytes <= ours.allowed, "our DATA keeps to the credit of the peer");
        ours.ended = frame.last();
        return;
      case wire::FrameType::end:
        require(!ours.ended, "our direction ends once");
        require(exchange->opened_by_us || ours.head, "our END follows a final HEAD");
        ours.ended = true;
        return;
      case wire::FrameType::credit:
        return we_granted(exchange->theirs, frame.credit());
      case wire::FrameType::stop:
        require(!exchange->theirs.stopped, "our STOP comes once");
        exchange->theirs.stopped = true;
        return;
      case wire::FrameType::reset:
        ours.reset = true;
        return;
      default:
        return;
    }
  }

  // A frame of the peer's, which need not keep to anything.
  void peer_said(const wire::Frame& frame, size_t payload_bytes) {
    if (frame.type() == wire::FrameType::hello) their_hello_credit_ = frame.credit();
    if (frame.type() == wire::FrameType::open) return peer_opened(frame);
    Exchange* exchange = frame.stream() == 0 ? nullptr : find(frame.stream());
    // What it says may meet an OPEN of ours that is still on its way to it.
    if (exchange == nullptr && is_ours(frame.stream()) && frame.stream() > our_last_id_)
      exchange = &streams_[frame.stream()];
    if (exchange == nullptr) return;
    Direction& theirs = exchange->theirs;
    switch (frame.type()) {
      case wire::FrameType::data:
        theirs.bytes += payload_bytes;
        theirs.ended = theirs.ended || frame.last();
        return;
      case wire::FrameType::head:
        theirs.ended = theirs.ended || frame.last();
        return;
      case wire::FrameType::end:
        theirs.ended = true;
        return;
      case wire::FrameType::credit:
        exchange->ours.allowed += frame.credit();
        return;
      case wire::FrameType::stop:
        exchange->ours.stopped = true;
        return;
      case wire::FrameType::reset:
        theirs.reset = true;
        return;
      default:
        return;
    }
  }

  // What the peer did that no link survives; nullptr: nothing that is certain.
  const char* broken_by_peer() const { return broken_by_peer_; }
  void peer_broke(const char* what) { broken_by_peer_ = what; }

 private:
  bool is_ours(uint32_t id) const { return (id % 2 == 1) == we_are_engine_; }

  void we_opened(const wire::Frame& frame) {
    require(is_ours(frame.stream()) && frame.stream() > our_last_id_, "our ids rise in their half");
    require(!we_drain_, "we open nothing after our DRAIN");
    our_last_id_ = frame.stream();
    Exchange& exchange = streams_[frame.stream()];
    exchange.opened_by_us = true;
    exchange.ours.allowed += we_are_engine_ ? their_hello_credit_ : 0;
    exchange.ours.ended = frame.body() == wire::BodyKind::none ||
                          (frame.body() == wire::BodyKind::known && frame.body_bytes() == 0);
    we_granted(exchange.theirs, frame.credit());
  }

  void we_answered(Exchange& exchange, const wire::Frame& frame) {
    require(!exchange.opened_by_us, "our HEAD answers the peer's OPEN");
    require(!exchange.ours.head, "our final HEAD comes once");
    if (frame.interim()) {
      require(++exchange.ours.interim_heads <= 8, "at most eight interim heads");
      return;
    }
    exchange.ours.head = true;
    exchange.ours.ended = frame.last();
  }

  void we_granted(Direction& theirs, uint32_t bytes) {
    theirs.allowed += bytes;
    require(theirs.bytes > theirs.allowed || theirs.allowed - theirs.bytes <= window_limit_bytes_,
            "no more credit is open than a window");
  }

  void peer_opened(const wire::Frame& frame) {
    const uint32_t id = frame.stream();
    if (is_ours(id)) return peer_broke("OPEN with an id of ours");
    if (id <= their_last_id_) return peer_broke("OPEN with an id that was used");
    their_last_id_ = id;
    Exchange& exchange = streams_[id];
    exchange.ours.allowed = frame.credit();
    exchange.theirs.allowed = our_hello_credit_;
    exchange.theirs.ended = frame.body() == wire::BodyKind::none ||
                            (frame.body() == wire::BodyKind::known && frame.body_bytes() == 0);
  }

  bool we_are_engine_;
  uint32_t window_limit_bytes_;
  uint32_t our_hello_credit_;
  std::map<uint32_t, Exchange> streams_;
  uint32_t our_last_id_ = 0;
  uint32_t their_last_id_ = 0;
  uint32_t their_hello_credit_ = 0;
  bool we_drain_ = false;
  const char* broken_by_peer_ = nullptr;
};

}  // namespace hawser::fuzz
