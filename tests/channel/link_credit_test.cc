// SPDX-License-Identifier: Apache-2.0
// Back-pressure: who holds what, who waits for whom, and who does not.
#include <gtest/gtest.h>

#include "link_fixture.h"

namespace hawser::channel {
namespace {

class LinkCredit : public LinkTest {
 public:
  // Each answer is `bytes` long.
  void serve_large(size_t bytes) {
    connector_side.serve = [bytes](RecordingStream& stream) {
      stream.stream->send_head(response_head(), false, false, false);
      stream.piece_bytes = data_payload_limit_bytes;
      stream.send_body(pattern(bytes));
    };
  }
};

TEST_F(LinkCredit, ASlowStreamHoldsItsWindowAndNoMoreWhileOthersFlow) {
  establish();
  serve_large(2_MiB);
  auto slow = open(*engine, request_head(), open_info());
  slow->hold = true;
  auto fast = open(*engine, request_head(), open_info());
  ASSERT_TRUE(test::run_until(loop, [&] { return fast->over(); }));
  EXPECT_EQ(fast->body.size(), 2_MiB);
  EXPECT_EQ(slow->body.size(), 16_KiB);
  EXPECT_EQ(slow->stream->held_bytes(), 16_KiB);
  EXPECT_EQ(slow->stream->receive_window_bytes(), 16_KiB);
  EXPECT_EQ(engine_budget.used_bytes(), 16_KiB);
  EXPECT_LE(connector_side.stream(1).sent - slow->body.size(), 64_KiB);  // its sender's queue
  slow->hold = false;
  slow->release_held();
  ASSERT_TRUE(test::run_until(loop, [&] { return slow->over(); }));
  EXPECT_EQ(slow->body, pattern(2_MiB));
}

TEST_F(LinkCredit, AWindowGrowsToItsLimitWhileItsReceiverDrains) {
  establish();
  serve_large(8_MiB);
  auto get = open(*engine, request_head(), open_info());
  size_t largest = 0;
  get->react = [&](std::string_view event) {
    if (event == "data") largest = std::max(largest, get->stream->receive_window_bytes());
  };
  ASSERT_TRUE(test::run_until(loop, [&] { return get->over(); }));
  EXPECT_EQ(largest, 1_MiB);
  EXPECT_EQ(get->body, pattern(8_MiB));
}

TEST_F(LinkCredit, WithoutBudgetNothingIsOpened) {
  establish();
  ASSERT_TRUE(engine_budget.take(64_MiB - 4_KiB + 1));
  EXPECT_FALSE(engine->can_open());
  EXPECT_EQ(open(*engine, request_head(), open_info()), nullptr);
  engine_budget.give_back(64_MiB - 4_KiB + 1);
  EXPECT_TRUE(engine->can_open());
}

TEST_F(LinkCredit, AShareThatIsUsedUpRefusesItsOwnSessionAlone) {
  establish();
  core::Budget share(20_KiB);
  auto first = open(*engine, request_head(), open_info(), &share);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(open(*engine, request_head(), open_info(), &share), nullptr);
  EXPECT_NE(open(*engine, request_head(), open_info()), nullptr);
  engine->close("done");
  EXPECT_EQ(share.used_bytes(), 0u);
}

TEST_F(LinkCredit, ABodyIsNotWantedWithoutBudget) {
  establish();
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
  settle();
  ASSERT_TRUE(connector_budget.take(64_MiB));
  EXPECT_FALSE(connector_side.stream(1).stream->want_body());
  connector_budget.give_back(64_MiB);
  EXPECT_TRUE(connector_side.stream(1).stream->want_body());
  settle();
  EXPECT_EQ(post->events, "wanted;");
}

TEST_F(LinkCredit, AShortBodyTakesNoMoreThanItsLength) {
  establish();
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::known, 100));
  settle();
  EXPECT_TRUE(connector_side.stream(1).stream->want_body());
  EXPECT_EQ(connector_budget.used_bytes(), 100u);
  post->send_body(pattern(100));
  settle();
  EXPECT_EQ(connector_side.stream(1).body, pattern(100));
}

TEST_F(LinkCredit, AStreamIsFinishedOnlyWhenItsBytesAreConsumed) {
  establish();
  serve_large(1000);
  auto get = open(*engine, request_head(), open_info());
  get->hold = true;
  settle();
  EXPECT_EQ(get->events, "head 200;end;");
  EXPECT_EQ(engine_budget.used_bytes(), 1000u);
  EXPECT_EQ(connector->open_streams(), 0u);
  get->release_held();
  settle();
  EXPECT_EQ(get->events, "head 200;end;finished;");
  EXPECT_EQ(engine_budget.used_bytes(), 0u);
}

