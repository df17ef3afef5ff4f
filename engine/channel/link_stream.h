// SPDX-License-Identifier: Apache-2.0
// LinkStream: the one kind of Stream: both directions' states, the queue of what is to be sent, the
// credit both ways. Its link calls take_…() for what the peer says and write_turn() when it may
// send. Owner: its FramedLink; while it moves to a bulk link, the old one. Thread: the link's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "channel/credit.h"
#include "channel/head_codec.h"
#include "channel/ready_queue.h"
#include "channel/stream.h"
#include "core/pooled.h"
#include "core/timer_wheel.h"

namespace hawser::channel {

class FramedLink;

class LinkStream final : public core::Pooled<LinkStream>, public Stream, public ReadyNode {
 public:
  static constexpr uint64_t young_bytes = 32 * 1024;
  struct Start {
    uint32_t id = 0;
    bool opened_here = false;
    bool head_request = false;  // the answer announces a body that does not come
    Body request_body;
    uint32_t send_credit_bytes = 0;
    uint32_t first_window_bytes = 0;
    uint32_t window_limit_bytes = 0;
  };
  LinkStream(FramedLink& link, const Start& start, core::Budget& budget, core::Budget* share);
  ~LinkStream() override;

  // --- Stream
  uint32_t id() const override { return start_.id; }
  Link& link() override;
  void set_listener(StreamListener& listener) override { listener_ = &listener; }
  void send_head(const message::ResponseHead& head, bool interim, bool bound, bool last) override;
  size_t sendable_bytes() const override;
  void send_data(core::ByteChain bytes) override;
  void send_end(const message::Fields& trailers) override;
  bool sending_ended() const override { return sending_ == Sending::ended; }
  bool want_body() override;
  void consumed(size_t bytes) override;
  size_t held_bytes() const override { return window_.held_bytes(); }
  bool receiving_ended() const override { return receiving_ == Receiving::ended; }
  void send_stop() override;
  void reset(const Reset& reset) override;
  void offer_bulk(const std::string& ticket) override;
  bool on_bulk() const override { return on_bulk_; }
  size_t receive_window_bytes() const override { return window_.window_bytes(); }
  uint64_t last_drained_ms() const override { return last_drained_ms_; }

  // --- what the peer says, in order. Each may end the stream; the Fault says what it broke.
  Fault take_head(message::ResponseHead& head, bool bound, bool last);
  Fault take_data(core::ByteChain bytes, bool last);
  // The two halves of it, for bytes that have to wait between them.
  Fault count_data(size_t bytes);
  Fault take_counted_data(core::ByteChain bytes, bool last);
  Fault take_end(const message::Fields& trailers);
  Fault take_credit(uint32_t bytes);
  Fault take_stop();
  // Ends the stream: the listener hears `reset` (where it is not null) and nothing after it.
  // `by_peer`: the peer knows already and sends nothing more.
  void die(const Reset* reset, bool by_peer);

  // --- what its link asks
  bool dead() const { return dead_; }
  bool has_listener() const { return listener_ != nullptr; }
  bool opened_here() const { return start_.opened_here; }
  bool bulk_offered() const { return bulk_offered_; }
  void note_bulk_offered() { bulk_offered_ = true; }
  bool start_window();                 // takes the first window from the budgets
  bool grant_unasked(uint32_t bytes);  // the peer knows already that it may send so much
  uint32_t take_grant() {
    return window_.grant(window_.wants_to_grow() && listener_ != nullptr && listener_->keeps_up());
  }
  std::string take_ticket() { return std::exchange(ticket_, {}); }
  size_t outstanding_bytes() const { return window_.outstanding_bytes(); }
  bool has_output() const { return !queue_.empty() || empty_data_due_; }
  // Little of its body has been sent yet: it may be a small one, which waits for no long ones.
  bool is_young() const { return sent_bytes_ < young_bytes; }
  // Sends DATA for about one record; at the end of the queue, END.
  void write_turn();
  void announce_sendable();
  // Both directions have ended on the wire.
  bool ended() const { return sending_ended() && receiving_ended(); }
  bool finished() const { return ended() && window_.held_bytes() == 0; }
  // The link is lost, and nothing of the stream with it: what the listener holds is given back.
  void finish_with_held();
  void finish();  // tells the listener; the last that is called
  // A head or trailers of ours were too large: tells both sides, once it is safe to.
  bool failed() const { return failure_ != nullptr; }
  void fail(message::ErrorCode code, const char* reason);
  void fail_now();
  void never_opened() { start_.id = 0, counted_ = false; }
  // True once: the stream counts no longer as open (its peer sees it the same way).
  bool leave_count() { return std::exchange(counted_, false); }

  // --- where its frames travel. `in` is what the peer's frames come on, `out` what ours go on;
  // they differ from the start of a move to its end.
  FramedLink& in() const { return *in_; }
  FramedLink& out() const { return *out_; }
  void move_out(FramedLink& bulk);
  void move_in(FramedLink& bulk);
  bool moving() const { return in_ != out_; }
  bool peer_left() const { return peer_left_; }
  // The peer's marker came before its ATTACH, or ours went: the rest must follow in time.
  void await_move(core::TimerWheel& timers, uint64_t within_ms);
  void note_peer_left() { peer_left_ = true; }

 private:
  enum class Sending : uint8_t { head, body, ending, ended };
  enum class Receiving : uint8_t { head, body, ended };

  void enter(Sending next);
  void enter(Receiving next);
  void end_sending();
  Fault begin_body(const message::ResponseHead& head, bool last);
  Fault end_receiving(const message::Fields& trailers);
  void drop_queue();
  void queue_changed();
  void write_record();
  size_t record_bytes() const;
  bool stopped_or_failed() const { return stop_received_ || failure_ != nullptr; }

  FramedLink* in_;
  FramedLink* out_;
  Start start_;
  StreamListener* listener_ = nullptr;
  Sending sending_;
  Receiving receiving_;
  bool dead_ = false;
  bool counted_ = true;
  bool bulk_offered_ = false;
  bool on_bulk_ = false;
  bool peer_left_ = false;

  SendCredit credit_;
  core::ByteChain queue_;
  uint64_t sent_bytes_ = 0;
  bool empty_data_due_ = false;
  bool blocked_ = true;  // the listener waits for on_sendable()
  bool credit_heard_ = false;
  bool stop_received_ = false;
  uint8_t interim_heads_sent_ = 0;
  std::unique_ptr<message::Fields> trailers_;
  std::unique_ptr<Reset> failure_;
  std::string ticket_;  // to be offered with the next CREDIT

  ReceiveWindow window_;
  Body body_;  // the peer's, as announced
  uint64_t body_bytes_ = 0;
  size_t undelivered_bytes_ = 0;  // counted as held, and not given to the listener yet
  uint64_t last_drained_ms_;
  uint8_t interim_heads_ = 0;
  uint8_t empty_datas_ = 0;
  bool stop_sent_ = false;
  std::unique_ptr<core::Deadline> move_deadline_;
};

}  // namespace hawser::channel
