// SPDX-License-Identifier: Apache-2.0
// session: a link from its first frame to its end. The input is a program of what the peer says,
// what our side does, and what time and network do. Our side keeps to the contract whatever the
// peer says; a peer that breaks it loses the link with a reason; every stream has one end; nothing
// more is held than was granted, and nothing is left behind; and the cuts change nothing.
#include "channel/contract.h"
#include "channel/session_peer.h"
#include "channel/session_side.h"
#include "core/clock.h"
#include "support/test_loop.h"

namespace hawser::fuzz {
namespace {

constexpr size_t budget_bytes = 32 * 1024;
constexpr uint32_t window_bytes = 1024;
constexpr uint32_t window_limit_bytes = 4096;
constexpr uint32_t our_hello_credit = 64;

message::RequestHead request_of(message::Method method) {
  message::RequestHead head;
  head.method = method;
  require(message::parse_path_and_query("/a?b", head.target).empty(), "a target");
  head.fields.add("Accept", "*/*");
  return head;
}

class Session {
 public:
  Session(Program program, size_t cut_bytes)
      : program_(program),
        mode_(program_.number()),
        is_engine_((mode_ & 1) == 0),
        handshake_((mode_ & 2) == 0),
        contract_(is_engine_, window_limit_bytes,
                  is_engine_ || !handshake_ ? 0 : our_hello_credit) {
    auto pipe = test::MemoryPipe::make(loop_, cut_bytes);
    channel::LinkOptions options;
    options.side = is_engine_ ? channel::Side::engine : channel::Side::connector;
    options.handshake = handshake_;
    options.stream_limit = SessionSide::stream_limit;
    options.resets_per_second = 2;
    options.pings_per_second = 2;
    options.first_window_bytes = window_bytes;
    options.window_limit_bytes = window_limit_bytes;
    link_ = channel::Link::make(std::move(pipe.a), side_, budget_, options);
    side_.link = link_.get();
    peer_ = std::make_unique<SessionPeer>(loop_, std::move(pipe.b), contract_);
  }

  std::string run() {
    greet();
    while (!program_.over()) {
      const uint8_t code = program_.number();
      if ((code & 0x40) != 0) {
        act(code & 0x0f);
      } else {
        say(code & 0x0f);
      }
      if ((code & 0x80) == 0) turn();
    }
    turn();
    finish();
    return std::move(side_.events);
  }

 private:
  void greet() {
    if (!handshake_) return;
    if (!is_engine_) {
      channel::Hello hello;
      hello.initial_request_credit_bytes = our_hello_credit;
      hello.stream_limit = SessionSide::stream_limit;
      link_->send_hello(hello);
      turn();
    }
    if ((mode_ & 4) == 0) say_greeting();
  }

  // --- the peer
  void say_greeting() {
    if (is_engine_) {
      channel::Hello hello;
      hello.versions = {static_cast<uint16_t>((mode_ & 8) == 0 ? 1 : 9)};
      hello.initial_request_credit_bytes = (mode_ & 16) == 0 ? 0 : 100;
      hello.stream_limit = 3;
      if ((mode_ & 32) != 0) hello.purpose = channel::Purpose::bulk, hello.ticket = "t";
      peer_->writer().hello(hello);
    } else {
      channel::Welcome welcome;
      welcome.version = (mode_ & 8) == 0 ? 1 : 9;
      welcome.stream_limit = 3;
      peer_->writer().welcome(welcome);
    }
    turn();
  }

  void say(uint8_t code) {
    channel::FrameWriter& writer = peer_->writer();
    const uint32_t id = program_.below(16);
    switch (code) {
      case 0:
        return peer_->data(id, size_t{program_.number()} * 8, program_.flag());
      case 1:
        return say_open(id);
      case 2:
        return say_head(id);
      case 3: {
        message::Fields trailers;
        if (program_.flag()) trailers.add("grpc-status", "0");
        writer.end(id, trailers);
        return;
      }
      case 4:
        return writer.credit(id, uint32_t{program_.number()} << program_.below(24),
                             program_.below(8) == 7 ? "ticket" : "");
      case 5:
        return writer.stop(id);
      case 6:
        return say_reset(id);
      case 7:
        return writer.ping(id);
      case 8:
        return writer.pong(id);
      case 9:
        return writer.config(id);
      case 10:
        return writer.drain("the peer goes");
      case 11:
        return writer.session_end(id);
      case 12:
        return writer.attach(id, program_.flag() ? "ticket" : "");
      case 13:
        return peer_->send_raw(program_.bytes(program_.number()));
      case 14:
        return say_greeting();
      default:
        return peer_->end();
    }
  }

  void say_open(uint32_t id) {
    channel::OpenInfo info;
    info.kind = static_cast<channel::OpenKind>(program_.below(3));
    info.body = static_cast<channel::BodyKind>(program_.below(3));
    if (info.body == channel::BodyKind::known) info.body_bytes = program_.number();
    peer_->writer().open(id, request_of(message::Method::post), info, program_.number());
  }

  void say_head(uint32_t id) {
    static constexpr uint16_t statuses[] = {200, 103, 304, 101, 204, 100};
    message::ResponseHead head;
    head.status = statuses[program_.below(std::size(statuses))];
    const uint8_t length = program_.number();
    if (length >= 4) head.body_length = message::BodyLength::known(length);
    if (length == 1) head.body_length = message::BodyLength::unknown();
    peer_->writer().head(id, head, program_.flag(), program_.flag());
  }

