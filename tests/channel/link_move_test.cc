// SPDX-License-Identifier: Apache-2.0
// A stream moves to a bulk channel while both of its bodies flow, whichever of the two connections
// is slower, and however late either side's word comes.
#include <gtest/gtest.h>

#include "link_fixture.h"

namespace hawser::channel {
namespace {

class LinkMove : public LinkTest {
 public:
  RecordingLink bulk_engine_side{loop};
  RecordingLink bulk_connector_side{loop};
  test::MemoryTransport* bulk_engine_end = nullptr;
  test::MemoryTransport* bulk_connector_end = nullptr;
  std::unique_ptr<Link> bulk_engine;
  std::unique_ptr<Link> bulk_connector;
  RecordingStream* post = nullptr;    // the engine's
  RecordingStream* served = nullptr;  // the connector's

  ~LinkMove() override {
    bulk_engine.reset();
    bulk_connector.reset();
  }

  void dial_bulk(size_t cut_bytes = SIZE_MAX) {
    auto pipe = test::MemoryPipe::make(loop, cut_bytes);
    bulk_engine_end = pipe.a.get();
    bulk_connector_end = pipe.b.get();
    bulk_engine = Link::make(std::move(pipe.a), bulk_engine_side, engine_budget, engine_options);
    bulk_connector =
        Link::make(std::move(pipe.b), bulk_connector_side, connector_budget, connector_options);
    bulk_engine_side.link = bulk_engine.get();
    bulk_connector_side.link = bulk_connector.get();
    Hello hello;
    hello.purpose = Purpose::bulk;
    hello.ticket = "ticket";
    bulk_connector->send_hello(hello);
    settle();
    ASSERT_TRUE(bulk_connector->established());
    EXPECT_FALSE(bulk_engine->can_open());
    EXPECT_FALSE(bulk_connector->can_open());
    bulk_engine_side.attach = [this](const std::string& ticket) {
      if (ticket == "ticket" && post != nullptr && !post->over())
        bulk_engine->accept_attached(*post->stream);
    };
  }
  // An exchange with an endless body each way, and a bulk channel that waits to be used.
  void begin(bool ticket_in_open = false) {
    establish();
    connector_side.serve = [](RecordingStream& stream) {
      stream.stream->want_body();
      stream.stream->send_head(response_head(), false, false, false);
    };
    OpenInfo info = open_info(BodyKind::unknown);
    if (ticket_in_open) info.bulk_ticket = "ticket";
    post = open(*engine, request_head("POST"), info);
    settle();
    served = &connector_side.stream(1);
    if (!ticket_in_open) post->stream->offer_bulk("ticket");
    settle();
    ASSERT_EQ(connector_side.offered_ticket, "ticket");
    dial_bulk();
  }
  void attach() const { bulk_connector->attach_stream(*served->stream, "ticket"); }
  // Both bodies to their ends.
  void finish_bodies(const std::string& up, const std::string& down) {
    ASSERT_TRUE(test::run_until(loop, [&] { return post->over() && served->over(); }))
        << post->events << " / " << served->events;
    EXPECT_EQ(served->body, up);
    EXPECT_EQ(post->body, down);
    EXPECT_EQ(post->events, "wanted;head 200;end;finished;");
    EXPECT_EQ(served->events, "end;finished;");
    for (const RecordingLink* side :
         {&engine_side, &connector_side, &bulk_engine_side, &bulk_connector_side})
      EXPECT_FALSE(side->lost) << side->lost_reason;
    for (const Link* link :
         {engine.get(), connector.get(), bulk_engine.get(), bulk_connector.get()})
      EXPECT_EQ(link->open_streams(), 0u);
    EXPECT_EQ(engine_budget.used_bytes(), 0u);
    EXPECT_EQ(connector_budget.used_bytes(), 0u);
  }
};

TEST_F(LinkMove, ATicketTravelsInOpenToo) {
  begin(true);
  EXPECT_EQ(connector_side.last_info.bulk_ticket, "ticket");
}

TEST_F(LinkMove, BothDirectionsGoOnOnTheBulkChannel) {
  begin();
  const std::string up = pattern(3_MiB, 1);
  const std::string down = pattern(3_MiB, 2);
  post->hold = served->hold = true;  // the first window of each comes on the old channel
  post->send_body(up);
  served->send_body(down);
  settle();
  attach();
  post->hold = served->hold = false;
  post->release_held();
  served->release_held();
  EXPECT_TRUE(served->stream->on_bulk());
  EXPECT_EQ(&served->stream->link(), bulk_connector.get());
  finish_bodies(up, down);
  EXPECT_EQ(engine->counters().payload_bytes_in, 16_KiB);
  EXPECT_EQ(connector->counters().payload_bytes_in, 16_KiB);
  EXPECT_GT(bulk_engine->counters().payload_bytes_in, 2_MiB);
  EXPECT_GT(bulk_connector->counters().payload_bytes_in, 2_MiB);
  EXPECT_EQ(bulk_engine_side.idles, 1);
  EXPECT_EQ(bulk_connector_side.idles, 1);
}

TEST_F(LinkMove, TheOldChannelGoesOnForOthers) {
  begin();
  attach();
  post->send_body("up");
  settle();
  auto other = open(*engine, request_head(), open_info());
  EXPECT_EQ(other->stream->id(), 3u);
  settle();
  connector_side.stream(3).stream->send_end({});
  served->send_body("down");
  settle();
  EXPECT_EQ(other->events, "head 200;end;finished;");
  EXPECT_EQ(post->events, "wanted;head 200;end;finished;");
}

TEST_F(LinkMove, WhatComesOnTheBulkChannelBeforeTheOldOneIsLeftWaits) {
  begin();
  connector_end->hold_output(true);
  core::ByteChain first;  // more may follow: the answer has not ended
  first.append_copy(loop.blocks(), "first, ");
  served->stream->send_data(std::move(first));
  settle();
  attach();
  settle();
  EXPECT_TRUE(post->stream->on_bulk());  // the ticket was honoured
  EXPECT_EQ(post->body, "");             // the marker is still on its way
  connector_end->hold_output(false);
  settle();
  EXPECT_EQ(post->body, "first, ");
}

TEST_F(LinkMove, OrderIsKeptWhenTheOldChannelIsTheSlowOne) {
  begin();
  const std::string down = pattern(14_KiB);
  served->piece_bytes = 1000;
  connector_end->hold_output(true);
  served->send_body(down);
  served->sending = false;
  loop.turn(false);
  attach();
  settle();
  EXPECT_EQ(post->body, "");
  connector_end->hold_output(false);
  settle();
  EXPECT_EQ(post->body, down);
  EXPECT_EQ(post->events, "wanted;head 200;end;");
}

TEST_F(LinkMove, AMarkerThatComesBeforeTheTicketWaitsForIt) {
  begin();
  bulk_connector_end->hold_output(true);
  attach();
  served->send_body("down");
  settle();
  EXPECT_FALSE(post->stream->on_bulk());
  post->send_body("still on the old channel");
  settle();
  EXPECT_EQ(served->body, "still on the old channel");
  bulk_connector_end->hold_output(false);
  settle();
  EXPECT_EQ(post->body, "down");
  EXPECT_EQ(post->events, "wanted;head 200;end;finished;");
}

TEST_F(LinkMove, EveryInterleavingGivesTheSameBodies) {
  std::mt19937_64 random(test::test_seed());
  for (int round = 0; round < 60; ++round) {
    begin(round % 2 == 0);
    const std::string up = pattern(random() % 200'000, 1);
    const std::string down = pattern(random() % 200'000, 2);
    post->piece_bytes = 1 + random() % 20'000;
    served->piece_bytes = 1 + random() % 20'000;
    test::MemoryTransport* ends[] = {engine_end, connector_end, bulk_engine_end,
                                     bulk_connector_end};
    for (auto* end : ends) end->set_cut(1 + random() % 40'000);
    const uint64_t attach_at = random() % 12;
    const uint64_t up_at = random() % 12;
    const uint64_t down_at = random() % 12;
    for (uint64_t step = 0; step < 40; ++step) {
      if (step == up_at) post->send_body(up);
      if (step == down_at) served->send_body(down);
      if (step == attach_at && !served->over() && !served->stream->sending_ended()) attach();
      for (auto* end : ends) end->hold_output(random() % 3 != 0);
      loop.turn(false);
    }
    for (auto* end : ends) end->hold_output(false);
    finish_bodies(up, down);
    if (HasFailure()) return;
    for (Link* link : {engine.get(), connector.get(), bulk_engine.get(), bulk_connector.get()})
      link->close("next", true);
    settle(3);
    opened.clear();
    connector_side.streams.clear();
    bulk_engine_side.idles = bulk_connector_side.idles = 0;
  }
}

TEST_F(LinkMove, ResetsInTheMiddleOfAMoveEndItEverywhere) {
  std::mt19937_64 random(test::test_seed());
  for (int round = 0; round < 60; ++round) {
    begin();
    test::MemoryTransport* ends[] = {engine_end, connector_end, bulk_engine_end,
                                     bulk_connector_end};
    const uint64_t attach_at = random() % 6;
    const uint64_t reset_at = random() % 12;
    const bool by_engine = random() % 2 == 0;
    post->send_body(pattern(100'000, 1));
    served->send_body(pattern(100'000, 2));
    for (uint64_t step = 0; step < 16; ++step) {
      if (step == attach_at && !served->over()) attach();
      RecordingStream* who = by_engine ? post : served;
      if (step == reset_at && !who->over()) {
        who->sending = false;
        who->stream->reset({message::ExchangeError::of(message::ErrorCode::cancelled), false});
        who->stream = nullptr;
      }
      for (auto* end : ends) end->hold_output(random() % 2 != 0);
      loop.turn(false);
    }
    for (auto* end : ends) end->hold_output(false);
    settle(20);
    EXPECT_TRUE(post->over()) << post->events;
    EXPECT_TRUE(served->over()) << served->events;
    EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
    EXPECT_FALSE(connector_side.lost) << connector_side.lost_reason;
    EXPECT_EQ(engine_budget.used_bytes(), 0u);
    EXPECT_EQ(connector_budget.used_bytes(), 0u);
    if (HasFailure()) return;
    for (Link* link : {engine.get(), connector.get(), bulk_engine.get(), bulk_connector.get()})
      link->close("next", true);
    settle(3);
    opened.clear();
    connector_side.streams.clear();
    bulk_engine_side.lost = bulk_connector_side.lost = false;
  }
}

TEST_F(LinkMove, AResetOnTheBulkChannelMayOvertakeDataOnTheOldOne) {
  begin();
  engine_end->hold_output(true);
  post->piece_bytes = 5'000;
  post->to_send = pattern(60'000);  // more than the credit: the direction stays open
  post->sending = true;
  post->push();
  settle();
  attach();
  settle();
  ASSERT_TRUE(post->stream->on_bulk());
  post->stream->reset({message::ExchangeError::of(message::ErrorCode::client_gone), false});
  post->stream = nullptr;
  settle();
  EXPECT_EQ(served->events, "reset client_gone;");
  engine_end->hold_output(false);
  settle();
  EXPECT_FALSE(connector_side.lost) << connector_side.lost_reason;
}

TEST_F(LinkMove, AChannelLostInTheMiddleOfAMoveEndsTheStreamOnBothSides) {
  const std::string up = pattern(300'000, 1);
  const std::string down = pattern(300'000, 2);
  std::mt19937_64 random(test::test_seed());
  for (int round = 0; round < 60; ++round) {
    begin();
    test::MemoryTransport* ends[] = {engine_end, connector_end, bulk_engine_end,
                                     bulk_connector_end};
    const bool bulk_breaks = random() % 2 == 0;
    const uint64_t break_at = random() % 8;
    post->send_body(up);
    served->send_body(down);
    attach();
    for (uint64_t step = 0; step <= break_at; ++step) {
      for (auto* end : ends) end->hold_output(random() % 4 != 0);
      loop.turn(false);
    }
    (bulk_breaks ? bulk_engine_end : engine_end)->break_both("cable cut");
    for (auto* end : {bulk_breaks ? engine_end : bulk_engine_end,
                      bulk_breaks ? connector_end : bulk_connector_end})
      end->hold_output(false);
    settle(30);
    EXPECT_TRUE(post->over()) << round << post->events;
    EXPECT_TRUE(served->over()) << round << served->events;
    for (const RecordingStream* side : {post, served}) {
      // What looks complete is complete.
      const bool ended = side->events.find("end;") != std::string::npos;
      EXPECT_TRUE(!ended || side->body == (side == post ? down : up)) << round;
      EXPECT_TRUE(side->events.ends_with("reset link_lost;") || ended) << side->events;
    }
    const RecordingLink& other = bulk_breaks ? engine_side : bulk_engine_side;
    const RecordingLink& its_peer = bulk_breaks ? connector_side : bulk_connector_side;
    // The bulk channel may end with its stream, but nobody has broken a rule.
    EXPECT_FALSE(bulk_breaks && other.lost) << round << " " << other.lost_reason;
    for (const RecordingLink* side : {&other, &its_peer})
      EXPECT_FALSE(side->lost_reason.starts_with("protocol violation")) << side->lost_reason;
    EXPECT_EQ(engine_budget.used_bytes(), 0u);
    EXPECT_EQ(connector_budget.used_bytes(), 0u);
    if (HasFailure()) return;
    for (Link* link : {engine.get(), connector.get(), bulk_engine.get(), bulk_connector.get()})
      link->close("next", true);
    settle(3);
    opened.clear();
    connector_side.streams.clear();
    for (RecordingLink* side :
         {&engine_side, &connector_side, &bulk_engine_side, &bulk_connector_side})
      side->lost = false, side->lost_reason.clear();
  }
}

TEST_F(LinkMove, AMovedStreamOutlivesTheOldChannel) {
  begin();
  attach();
  settle();
  engine->close("no longer needed");
  settle();
  EXPECT_TRUE(connector_side.lost);
  post->send_body("up");
  served->send_body("down");
  settle();
  EXPECT_EQ(served->body, "up");
  EXPECT_EQ(post->events, "wanted;head 200;end;finished;");
}

TEST_F(LinkMove, AnUnknownTicketClosesTheBulkChannelAlone) {
  begin();
  bulk_engine_side.attach = nullptr;
  attach();
  settle();
  EXPECT_EQ(bulk_engine_side.lost_reason, "nobody waits for the ticket of this ATTACH");
  EXPECT_TRUE(bulk_connector_side.lost);
  EXPECT_EQ(served->events, "reset link_lost;");
  EXPECT_EQ(post->events, "wanted;head 200;reset link_lost;");
  EXPECT_FALSE(engine_side.lost);
}

TEST_F(LinkMove, AMoveThatIsNeverCompletedResetsTheStream) {
  begin();
  bulk_connector_end->hold_output(true);  // its ATTACH never comes
  attach();
  settle();
  clock.advance_ms(10'100);
  settle();
  EXPECT_EQ(post->reset.error.reason, "the move to a bulk channel took too long");
  EXPECT_TRUE(served->over());
  EXPECT_FALSE(engine_side.lost);
  EXPECT_FALSE(connector_side.lost);
}

TEST_F(LinkMove, AStreamWhoseAnswerHasEndedStaysWhereItIs) {
  begin();
  served->send_body("down");
  settle();
  attach();
  settle();
  EXPECT_TRUE(bulk_connector_side.lost);
  EXPECT_FALSE(served->stream->on_bulk());
  post->send_body("up");
  settle();
  EXPECT_EQ(served->body, "up");
  EXPECT_EQ(post->events, "wanted;head 200;end;finished;");
}

TEST_F(LinkMove, ATicketForAnotherStreamClosesTheBulkChannel) {
  begin();
  auto other = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
  settle();
  bulk_engine_side.attach = [&](const std::string&) {
    bulk_engine->accept_attached(*other->stream);
  };
  attach();
  settle();
  EXPECT_EQ(bulk_engine_side.lost_reason,
            "protocol violation: ATTACH: the ticket of another stream");
  EXPECT_FALSE(other->over());
}

TEST_F(LinkMove, WhatWaitsIsBoundedByTheCredit) {
  begin();
  engine_end->hold_output(true);
  // A connector that attaches, never leaves the old channel, and sends for ever.
  auto pipe = test::MemoryPipe::make(loop);
  auto link = Link::make(std::move(pipe.a), bulk_engine_side, engine_budget, engine_options);
  bulk_engine_side.link = link.get();
  RawPeer peer(loop, std::move(pipe.b));
  Hello hello;
  hello.versions = {1};
  hello.purpose = Purpose::bulk;
  hello.ticket = "ticket";
  peer.writer.hello(hello);
  peer.send();
  settle();
  bulk_engine_side.attach = [&](const std::string&) { link->accept_attached(*post->stream); };
  peer.writer.attach(1, "ticket");
  for (int i = 0; i < 16; ++i) peer.data(1, pattern(1024));
  peer.send();
  settle();
  EXPECT_FALSE(bulk_engine_side.lost) << bulk_engine_side.lost_reason;
  peer.data(1, "x");
  peer.send();
  settle();
  EXPECT_EQ(bulk_engine_side.lost_reason,
            "protocol violation: DATA on stream 1: more bytes than the credit granted");
  EXPECT_EQ(post->events, "wanted;head 200;reset link_lost;");
}

TEST_F(LinkMove, SmallFramesThatWaitAreBounded) {
  begin();
  engine_end->hold_output(true);
  auto pipe = test::MemoryPipe::make(loop);
  auto link = Link::make(std::move(pipe.a), bulk_engine_side, engine_budget, engine_options);
  bulk_engine_side.link = link.get();
  RawPeer peer(loop, std::move(pipe.b));
  Hello hello;
  hello.versions = {1};
  hello.purpose = Purpose::bulk;
  hello.ticket = "ticket";
  peer.writer.hello(hello);
  peer.send();
  settle();
  bulk_engine_side.attach = [&](const std::string&) { link->accept_attached(*post->stream); };
  peer.writer.attach(1, "ticket");
  for (int i = 0; i < 40; ++i) peer.data(1, "");
  peer.send();
  settle();
  EXPECT_TRUE(bulk_engine_side.lost);
  EXPECT_NE(bulk_engine_side.lost_reason.find("too many frames"), std::string::npos)
      << bulk_engine_side.lost_reason;
}

}  // namespace
}  // namespace hawser::channel
