// SPDX-License-Identifier: Apache-2.0
// Each rule of schema/README.md, broken once: the link is lost with the reason, and no other is.
#include <gtest/gtest.h>

#include "link_fixture.h"

namespace hawser::channel {
namespace {

using wire::FrameType;

class LinkRules : public LinkTest {
 public:
  // A second channel of the same engine, which must not notice anything.
  void SetUp() override {
    auto pipe = test::MemoryPipe::make(loop);
    LinkOptions options;
    other_engine = Link::make(std::move(pipe.a), other_side, engine_budget, options);
    options.side = Side::connector;
    other_connector = Link::make(std::move(pipe.b), other_peer, connector_budget, options);
    other_side.link = other_engine.get();
    other_connector->send_hello({});
    settle();
    ASSERT_TRUE(other_engine->established());
  }
  void TearDown() override {
    auto stream = open(*other_engine, request_head(), open_info());
    ASSERT_NE(stream, nullptr);
    other_peer.serve = [](RecordingStream& served) {
      served.stream->send_head(response_head(), false, false, true);
    };
    settle();
    EXPECT_EQ(stream->events, "head 200;end;finished;");
    EXPECT_FALSE(other_side.lost);
    other_engine.reset();
    other_connector.reset();
  }

  void expect_engine_lost(RawPeer& peer, const std::string& reason) {
    peer.send();
    settle();
    EXPECT_TRUE(engine_side.lost) << reason;
    EXPECT_NE(engine_side.lost_reason.find(reason), std::string::npos) << engine_side.lost_reason;
    EXPECT_TRUE(peer.broken);
    EXPECT_EQ(engine->open_streams(), 0u);
    EXPECT_EQ(engine_budget.used_bytes(), 0u);
  }
  void expect_connector_lost(RawPeer& peer, const std::string& reason) {
    peer.send();
    settle();
    EXPECT_TRUE(connector_side.lost) << reason;
    EXPECT_NE(connector_side.lost_reason.find(reason), std::string::npos)
        << connector_side.lost_reason;
    EXPECT_EQ(connector->open_streams(), 0u);
    EXPECT_EQ(connector_budget.used_bytes(), 0u);
  }
  // An exchange that the engine opened, with a request's body when `body`.
  RecordingStream* exchange(BodyKind body = BodyKind::none) {
    auto stream =
        open(*engine, request_head(body == BodyKind::none ? "GET" : "POST"), open_info(body));
    settle();
    return stream;
  }
  void open_raw(RawPeer& peer, uint32_t id, BodyKind body = BodyKind::none, uint64_t bytes = 0) {
    ASSERT_TRUE(peer.writer.open(id, request_head("POST"), open_info(body, bytes), 16384));
  }
  void type_alone(RawPeer& peer, FrameType type, uint32_t stream = 0) {
    peer.custom([&](wire::FrameBuilder& frame) {
      frame.add_type(type);
      if (stream != 0) frame.add_stream(stream);
    });
  }