TEST_F(LinkCredit, StreamsWhoseBytesWaitDoNotCountAgainstThePeersLimit) {
  connector_options.stream_limit = 2;
  Hello hello;
  hello.stream_limit = 2;
  establish(SIZE_MAX, hello);
  connector_side.serve = [](RecordingStream& stream) {
    stream.hold = true;
    stream.stream->want_body();
    stream.stream->send_head(response_head(), false, false, true);
  };
  for (int i = 0; i < 6; ++i) {
    auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
    ASSERT_NE(post, nullptr) << i;
    post->send_body("kept for long");
    settle();
    EXPECT_EQ(post->events, "wanted;head 200;end;finished;");
  }
  EXPECT_EQ(connector->open_streams(), 6u);
  EXPECT_FALSE(connector_side.lost) << connector_side.lost_reason;
}

TEST_F(LinkCredit, ThePeersLimitIsKept) {
  Hello hello;
  hello.stream_limit = 2;
  establish(SIZE_MAX, hello);
  auto first = open(*engine, request_head(), open_info());
  open(*engine, request_head(), open_info());
  EXPECT_FALSE(engine->can_open());
  EXPECT_EQ(open(*engine, request_head(), open_info()), nullptr);
  first->stream->reset({});
  EXPECT_TRUE(engine->can_open());
  open(*engine, request_head(), open_info());
  settle();
  EXPECT_FALSE(connector_side.lost) << connector_side.lost_reason;
}

TEST_F(LinkCredit, CreditInHelloLetsARequestsBodyFollowAtOnce) {
  Hello hello;
  hello.initial_request_credit_bytes = 8192;
  establish(SIZE_MAX, hello);
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::known, 5000));
  EXPECT_EQ(post->stream->sendable_bytes(), 8192u);
  post->send_body(pattern(5000));
  settle();
  EXPECT_EQ(connector_side.stream(1).body, pattern(5000));
  EXPECT_TRUE(connector_side.stream(1).stream->want_body());
}

TEST_F(LinkCredit, CreditInHelloIsTakenFromTheBudgetOrTheRequestIsRefusedUntouched) {
  Hello hello;
  hello.initial_request_credit_bytes = 8192;
  establish(SIZE_MAX, hello);
  ASSERT_TRUE(connector_budget.take(64_MiB));
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::known, 9000));
  settle();
  EXPECT_EQ(post->events, "reset budget_exhausted untouched;");
  EXPECT_TRUE(connector_side.streams.empty());
  connector_budget.give_back(64_MiB);
}

