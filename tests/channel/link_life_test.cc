// SPDX-License-Identifier: Apache-2.0
// A link's life: greeting, silence, drain, hand-over, end.
#include <gtest/gtest.h>

#include "link_fixture.h"

namespace hawser::channel {
namespace {

class LinkLife : public LinkTest {
 public:
  void pass(uint64_t ms) {
    clock.advance_ms(ms);
    settle(4);
  }
};

TEST_F(LinkLife, TheGreetingTellsBothSidesWhatTheyNeed) {
  connect();
  Hello hello;
  hello.boot_id = "boot-c";
  hello.engine_wanted = "e1";
  hello.worker_wanted = 1;
  hello.stream_limit = 50;
  engine_side.welcome.engine_id = "e1";
  engine_side.welcome.channels_wanted = 8;
  connector->send_hello(hello);
  EXPECT_FALSE(connector->established());
  EXPECT_FALSE(connector->can_open());
  settle();
  ASSERT_EQ(engine_side.hellos.size(), 1u);
  EXPECT_EQ(engine_side.hellos[0].boot_id, "boot-c");
  EXPECT_EQ(engine_side.hellos[0].versions, std::vector<uint16_t>{1});
  ASSERT_EQ(connector_side.welcomes.size(), 1u);
  EXPECT_EQ(connector_side.welcomes[0].engine_id, "e1");
  EXPECT_EQ(connector_side.welcomes[0].channels_wanted, 8u);
  EXPECT_EQ(connector_side.welcomes[0].version, 1);
  EXPECT_TRUE(connector->established());
}

TEST_F(LinkLife, AVersionWithoutOverlapIsRefusedWithAClearMessage) {
  connect();
  Hello hello;
  hello.versions = {7, 8};
  connector->send_hello(hello);
  settle();
  EXPECT_EQ(connector_side.lost_reason,
            "the engine refused: no version in common: this engine speaks 1, the connector 7 8");
  EXPECT_EQ(engine_side.lost_reason,
            "no version in common: this engine speaks 1, the connector 7 8");
  EXPECT_TRUE(engine_side.hellos.empty());
}

TEST_F(LinkLife, ANewerConnectorAgreesOnTheOlderVersion) {
  Hello hello;
  hello.versions = {1, 2};
  establish(SIZE_MAX, hello);
  EXPECT_EQ(connector_side.welcomes[0].version, 1);
}

TEST_F(LinkLife, APeerThatDoesNotGreetIsLost) {
  connect();
  connector.reset();
  auto pipe = test::MemoryPipe::make(loop);
  engine = Link::make(std::move(pipe.a), engine_side, engine_budget, engine_options);
  settle();
  engine_side.lost = false;
  pass(9'900);
  EXPECT_FALSE(engine_side.lost);
  pass(200);
  EXPECT_EQ(engine_side.lost_reason, "no HELLO within 10000 ms");
}

TEST_F(LinkLife, AnEngineThatDoesNotWelcomeIsLost) {
  connect();
  engine_side.answer_hello = false;
  connector->send_hello({});
  settle();
  pass(10'100);
  EXPECT_EQ(connector_side.lost_reason, "no WELCOME within 10000 ms");
  EXPECT_EQ(engine_side.lost_reason.find("WELCOME"), std::string::npos);
}

TEST_F(LinkLife, SilenceIsBrokenByPingAndAnyByteIsLife) {
  auto peer = raw_connector();
  pass(9'900);
  EXPECT_EQ(peer->heard, "");
  pass(200);
  EXPECT_EQ(peer->heard, "PING;");
  pass(9'000);
  peer->writer.drain("a byte of anything");
  peer->send();
  settle();
  pass(5'000);
  EXPECT_FALSE(engine_side.lost);
  peer->writer.pong(peer->last_token);
  peer->send();
  settle();
  pass(9'000);
  EXPECT_FALSE(engine_side.lost);
}

TEST_F(LinkLife, APingWithoutAnAnswerMeansDeath) {
  auto peer = raw_connector();
  auto stream = open(*engine, request_head(), open_info());
  pass(10'100);
  ASSERT_TRUE(peer->heard.ends_with("PING;"));
  pass(9'800);
  EXPECT_FALSE(engine_side.lost);
  pass(300);
  EXPECT_EQ(engine_side.lost_reason, "no answer to PING in 10000 ms");
  EXPECT_EQ(stream->events, "reset link_lost;");
}

TEST_F(LinkLife, TwoIdleLinksKeepEachOtherAlive) {
  establish();
  for (int i = 0; i < 60; ++i) pass(5'000);
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
  EXPECT_FALSE(connector_side.lost) << connector_side.lost_reason;
  EXPECT_LT(engine->counters().frames_out, 70u);
}

TEST_F(LinkLife, TrafficNeedsNoPing) {
  auto peer = raw_connector();
  for (uint32_t id = 2; id < 40; id += 2) {
    ASSERT_TRUE(peer->writer.open(id, request_head(), open_info(), 0));
    peer->send();
    pass(5'000);
  }
  EXPECT_EQ(peer->heard.find("PING"), std::string::npos);
}

TEST_F(LinkLife, DrainIsAnsweredAndNothingIsOpenedAfterwards) {
  establish();
  connector_side.serve = [](RecordingStream& stream) {
    stream.stream->send_head(response_head(), false, false, false);
  };
  auto get = open(*engine, request_head(), open_info());
  settle();
  engine->drain("going down");
  engine->drain("twice is once");
  EXPECT_FALSE(engine->can_open());
  settle();
  EXPECT_EQ(connector_side.drain_reason, "going down");
  EXPECT_TRUE(connector->draining());
  EXPECT_FALSE(connector->can_open());
  EXPECT_FALSE(engine_side.drain_reason.empty());
  EXPECT_EQ(engine_side.idles, 0);
  connector_side.stream(1).send_body("the rest still flows");
  settle();
  EXPECT_EQ(get->events, "head 200;end;finished;");
  EXPECT_EQ(engine_side.idles, 1);
  engine->close("drained");
  settle();
  EXPECT_EQ(connector_side.lost_reason, "the peer closed the link");
}

TEST_F(LinkLife, DrainsThatCrossAreFine) {
  establish();
  engine->drain("a");
  connector->drain("b");
  settle();
  EXPECT_EQ(connector_side.drain_reason, "a");
  EXPECT_EQ(engine_side.drain_reason, "b");
  EXPECT_FALSE(engine_side.lost);
}

TEST_F(LinkLife, ALinkThatIsGivenUpTellsItsStreams) {
  establish();
  auto get = open(*engine, request_head(), open_info());
  engine.reset();
  EXPECT_EQ(get->events, "reset link_lost;");
  EXPECT_FALSE(engine_side.lost);
  settle();
  EXPECT_TRUE(connector_side.lost);
}

TEST_F(LinkLife, ASilentCloseTellsItsStreamsAlone) {
  establish();
  auto get = open(*engine, request_head(), open_info());
  engine->close("quietly", true);
  EXPECT_EQ(get->events, "reset link_lost;");
  EXPECT_FALSE(engine_side.lost);
}

TEST_F(LinkLife, ATransportIsHandedOverBetweenTheGreetings) {
  connect();
  engine_side.answer_hello = false;
  Hello hello;
  hello.stream_limit = 5;
  hello.initial_request_credit_bytes = 100;
  connector->send_hello(hello);
  settle();
  ASSERT_EQ(engine_side.hellos.size(), 1u);
  auto transport = engine->release_transport();
  ASSERT_NE(transport, nullptr);
  loop.defer_delete(std::move(engine));
  settle();
  EXPECT_FALSE(engine_side.lost);
  EXPECT_FALSE(connector_side.lost);

  engine_options.hello_received = true;
  engine_options.hello = engine_side.hellos[0];
  engine = Link::make(std::move(transport), engine_side, engine_budget, engine_options);
  engine->send_welcome({});
  settle();
  EXPECT_TRUE(connector->established());
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
  EXPECT_EQ(post->stream->sendable_bytes(), 100u);
  for (int i = 0; i < 4; ++i) EXPECT_NE(open(*engine, request_head(), open_info()), nullptr);
  EXPECT_FALSE(engine->can_open());
  settle();
  EXPECT_FALSE(connector_side.lost) << connector_side.lost_reason;
  engine->close("done");
}

TEST_F(LinkLife, ATransportWithBytesBehindHelloIsNotHandedOver) {
  engine_side.answer_hello = false;
  auto peer = raw_connector(false);
  Hello hello;
  hello.versions = {1};
  peer->writer.hello(hello);
  peer->writer.ping(1);
  peer->send();
  bool released = false;
  class Releaser : public RecordingLink {
   public:
    using RecordingLink::RecordingLink;
    std::function<void()> then;
    void on_hello(const Hello&) override { then(); }
  } releaser(loop);
  auto pipe = test::MemoryPipe::make(loop);
  auto link = Link::make(std::move(pipe.a), releaser, engine_budget, engine_options);
  RawPeer other(loop, std::move(pipe.b));
  releaser.then = [&] { released = link->release_transport() != nullptr; };
  other.writer.hello(hello);
  other.out() += "x";  // the beginning of a frame
  other.send();
  settle();
  EXPECT_FALSE(released);
  EXPECT_EQ(engine->release_transport(), nullptr);  // lost meanwhile
  EXPECT_TRUE(engine_side.lost);
}

TEST_F(LinkLife, AnIdleLinkHoldsNoBlock) {
  establish();
  connector_side.serve = [](RecordingStream& stream) { stream.stream->want_body(); };
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
  post->send_body("small");
  settle();
  connector_side.stream(1).stream->send_head(response_head(), false, false, true);
  settle();
  EXPECT_EQ(loop.blocks().blocks_in_use(), 0u);
}

}  // namespace
}  // namespace hawser::channel