  RecordingLink other_side{loop};
  RecordingLink other_peer{loop};
  std::unique_ptr<Link> other_engine;
  std::unique_ptr<Link> other_connector;
};

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

TEST_F(LinkRules, DataOverTheCreditLosesTheLink) {
  auto peer = raw_connector();
  auto stream = exchange();
  ASSERT_TRUE(peer->writer.head(1, response_head(), false, false));
  peer->data(1, pattern(16320));
  peer->send();
  stream->hold = true;
  settle();
  ASSERT_FALSE(engine_side.lost);
  peer->data(1, pattern(65));
  expect_engine_lost(*peer, "DATA on stream 1: more bytes than the credit granted");
  EXPECT_EQ(stream->events, "head 200;reset link_lost;");
}

TEST_F(LinkRules, DataNobodyAskedForLosesTheLink) {
  auto peer = raw_connector();
  open_raw(*peer, 2, BodyKind::unknown);
  peer->data(2, "x");
  expect_engine_lost(*peer, "more bytes than the credit granted");
}

TEST_F(LinkRules, DataBeforeTheHeadLosesTheLink) {
  auto peer = raw_connector();
  exchange();
  peer->data(1, "x");
  expect_engine_lost(*peer, "DATA on stream 1: before the final head");
}

TEST_F(LinkRules, EndBeforeTheHeadLosesTheLink) {
  auto peer = raw_connector();
  exchange();
  ASSERT_TRUE(peer->writer.end(1, {}));
  expect_engine_lost(*peer, "END on stream 1: before the final head");
}

TEST_F(LinkRules, ASecondEndLosesTheLink) {
  for (const bool still_open : {true, false}) {
    auto peer = raw_connector();
    exchange(still_open ? BodyKind::unknown : BodyKind::none);
    ASSERT_TRUE(peer->writer.head(1, response_head(), false, false));
    ASSERT_TRUE(peer->writer.end(1, {}));
    ASSERT_TRUE(peer->writer.end(1, {}));
    expect_engine_lost(*peer, "a second end");
    engine_side.lost = false;
  }
}

TEST_F(LinkRules, AnEndOfAStreamThatEndedOnBothSidesLosesTheLink) {
  auto peer = raw_connector();
  auto stream = exchange();
  ASSERT_TRUE(peer->writer.head(1, response_head(), false, true));
  peer->send();
  settle();
  ASSERT_EQ(stream->events, "head 200;end;finished;");
  ASSERT_TRUE(peer->writer.end(1, {}));
  expect_engine_lost(*peer, "END on stream 1: a stream that has ended");
}

TEST_F(LinkRules, DataAfterTheEndLosesTheLink) {
  auto peer = raw_connector();
  exchange(BodyKind::unknown);
  ASSERT_TRUE(peer->writer.head(1, response_head(), false, true));
  peer->data(1, "x");
  expect_engine_lost(*peer, "DATA on stream 1: after the end");
}

TEST_F(LinkRules, AHeadAfterTheFinalHeadLosesTheLink) {
  auto peer = raw_connector();
  exchange();
  ASSERT_TRUE(peer->writer.head(1, response_head(), false, false));
  ASSERT_TRUE(peer->writer.head(1, response_head(), false, false));
  expect_engine_lost(*peer, "HEAD on stream 1: after the final head");
}

TEST_F(LinkRules, AHeadFromTheOpenerLosesTheLink) {
  auto peer = raw_connector();
  open_raw(*peer, 2);
  ASSERT_TRUE(peer->writer.head(2, response_head(), false, false));
  expect_engine_lost(*peer, "from the side that opened the stream");
}

TEST_F(LinkRules, MoreThanEightInterimHeadsLoseTheLink) {
  auto peer = raw_connector();
  exchange();
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(peer->writer.head(1, response_head(103), false, false));
  }
  peer->send();
  settle();
  EXPECT_FALSE(engine_side.lost);
  ASSERT_TRUE(peer->writer.head(1, response_head(103), false, false));
  expect_engine_lost(*peer, "more than 8 interim heads");
}

TEST_F(LinkRules, AnInterimHeadThatSaysToBeFinalLosesTheLink) {
  auto peer = raw_connector();
  exchange();
  peer->custom([](wire::FrameBuilder& frame) {
    frame.add_type(FrameType::head);
    frame.add_stream(1);
    frame.add_status(103);
  });
  expect_engine_lost(*peer, "a status and an interim flag that disagree");
}

TEST_F(LinkRules, ABodyLongerThanAnnouncedLosesTheLink) {
  auto peer = raw_connector();
  exchange();
  message::ResponseHead head = response_head();
  head.body_length = message::BodyLength::known(3);
  ASSERT_TRUE(peer->writer.head(1, head, false, false));
  peer->data(1, "four");
  expect_engine_lost(*peer, "more bytes than the head announced");
}

TEST_F(LinkRules, ABodyShorterThanAnnouncedLosesTheLink) {
  for (const bool by_flag : {true, false}) {
    auto peer = raw_connector();
    exchange();
    message::ResponseHead head = response_head();
    head.body_length = message::BodyLength::known(5);
    ASSERT_TRUE(peer->writer.head(1, head, false, false));
    peer->data(1, "four", by_flag);
    ASSERT_TRUE(peer->writer.end(1, {}));
    expect_engine_lost(*peer, "fewer bytes than the head announced");
    engine_side.lost = false;
  }
}

TEST_F(LinkRules, CreditThatOverflowsLosesTheLink) {
  auto peer = raw_connector();
  exchange(BodyKind::unknown);
  peer->writer.credit(1, credit_limit_bytes, {});
  peer->writer.credit(1, 1, {});
  expect_engine_lost(*peer, "CREDIT on stream 1: more credit than there may be");
}

TEST_F(LinkRules, CreditAboveTheLimitInOneFrameLosesTheLink) {
  auto peer = raw_connector();
  exchange(BodyKind::unknown);
  peer->writer.credit(1, credit_limit_bytes + 1, {});
  expect_engine_lost(*peer, "more credit than there may be");
}

TEST_F(LinkRules, CreditOfNothingLosesTheLink) {
  auto peer = raw_connector();
  exchange(BodyKind::unknown);
  peer->writer.credit(1, 0, {});
  expect_engine_lost(*peer, "nothing granted");
}

TEST_F(LinkRules, ASecondStopLosesTheLink) {
  auto peer = raw_connector();
  exchange(BodyKind::unknown);
  peer->writer.stop(1);
  peer->writer.stop(1);
  expect_engine_lost(*peer, "STOP on stream 1: a second one");
}

TEST_F(LinkRules, AFloodOfEmptyDataLosesTheLink) {
  auto peer = raw_connector();
  exchange();
  ASSERT_TRUE(peer->writer.head(1, response_head(), false, false));
  for (int i = 0; i < 17; ++i) peer->data(1, "");
  expect_engine_lost(*peer, "a flood of empty frames");
}

// --- heads

TEST_F(LinkRules, MoreThanTwoHundredFieldsLoseTheLink) {
  auto peer = raw_connector();
  exchange();
  flatbuffers::FlatBufferBuilder builder;
  const auto text = builder.CreateString("x");  // one string, named 600 times
  const auto fields =
      builder.CreateVector(std::vector<flatbuffers::Offset<flatbuffers::String>>(600, text));
  wire::FrameBuilder frame(builder);
  frame.add_type(FrameType::head);
  frame.add_stream(1);
  frame.add_status(200);
  frame.add_fields(fields);
  builder.Finish(frame.Finish());
  peer->append(builder);
  expect_engine_lost(*peer, "more than 200 fields");
}

TEST_F(LinkRules, AliasedTextIsBoundedByTheSum) {
  auto peer = raw_connector();
  exchange();
  flatbuffers::FlatBufferBuilder builder;
  const auto text = builder.CreateString(std::string(60'000, 'x'));
  const auto fields =
      builder.CreateVector(std::vector<flatbuffers::Offset<flatbuffers::String>>(400, text));
  wire::FrameBuilder frame(builder);
  frame.add_type(FrameType::head);
  frame.add_stream(1);
  frame.add_status(200);
  frame.add_fields(fields);
  builder.Finish(frame.Finish());
  peer->append(builder);
  expect_engine_lost(*peer, "names and values of more than 64 KiB");
}

TEST_F(LinkRules, NothingIsSmuggledInFields) {
  const std::vector<std::vector<std::string>> bad = {{"X A", "b"},
                                                     {"", "b"},
                                                     {"X-A:", "b"},
                                                     {"X-A\r\nX-B", "b"},
                                                     {"X-A", "b\r\nX-B: c"},
                                                     {"X-A", "b\nc"},
                                                     {"X-A", "b\r"},
                                                     {"Transfer-Encoding", "chunked"},
                                                     {"X-A"},
                                                     {"X-A", std::string("b\0c", 3)}};
  for (const auto& texts : bad) {
    auto peer = raw_connector();
    auto stream = exchange();
    flatbuffers::FlatBufferBuilder builder;
    const auto fields = builder.CreateVectorOfStrings(texts);
    wire::FrameBuilder frame(builder);
    frame.add_type(FrameType::head);
    frame.add_stream(1);
    frame.add_status(200);
    frame.add_fields(fields);
    builder.Finish(frame.Finish());
    peer->append(builder);
    expect_engine_lost(*peer, "HEAD on stream 1: ");
    EXPECT_EQ(stream->events, "reset link_lost;") << texts[0];
    engine_side.lost = false;
  }
}

TEST_F(LinkRules, NothingIsSmuggledInARequestsLine) {
  struct Line {
    const char* method;
    const char* scheme;
    const char* authority;
    const char* target;
  };
  const Line bad[] = {{"FETCH", "https", "a", "/"},        {"GET ", "https", "a", "/"},
                      {"GET", "gopher", "a", "/"},         {"GET", "https", "a b", "/"},
                      {"GET", "https", "a", "/ HTTP/1.1"}, {"GET", "https", "a", "/\r\nX: y"},
                      {"GET", "https", "a", "/a/../b"},    {"GET", "https", "a", ""},
                      {"GET", "https", "a", "*"},          {"GET", "https", "a\r\nX: y", "/"},
                      {"CONNECT", "https", "", ""},        {"GET", "https", "a", "http://b/"}};
  for (const Line& line : bad) {
    auto peer = raw_connector();
    flatbuffers::FlatBufferBuilder builder;
    const auto method = builder.CreateString(line.method);
    const auto scheme = builder.CreateString(line.scheme);
    const auto authority = builder.CreateString(line.authority);
    const auto target = builder.CreateString(line.target);
    wire::FrameBuilder frame(builder);
    frame.add_type(FrameType::open);
    frame.add_stream(2);
    frame.add_method(method);
    frame.add_scheme(scheme);
    frame.add_authority(authority);
    frame.add_target(target);
    builder.Finish(frame.Finish());
    peer->append(builder);
    expect_engine_lost(*peer, "OPEN on stream 2: ");
    EXPECT_TRUE(engine_side.streams.empty()) << line.method << line.target;
    engine_side.lost = false;
  }
}

TEST_F(LinkRules, IdsInOpenHoldNoLineEnds) {
  auto peer = raw_connector();
  flatbuffers::FlatBufferBuilder builder;
  const auto method = builder.CreateString("GET");
  const auto target = builder.CreateString("/");
  const auto request_id = builder.CreateString("a\r\nX-Evil: b");
  wire::FrameBuilder frame(builder);
  frame.add_type(FrameType::open);
  frame.add_stream(2);
  frame.add_method(method);
  frame.add_target(target);
  frame.add_request_id(request_id);
  builder.Finish(frame.Finish());
  peer->append(builder);
  expect_engine_lost(*peer, "a text that is too long or holds control characters");
}

// --- rates

TEST_F(LinkRules, AFloodOfResetsLosesTheLink) {
  engine_options.resets_per_second = 10;
  engine_side.welcome.stream_limit = 20;
  auto peer = raw_connector();
  for (uint32_t id = 2; id <= 60; id += 2) {
    open_raw(*peer, id);
    peer->writer.reset(id, {});
  }
  peer->send();
  settle();
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
  open_raw(*peer, 62);
  peer->writer.reset(62, {});
  expect_engine_lost(*peer, "RESET on stream 62: a flood");
}

TEST_F(LinkRules, ResetsInTimeAreNoFlood) {
  engine_options.resets_per_second = 10;
  engine_side.welcome.stream_limit = 20;
  auto peer = raw_connector();
  for (uint32_t id = 2; id <= 600; id += 2) {
    open_raw(*peer, id);
    peer->writer.reset(id, {});
    peer->send();
    settle(2);
    clock.advance_ms(100);
  }
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
}

TEST_F(LinkRules, AllStreamsMayBeResetAtOnce) {
  auto peer = raw_connector();
  for (uint32_t i = 1; i <= 1000; ++i) open_raw(*peer, 2 * i);
  for (uint32_t i = 1; i <= 1000; ++i) peer->writer.reset(2 * i, {});
  peer->send();
  settle();
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
  EXPECT_EQ(engine->open_streams(), 0u);
}

TEST_F(LinkRules, ASecondPingBeforeTheAnswerLosesTheLink) {
  auto peer = raw_connector();
  peer->writer.ping(1);
  peer->writer.ping(2);
  expect_engine_lost(*peer, "PING: a second question");
}

TEST_F(LinkRules, AFloodOfPingsLosesTheLink) {
  auto peer = raw_connector();
  for (uint64_t i = 1; i <= 10; ++i) {
    peer->writer.ping(i);
    peer->send();
    settle(2);
    EXPECT_EQ(peer->last_token, i);
  }
  ASSERT_FALSE(engine_side.lost);
  peer->writer.ping(11);
  expect_engine_lost(*peer, "PING: a flood");
}

TEST_F(LinkRules, AnUnsolicitedPongLosesTheLink) {
  auto peer = raw_connector();
  peer->writer.pong(1);
  expect_engine_lost(*peer, "PONG: an answer that was not asked for");
}

TEST_F(LinkRules, APongWithAnotherTokenLosesTheLink) {
  auto peer = raw_connector();
  engine->ping();
  settle();
  ASSERT_EQ(peer->heard, "PING;");
  peer->writer.pong(peer->last_token + 1);
  expect_engine_lost(*peer, "PONG: an answer that was not asked for");
}

// --- drain, configuration, bulk

TEST_F(LinkRules, AnOpenAfterDrainLosesTheLink) {
  auto peer = raw_connector();
  peer->writer.drain("bye");
  open_raw(*peer, 2);
  expect_engine_lost(*peer, "OPEN on stream 2: after DRAIN");
}

TEST_F(LinkRules, ASecondDrainLosesTheLink) {
  auto peer = raw_connector();
  peer->writer.drain("bye");
  peer->writer.drain("bye");
  expect_engine_lost(*peer, "DRAIN: a second one");
}

TEST_F(LinkRules, AConnectorEndsNoSessions) {
  auto peer = raw_connector();
  peer->writer.session_end(1);
  expect_engine_lost(*peer, "SESSION_END: from a connector");
}

TEST_F(LinkRules, ATicketFromAConnectorLosesTheLink) {
  auto peer = raw_connector();
  exchange(BodyKind::unknown);
  peer->writer.credit(1, 10, "ticket");
  expect_engine_lost(*peer, "a ticket from a connector");
}

TEST_F(LinkRules, AttachOnASharedChannelLosesTheLink) {
  auto peer = raw_connector();
  peer->writer.attach(1, "ticket");
  expect_engine_lost(*peer, "a ticket on a link that is not bulk");
}

TEST_F(LinkRules, AStreamLeavesOnlyWhenAsked) {
  auto peer = raw_connector();
  exchange(BodyKind::unknown);
  peer->writer.attach(1, {});
  expect_engine_lost(*peer, "a stream that was not asked to leave");
}

TEST_F(LinkRules, AnOpenOnABulkChannelLosesTheLink) {
  Hello hello;
  hello.purpose = Purpose::bulk;
  hello.ticket = "ticket";
  auto peer = raw_connector(true, hello);
  EXPECT_FALSE(engine->can_open());
  open_raw(*peer, 2);
  expect_engine_lost(*peer, "on a bulk link");
}

// --- strays

TEST_F(LinkRules, WhatWasOnItsWayWhenWeResetIsIgnored) {
  auto peer = raw_connector();
  auto stream = exchange(BodyKind::unknown);
  ASSERT_TRUE(peer->writer.head(1, response_head(), false, false));
  peer->data(1, pattern(1000));
  peer->send();
  settle();
  stream->stream->reset({message::ExchangeError::of(message::ErrorCode::client_gone), false});
  ASSERT_TRUE(peer->writer.head(1, response_head(), false, false));
  peer->data(1, pattern(15'384));  // the rest of the credit
  peer->writer.credit(1, 1000, {});
  peer->writer.stop(1);
  ASSERT_TRUE(peer->writer.end(1, {}));
  peer->writer.reset(1, {});
  peer->send();
  settle();
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
  peer->data(1, "x");
  expect_engine_lost(*peer, "DATA on stream 1: a stream that has ended");
}

TEST_F(LinkRules, StraysAreBounded) {
  auto peer = raw_connector();
  auto stream = exchange(BodyKind::unknown);
  stream->stream->reset({});
  for (int i = 0; i < 65; ++i) peer->writer.credit(1, 1, {});
  expect_engine_lost(*peer, "CREDIT on stream 1: a stream that has ended");
}

TEST_F(LinkRules, APeerThatTakesNothingLosesTheLinkAtTheBound) {
  auto peer = raw_connector();
  engine_end->hold_output(true);
  engine_side.serve = [](RecordingStream& stream) {
    message::ResponseHead head = response_head();
    head.fields.add("X-Large", std::string(60'000, 'x'));
    stream.stream->send_head(head, false, false, true);
  };
  for (uint32_t i = 1; i <= 400 && !engine_side.lost; ++i) {
    open_raw(*peer, 2 * i);
    peer->send();
    settle(2);
  }
  EXPECT_TRUE(engine_side.lost);
  EXPECT_EQ(engine_side.lost_reason, "the peer does not take what is sent to it");
}

}  // namespace
}  // namespace hawser::channel