TEST_F(LinkCredit, ReadyStreamsTakeTurnsOneRecordEach) {
  auto peer = raw_engine();
  serve_large(100'000);
  for (uint32_t id = 1; id <= 5; id += 2) {
    ASSERT_TRUE(peer->writer.open(id, request_head(), open_info(), 1'000'000));
  }
  peer->send();
  settle();
  const size_t heads = peer->heard.find("DATA");
  EXPECT_TRUE(peer->heard.substr(heads).starts_with(
      "DATA 1 16320;DATA 3 16320;DATA 5 16320;DATA 1 16320;DATA 3 16320;"))
      << peer->heard;
  EXPECT_EQ(peer->payload_bytes[1], 100'000u);
  EXPECT_EQ(peer->payload_bytes[5], 100'000u);
}

TEST_F(LinkCredit, ControlFramesOvertakeBodies) {
  auto peer = raw_engine();
  serve_large(10_MiB);
  ASSERT_TRUE(peer->writer.open(1, request_head(), open_info(), 10'000'000));
  peer->send();
  connector_end->hold_output(true);
  settle();
  EXPECT_LE(connector_end->unsent_bytes(), 64_KiB + 17_KiB);
  peer->writer.ping(5);
  ASSERT_TRUE(peer->writer.open(3, request_head(), open_info(), 0));
  peer->send();
  settle();
  connector_end->hold_output(false);
  loop.turn(false);
  const size_t head = peer->heard.find("HEAD 3;");
  const size_t pong = peer->heard.find("PONG;");
  ASSERT_NE(head, std::string::npos);
  ASSERT_NE(pong, std::string::npos);
  // Behind what the transport had taken already, and nothing else.
  size_t before = 0;
  for (size_t at = peer->heard.find("DATA"); at < head; at = peer->heard.find("DATA", at + 1))
    ++before;
  EXPECT_LE(before, 6u);
}

TEST_F(LinkCredit, NothingIsPulledWhileTheTransportIsFull) {
  establish();
  serve_large(10_MiB);
  connector_end->hold_output(true);
  auto get = open(*engine, request_head(), open_info());
  settle();
  EXPECT_LE(connector_end->unsent_bytes(), 64_KiB + 17_KiB);
  connector_end->hold_output(false);
  ASSERT_TRUE(test::run_until(loop, [&] { return get->over(); }));
  EXPECT_EQ(get->body.size(), 10_MiB);
}

TEST_F(LinkCredit, AStreamsQueueIsBounded) {
  auto peer = raw_engine();
  connector_end->hold_output(true);
  ASSERT_TRUE(peer->writer.open(1, request_head(), open_info(), 10'000'000));
  ASSERT_TRUE(peer->writer.open(3, request_head(), open_info(), 10'000'000));
  peer->send();
  serve_large(1_MiB);
  settle();
  for (const uint32_t id : {1u, 3u}) {
    EXPECT_LE(connector_side.stream(id).sent, 64_KiB + 64_KiB + 17_KiB);
    EXPECT_LT(connector_side.stream(id).stream->sendable_bytes(), 64_KiB);
  }
  connector_end->hold_output(false);
  settle(30);
  EXPECT_EQ(peer->payload_bytes[1], 1_MiB);
}

TEST_F(LinkCredit, AnEngineThatNeverReadsItsClientsStillAnswersPings) {
  auto peer = raw_engine();
  connector_side.serve = [](RecordingStream& stream) {
    stream.hold = true;
    stream.stream->want_body();
  };
  for (uint32_t id = 1; id <= 199; id += 2) {
    ASSERT_TRUE(peer->writer.open(id, request_head("POST"), open_info(BodyKind::unknown), 0));
  }
  peer->send();
  settle();
  for (uint32_t id = 1; id <= 199; id += 2) {
    EXPECT_EQ(peer->credits[id], 16_KiB);
    peer->data(id, pattern(16_KiB - 64));
  }
  peer->writer.ping(77);
  peer->send();
  settle();
  EXPECT_EQ(peer->last_token, 77u);
  EXPECT_FALSE(connector_end->reads_paused());
  EXPECT_EQ(connector_budget.used_bytes(), 100 * 16_KiB);
}

TEST_F(LinkCredit, ALargeSliceTravelsInItsOwnBlock) {
  establish();
  connector_side.serve = [](RecordingStream& stream) { stream.stream->want_body(); };
  auto put = open(*engine, request_head("PUT"), open_info(BodyKind::unknown));
  settle();
  auto& served = connector_side.stream(1);
  served.hold = true;
  core::ByteChain body;
  body.append_copy(loop.blocks(), pattern(16'320));
  const core::Block* block = body.front().block().get();
  put->stream->send_data(std::move(body));
  settle();
  ASSERT_EQ(served.held.size(), 16'320u);
  EXPECT_EQ(served.held.front().block().get(), block);
  served.release_held();
}

TEST_F(LinkCredit, SlicesOfEverySizeArriveInOrder) {
  establish();
  connector_side.serve = [](RecordingStream& stream) { stream.stream->want_body(); };
  std::mt19937_64 random(test::test_seed());
  auto put = open(*engine, request_head("PUT"), open_info(BodyKind::unknown));
  settle();
  const std::string text = pattern(3_MiB);
  core::ByteChain all;
  for (size_t at = 0; at < text.size();) {
    const size_t n =
        std::min<size_t>(1 + random() % (random() % 3 == 0 ? 16'384 : 300), text.size() - at);
    core::ByteChain piece;
    piece.append_copy(loop.blocks(), std::string_view(text).substr(at, n));
    all.append(std::move(piece));
    at += n;
  }
  while (!all.empty()) {
    const size_t n = std::min(put->stream->sendable_bytes(), all.size());
    if (n > 0) put->stream->send_data(all.split_front(n));
    loop.turn(false);
  }
  put->stream->send_end({});
  settle();
  EXPECT_EQ(connector_side.stream(1).body, text);
  EXPECT_EQ(connector_side.stream(1).events, "end;");
}

}  // namespace
}  // namespace hawser::channel
