// SPDX-License-Identifier: Apache-2.0
// Bodies, credit and ends, each rule of schema/README.md broken once: the link is lost with the
// reason, and no other is.
#include <gtest/gtest.h>

#include "link_rules_fixture.h"

namespace hawser::channel {
namespace {

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

}  // namespace
}  // namespace hawser::channel
