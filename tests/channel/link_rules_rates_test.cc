// SPDX-License-Identifier: Apache-2.0
// Rates, DRAIN and bulk, each rule of schema/README.md broken once: the link is lost with the
// reason, and no other is.
#include <gtest/gtest.h>

#include "link_rules_fixture.h"

namespace hawser::channel {
namespace {

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

TEST_F(LinkRules, WhatWeOpenedMayFailAsOftenAsWeOpenIt) {
  engine_options.resets_per_second = 10;
  engine_side.welcome.stream_limit = 20;
  auto peer = raw_connector();
  for (uint32_t id = 1; id < 200; id += 2) {
    ASSERT_NE(exchange(), nullptr) << id;
    peer->writer.reset(id, {});
    peer->send();
    settle(2);
  }
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
  // But once each: what is over can't fail again.
  for (int i = 0; i < 31; ++i) peer->writer.reset(1, {});
  expect_engine_lost(*peer, "a flood");
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