  void say_reset(uint32_t id) {
    channel::Reset reset;
    reset.error = message::ExchangeError::of(message::ErrorCode::origin_refused, "no");
    reset.origin_untouched = program_.flag();
    peer_->writer().reset(id, reset);
  }

  // --- our side
  void act(uint8_t code) {
    switch (code) {
      case 8:
        return open();
      case 9:
        if (!side_.lost) link_->drain("we go");
        return;
      case 10:
        if (!side_.lost && link_->established()) link_->ping();
        return;
      case 11:
        clock_.advance_ms(uint64_t{program_.number()} * 100);
        return;
      case 12:
        return link_->close("enough", program_.flag());
      case 13:
        side_.consume_at_once = program_.flag();
        return;
      case 14:
        return peer_->break_connection();
      case 15:
        if (!side_.lost) link_->send_session_end(program_.number());
        return;
      default:
        if (side_.streams.empty()) return;
        SessionStream& stream = *side_.streams[program_.number() % side_.streams.size()];
        if (!stream.over()) act_on(stream, code);
    }
  }

  void open() {
    if (side_.lost || !link_->can_open()) return;
    const uint8_t kind = program_.below(4);
    message::RequestHead head =
        request_of(kind == 3 ? message::Method::head : message::Method::post);
    if (kind == 1) head.body_length = message::BodyLength::unknown();
    if (kind == 2) head.body_length = message::BodyLength::known(300);
    SessionStream& opened = side_.add(true);
    opened.head_request = kind == 3;
    if (kind == 0 || kind == 3) opened.end_sent();
    channel::Stream* stream = link_->open(head, {}, opened);
    if (stream == nullptr) return side_.streams.pop_back();
    opened.begin(*stream);
  }

  void act_on(SessionStream& each, uint8_t code) {
    channel::Stream& stream = *each.stream;
    switch (code) {
      case 0:
        return send_data(each);
      case 1:
        if (!each.can_send_body()) return;
        each.end_sent();
        stream.send_end({});
        return;
      case 2:
        return send_head(each);
      case 3:
        stream.want_body();
        return;
      case 4:
        return each.consume();
      case 5:
        each.stop_sent();
        return stream.send_stop();
      case 6:
        each.reset_by_us();
        return stream.reset({message::ExchangeError::of(message::ErrorCode::cancelled, "x"), true});
      default:
        if (is_engine_ && link_->established()) stream.offer_bulk("ticket");
    }
  }

  void send_data(SessionStream& each) {
    const size_t wanted = size_t{program_.number()} * 4;
    if (!each.can_send_body()) return;
    core::ByteChain bytes;
    bytes.append_copy(loop_.blocks(),
                      std::string(std::min(wanted, each.stream->sendable_bytes()), 'o'));
    each.stream->send_data(std::move(bytes));
  }

  void send_head(SessionStream& each) {
    const bool interim = program_.flag();
    const bool last = !interim && program_.flag();
    if (!each.can_send_head()) return;
    message::ResponseHead head;
    head.status = interim ? 103 : 200;
    if (!last) head.body_length = message::BodyLength::unknown();
    if (!interim) each.head_sent(last);
    each.stream->send_head(head, interim, false, last);
  }

  // --- what holds after each turn
  void turn() {
    peer_->send();
    test::settle(loop_, 2);
    require(budget_.used_bytes() <= budget_bytes, "no more is held than the budget has");
    if (side_.lost || peer_->over()) return;
    const char* broken_by_peer = contract_.broken_by_peer();
    if (broken_by_peer != nullptr) broken("who breaks the contract loses the link", broken_by_peer);
    for (const auto& each : side_.streams) {
      if (each->over()) continue;
      const Exchange* exchange = contract_.find(each->id());
      require(exchange != nullptr, "a stream was opened");
      require(each->received_bytes() <= exchange->theirs.bytes,
              "what was not sent is not received");
      require(exchange->theirs.bytes <= exchange->theirs.allowed,
              "who sends more than was granted loses the link", side_.events);
      require(each->stream->receive_window_bytes() <= window_limit_bytes, "a window has its limit");
    }
  }

  void finish() {
    link_.reset();
    peer_.reset();
    test::settle(loop_, 2);
    for (const auto& each : side_.streams)
      require(each->over(), "every stream has one end", side_.events);
    require(budget_.used_bytes() == 0, "everything is given back", side_.events);
    require(loop_.blocks().blocks_in_use() == 0, "nobody keeps a block");
    require(loop_.timers().armed_count() == 0, "nobody keeps a deadline");
  }

  Program program_;
  uint8_t mode_;
  bool is_engine_;
  bool handshake_;
  core::ManualClock clock_;
  core::Loop loop_{&clock_};
  core::Budget budget_{budget_bytes};
  SessionSide side_;
  Contract contract_;
  std::unique_ptr<channel::Link> link_;
  std::unique_ptr<SessionPeer> peer_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Program program(view_of(data, size));
  const std::string whole = Session(program, SIZE_MAX).run();
  require_same(whole, Session(program, 5).run(), "in pieces, the same happens");
  return 0;
}

}  // namespace hawser::fuzz
