// SPDX-License-Identifier: Apache-2.0
// Stream: one exchange (or one control call) carried on a link, with its credit in both directions.
// Owner: its Link, until it is finished; the exchange or forwarder that uses it is its
// StreamListener and holds a pointer, which it drops when the stream tells its end (on_reset, or
// on_finished). Thread: the link's.
#pragma once

#include <cstdint>
#include <string>

#include "channel/frame.h"
#include "core/budget.h"
#include "core/byte_chain.h"
#include "message/fields.h"
#include "message/head.h"

namespace hawser::channel {

class Link;
class Stream;

// Everything that the peer can say on one stream. After on_reset() and after on_finished() the
// stream is gone.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  // The response's head (opener's side only). Where no body follows, on_body_end() comes next.
  // `bound`: see schema/README.md. Lent for the call; swap out what is kept.
  virtual void on_head(message::ResponseHead& head, bool interim, bool bound) = 0;
  // Body bytes; an empty chain is the answer to a first CREDIT. Call consumed() once they have
  // left.
  virtual void on_data(core::ByteChain bytes) = 0;
  // Asked before the stream's window grows: whether what was consumed has left on its way, or only
  // waits elsewhere, and a larger window would make more of it wait.
  virtual bool keeps_up() { return true; }
  // The peer's direction ended properly; `trailers` may be empty. Lent for the call.
  virtual void on_body_end(const message::Fields& trailers) = 0;
  // sendable_bytes() rose from 0: more credit came, or the queue drained.
  virtual void on_sendable() = 0;
  // The first CREDIT for our direction came (the connector asks for the request's body);
  // on_sendable() follows.
  virtual void on_body_wanted() {}
  // The peer wants no more of our body. What is queued was dropped and END follows by itself;
  // send_data() and send_end() do nothing from now on.
  virtual void on_stop() = 0;
  // The stream is over at once: reset by the peer, its link was lost (code link_lost), or a head of
  // ours was too large for a frame (the peer was told; code head_too_large or origin_bad_answer).
  virtual void on_reset(const Reset& reset) = 0;
  // Both directions have ended, everything was handed to the transport and all that was received
  // is consumed().
  virtual void on_finished() = 0;
};

class Stream {
 public:
  virtual ~Stream() = default;
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  virtual uint32_t id() const = 0;
  virtual Link& link() = 0;
  virtual void set_listener(StreamListener& listener) = 0;

  // --- sending
  // The response's head, by the side that accepted the stream. `last`: no body follows, our
  // direction has ended. A head over the limits of frame.h resets the stream: on_reset() tells it
  // before the loop blocks. Interim heads above the limit of eight are dropped.
  virtual void send_head(const message::ResponseHead& head, bool interim, bool bound,
                         bool last) = 0;
  // How many bytes send_data() takes now: bounded by the peer's credit and by what may wait in the
  // queue (64 KiB).
  virtual size_t sendable_bytes() const = 0;
  // bytes.size() <= sendable_bytes(); an empty chain sends an empty DATA frame.
  virtual void send_data(core::ByteChain bytes) = 0;
  // After what is queued. Saying it again does nothing.
  virtual void send_end(const message::Fields& trailers) = 0;
  virtual bool sending_ended() const = 0;

  // --- receiving
  // Begins to grant: takes the first window from the budget and sends CREDIT (the accepting side,
  // when it wants the body; an opener's response credit travels in OPEN). False: the budget has
  // nothing left. Nothing happens the second time, after send_stop(), or when there is no body.
  virtual bool want_body() = 0;
  // `bytes` of what on_data() brought have left this process; grows and grants as the budget
  // allows.
  virtual void consumed(size_t bytes) = 0;
  virtual size_t held_bytes() const = 0;  // received and not consumed
  virtual bool receiving_ended() const = 0;
  // Asks the peer to send no more of its body (STOP); what still arrives is dropped, and
  // on_body_end() does not come any more.
  virtual void send_stop() = 0;

  // Ends the stream at once, both directions. The listener hears nothing more; the pointer is dead
  // afterwards.
  virtual void reset(const Reset& reset) = 0;

  // Engine's side, for a long body: offers the connector to move the stream to a bulk channel that
  // it dials with this ticket. Once a stream; a ticket in OpenInfo counts.
  virtual void offer_bulk(const std::string& ticket) = 0;
  virtual bool on_bulk() const = 0;
  virtual size_t receive_window_bytes() const = 0;
  // When its listener last consumed something, or the stream began: who has held memory longest.
  virtual uint64_t last_drained_ms() const = 0;
};

}  // namespace hawser::channel
