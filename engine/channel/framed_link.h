// SPDX-License-Identifier: Apache-2.0
// FramedLink: the one kind of Link. Input: frames are checked against the link's and the stream's
// state and handed to their stream. Output: control frames wait in one ordered buffer, DATA in its
// stream; both leave in flush(), at the end of the turn. Owner: as Link. Thread: the transport's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "channel/frame_codec.h"
#include "channel/frame_reader.h"
#include "channel/grant_book.h"
#include "channel/link.h"
#include "channel/link_stream.h"
#include "channel/liveness.h"
#include "channel/rate.h"
#include "channel/ready_queue.h"
#include "channel/strays.h"

namespace hawser::channel {

class FramedLink final : public Link, private core::TransportListener, private core::Flushable {
 public:
  FramedLink(std::unique_ptr<core::Transport> transport, LinkListener& listener,
             core::Budget& budget, const LinkOptions& options);
  ~FramedLink() override;

  // --- Link
  void send_hello(const Hello& hello) override;
  void send_welcome(const Welcome& welcome) override;
  bool established() const override { return phase_ == Phase::open; }
  Stream* open(const message::RequestHead& head, const OpenInfo& info, StreamListener& listener,
               core::Budget* share) override;
  bool can_open() const override;
  size_t open_streams() const override { return streams_.size() + (attached_ != nullptr ? 1 : 0); }
  void send_session_end(uint64_t client_session) override;
  void send_config(uint64_t revision) override;
  void drain(const std::string& reason) override;
  bool draining() const override { return drain_sent_ || drain_received_; }
  void ping() override {
    if (phase_ == Phase::open) liveness_.ping();
  }
  void close(const std::string& reason, bool silent) override;
  void refuse(const std::string& reason) override;
  void attach_stream(Stream& stream, const std::string& ticket) override;
  void accept_attached(Stream& stream) override;
  std::unique_ptr<core::Transport> release_transport() override;
  const LinkCounters& counters() const override { return counters_; }
  core::Transport& transport() override { return *transport_; }

  // --- for its streams
  core::Loop& loop() { return loop_; }
  FrameWriter& frames();                    // whatever is written with it leaves this turn
  void ready(LinkStream& stream);           // has DATA to send
  void grant_due(LinkStream& stream);       // has credit to grant or a ticket to offer
  void stream_changed(LinkStream& stream);  // a direction has ended
  void failed(LinkStream& stream);
  void count_payload_out(size_t bytes) { counters_.payload_bytes_out += bytes; }
  enum class End : uint8_t { finished, reset_here, reset_by_peer };
  void forget(LinkStream& stream, End end, size_t outstanding_bytes);
  void move_overdue(LinkStream& stream);

 private:
  enum class Phase : uint8_t {
    hello,    // engine: waits for HELLO; connector: has not sent it yet
    welcome,  // between the two: the peer sends nothing (engine) or WELCOME (connector)
    open,
    refusing,  // DRAIN and the end of our direction are on their way; input is ignored
    closed,
  };
  struct HeldFrame {
    std::vector<uint64_t> header;
    size_t header_bytes;
    core::ByteChain payload;
    bool open_data;  // DATA without `last`: more payload may join it
  };
  bool alive() const { return phase_ != Phase::closed; }
  bool is_engine() const { return options_.side == Side::engine; }
  bool is_ours(uint32_t id) const { return (id % 2 == 1) == is_engine(); }

  // TransportListener
  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_drained() override;

  // Output
  void flush() override;
  void pump();
  bool write_control();
  void write_grants();
  LinkStream* next_ready();
  void settle_ends();
  void settle_failures();

