// SPDX-License-Identifier: Apache-2.0
// Frames, the handshake and ids, each rule of schema/README.md broken once: the link is lost with
// the reason, and no other is.
#include <gtest/gtest.h>

#include "link_rules_fixture.h"

namespace hawser::channel {
namespace {

// --- what holds for a frame whatever the state

TEST_F(LinkRules, AnUnknownTypeLosesTheLink) {
  auto peer = raw_connector();
  type_alone(*peer, static_cast<FrameType>(77));
  expect_engine_lost(*peer, "the type is not known");
}

TEST_F(LinkRules, TypeNoneLosesTheLink) {
  auto peer = raw_connector();
  type_alone(*peer, FrameType::none);
  expect_engine_lost(*peer, "the type is not known");
}

TEST_F(LinkRules, StreamZeroIsForTheLinkAlone) {
  for (const FrameType type :
       {FrameType::open, FrameType::head, FrameType::data, FrameType::credit, FrameType::end,
        FrameType::stop, FrameType::reset, FrameType::attach}) {
    auto peer = raw_connector();
    type_alone(*peer, type);
    expect_engine_lost(*peer, "stream 0");
    engine_side.lost = false;
  }
}

TEST_F(LinkRules, TheLinksFramesHaveNoStream) {
  auto peer = raw_connector();
  type_alone(*peer, FrameType::ping, 2);
  expect_engine_lost(*peer, "PING on stream 2: a stream");
}

TEST_F(LinkRules, AHeaderThatIsNoFlatbufferLosesTheLink) {
  auto peer = raw_connector();
  peer->out() += std::string("\x08\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16);
  expect_engine_lost(*peer, "a header that is not a frame's");
}

TEST_F(LinkRules, AFrameWithoutAHeaderLosesTheLink) {
  auto peer = raw_connector();
  peer->out() += std::string(8, '\0');
  expect_engine_lost(*peer, "a frame without a header");
}

TEST_F(LinkRules, AHeaderOverTheLimitLosesTheLinkBeforeItComes) {
  auto peer = raw_connector();
  peer->out() += std::string("\x01\x80\x01\0\0\0\0\0", 8);  // 98,305
  expect_engine_lost(*peer, "a header of more than 96 KiB");
}

TEST_F(LinkRules, APayloadOverARecordLosesTheLinkBeforeItComes) {
  auto peer = raw_connector();
  peer->out() += std::string("\x08\0\0\0\xc1\x3f\0\0", 8);  // 16,321
  expect_engine_lost(*peer, "a payload of more than a record");
}

TEST_F(LinkRules, APayloadBelongsToDataAlone) {
  auto peer = raw_connector();
  peer->custom([](wire::FrameBuilder& frame) { frame.add_type(FrameType::ping); }, "payload");
  expect_engine_lost(*peer, "PING: a payload");
}

TEST_F(LinkRules, AnUnknownFieldIsIgnored) {
  auto peer = raw_connector();
  flatbuffers::FlatBufferBuilder builder;
  const auto start = builder.StartTable();
  builder.AddElement<uint8_t>(wire::Frame::VT_TYPE, static_cast<uint8_t>(FrameType::ping), 0);
  builder.AddElement<uint64_t>(wire::Frame::VT_TOKEN, 5, 0);
  builder.AddElement<uint64_t>(400, 99, 0);
  builder.Finish(flatbuffers::Offset<wire::Frame>(builder.EndTable(start)));
  peer->append(builder);
  peer->send();
  settle();
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
  EXPECT_EQ(peer->heard, "PONG;");
  EXPECT_EQ(peer->last_token, 5u);
}

// --- the greeting

TEST_F(LinkRules, NothingComesBeforeHello) {
  for (const FrameType type : {FrameType::ping, FrameType::drain, FrameType::welcome}) {
    auto peer = raw_connector(false);
    peer->custom([&](wire::FrameBuilder& frame) {
      frame.add_type(type);
      if (type == FrameType::welcome) frame.add_worker(0);
    });
    expect_engine_lost(*peer, "before HELLO");
    engine_side.lost = false;
  }
}

TEST_F(LinkRules, AConnectorSendsNothingBetweenHelloAndWelcome) {
  engine_side.answer_hello = false;
  auto peer = raw_connector(false);
  Hello hello;
  hello.versions = {1};
  peer->writer.hello(hello);
  open_raw(*peer, 2);
  expect_engine_lost(*peer, "OPEN on stream 2: before WELCOME");
}

TEST_F(LinkRules, AnEngineSendsNothingBeforeWelcome) {
  auto pipe = test::MemoryPipe::make(loop);
  connector = Link::make(std::move(pipe.b), connector_side, connector_budget, connector_options);
  RawPeer peer(loop, std::move(pipe.a));
  connector->send_hello({});
  peer.writer.ping(1);
  expect_connector_lost(peer, "PING: before WELCOME");
}

TEST_F(LinkRules, ASecondHelloLosesTheLink) {
  auto peer = raw_connector();
  Hello hello;
  hello.versions = {1};
  peer->writer.hello(hello);
  expect_engine_lost(*peer, "HELLO: a second greeting");
}

TEST_F(LinkRules, HelloWithoutAVersionLosesTheLink) {
  auto peer = raw_connector(false);
  type_alone(*peer, FrameType::hello);
  expect_engine_lost(*peer, "HELLO: no version");
}

TEST_F(LinkRules, ABulkChannelNeedsATicket) {
  auto peer = raw_connector(false);
  Hello hello;
  hello.versions = {1};
  hello.purpose = Purpose::bulk;
  peer->writer.hello(hello);
  expect_engine_lost(*peer, "a ticket belongs to a bulk channel");
}

TEST_F(LinkRules, AWelcomeMayOnlyTakeAnOfferedVersion) {
  auto pipe = test::MemoryPipe::make(loop);
  connector = Link::make(std::move(pipe.b), connector_side, connector_budget, connector_options);
  RawPeer peer(loop, std::move(pipe.a));
  connector->send_hello({});
  Welcome welcome;
  welcome.version = 9;
  peer.writer.welcome(welcome);
  expect_connector_lost(peer, "a version that was not offered");
}

// --- streams

TEST_F(LinkRules, AnIdOfTheOtherSideLosesTheLink) {
  auto peer = raw_connector();
  open_raw(*peer, 1);
  expect_engine_lost(*peer, "OPEN on stream 1: an id of the other side's");
}

TEST_F(LinkRules, AUsedIdLosesTheLink) {
  auto peer = raw_connector();
  open_raw(*peer, 4);
  open_raw(*peer, 4);
  expect_engine_lost(*peer, "OPEN on stream 4: an id that was used");
}

TEST_F(LinkRules, AnIdBelowAUsedOneLosesTheLink) {
  auto peer = raw_connector();
  open_raw(*peer, 4);
  open_raw(*peer, 2);
  expect_engine_lost(*peer, "an id that was used");
}

TEST_F(LinkRules, FramesOfAStreamThatWasNeverOpenedLoseTheLink) {
  for (const uint32_t id : {1u, 2u}) {
    auto peer = raw_connector();
    peer->writer.stop(id);
    expect_engine_lost(*peer, "a stream that was never opened");
    engine_side.lost = false;
  }
}

TEST_F(LinkRules, OpensAboveTheLimitLoseTheLink) {
  engine_side.welcome.stream_limit = 10;
  auto peer = raw_connector();
  for (uint32_t i = 1; i <= 10; ++i) open_raw(*peer, 2 * i);
  peer->send();
  settle();
  EXPECT_FALSE(engine_side.lost);
  EXPECT_EQ(engine->open_streams(), 10u);
  open_raw(*peer, 22);
  expect_engine_lost(*peer, "more streams than the limit");
}

TEST_F(LinkRules, AHundredThousandOpensLoseTheLinkAtTheLimit) {
  auto peer = raw_connector();
  for (uint32_t i = 1; i <= 100'000; ++i) open_raw(*peer, 2 * i);
  expect_engine_lost(*peer, "more streams than the limit");
  EXPECT_EQ(engine_side.streams.size(), 1000u);
}

}  // namespace
}  // namespace hawser::channel