  // Input
  void on_frame();
  Fault check_phase(wire::FrameType type) const;
  Fault take_link_frame(const wire::Frame& frame);
  Fault take_hello(const wire::Frame& frame);
  Fault take_welcome(const wire::Frame& frame);
  Fault take_drain(const wire::Frame& frame);
  Fault take_grant(const wire::Frame& frame);
  bool show_grant(const OpenInfo& info);
  void know_peer(const Hello& hello);
  void refuse_versions(const Hello& hello);
  void establish();
  void on_handshake_due();
  Fault take_open(const wire::Frame& frame);
  bool grant_initial(LinkStream& stream);
  Fault take_stream_frame(const wire::Frame& frame, core::ByteChain payload);
  bool reset_allowed(const wire::Frame& frame);
  Fault take_stray(const wire::Frame& frame, size_t payload_bytes);
  Fault give_to_stream(LinkStream& stream, const wire::Frame& frame, core::ByteChain payload,
                       bool counted);
  Fault take_stream_head(LinkStream& stream, const wire::Frame& frame);
  Fault take_stream_end(LinkStream& stream, const wire::Frame& frame);
  Fault take_stream_credit(LinkStream& stream, const wire::Frame& frame);
  void violated(const wire::Frame* frame, Fault fault);
  enum class Closing : uint8_t { nothing, end, reset };  // what becomes of the transport
  void lose(const core::Error& why, Closing closing, bool silent = false);
  void lose_streams(const std::string& reason);
  LinkStream* find_out(uint32_t id);

  // Moves (framed_link_move.cc)
  Fault take_attach(const wire::Frame& frame);
  Fault take_marker(LinkStream& stream);
  void adopt(LinkStream& stream);
  void take_over(LinkStream& stream);
  Fault hold(const wire::Frame& frame, core::ByteChain payload);
  void keep_header(HeldFrame& held);
  void replay_held(LinkStream& stream);
  void let_go(End end, size_t outstanding_bytes);
  void lose_moving(LinkStream& stream, FramedLink& other, const Reset& reset);
  void know_attached(uint32_t id);

  core::Loop& loop_;
  std::unique_ptr<core::Transport> transport_;
  LinkListener& listener_;
  core::Budget& budget_;
  LinkOptions options_;
  Phase phase_;
  bool bulk_ = false;
  uint32_t initial_request_credit_bytes_ = 0;  // engine: the peer's; connector: ours
  std::vector<uint16_t> versions_;             // connector: offered
  uint16_t version_ = wire_version;
  uint32_t our_limit_;    // streams that we may have open
  uint32_t their_limit_;  // streams that the peer may have open
  bool peer_takes_grants_ = false;
  GrantBook grants_shown_;  // to the peer
  GrantBook grants_seen_;   // from it
  bool drain_sent_ = false;
  bool drain_received_ = false;
  core::Deadline deadline_{[this] { on_handshake_due(); }};
  std::string refusal_;
  Liveness liveness_;
  Rate resets_;

  using Streams = std::unordered_map<
      uint32_t, std::unique_ptr<LinkStream>, std::hash<uint32_t>, std::equal_to<>,
      core::PooledAllocator<std::pair<const uint32_t, std::unique_ptr<LinkStream>>>>;
  Streams streams_;
  std::vector<std::unique_ptr<LinkStream>> never_opened_;  // their heads were too large
  uint32_t our_last_id_ = 0;
  uint32_t their_last_id_ = 0;
  size_t ours_open_ = 0;  // with a direction that has not ended on the wire
  size_t theirs_open_ = 0;
  Strays strays_;
  bool idle_due_ = false;

  FrameReader reader_;
  size_t behind_bytes_ = 0;  // of the same read, behind the frame at hand
  message::RequestHead request_;
  message::ResponseHead response_;
  message::Fields trailers_;
  OpenInfo info_;

  std::string control_;
  FrameWriter writer_{control_};
  ReadyQueue ready_;
  ReadyQueue young_;  // of which little was sent, and which go first
  size_t young_in_row_ = 0;
  std::vector<uint32_t> grants_due_;
  std::vector<uint32_t> changed_;
  std::vector<uint32_t> failed_;
  bool pumping_ = false;

  // On a bulk link: the stream that moves here and is still owned by its old link.
  LinkStream* attached_ = nullptr;
  uint32_t attach_id_ = 0;
  bool attach_seen_ = false;
  bool attach_accepted_ = false;
  std::vector<HeldFrame> held_;
  LinkCounters counters_;
};

}  // namespace hawser::channel
