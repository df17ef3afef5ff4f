// SPDX-License-Identifier: Apache-2.0
// Random bytes, whole or in place of parts of good frames: the link closes cleanly, whatever they
// are. HAWSER_TEST_SEED runs a failure again.
#include <gtest/gtest.h>

#include "link_fixture.h"

namespace hawser::channel {
namespace {

std::string noise(std::mt19937_64& random, size_t bytes) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST_F(LinkTest, AMebibyteOfRandomBytesClosesTheLink) {
  std::mt19937_64 random(test::test_seed());
  auto peer = raw_connector();
  auto stream = open(*engine, request_head(), open_info());
  peer->send_raw(noise(random, 1_MiB));
  settle();
  EXPECT_TRUE(engine_side.lost);
  EXPECT_EQ(stream->events, "reset link_lost;");
}

TEST_F(LinkTest, RandomBytesBeforeHelloCloseTheLink) {
  std::mt19937_64 random(test::test_seed());
  auto peer = raw_connector(false);
  peer->send_raw(noise(random, 1_MiB));
  settle();
  EXPECT_TRUE(engine_side.lost);
}

TEST_F(LinkTest, GoodFramesWithWrongBytesNeverBreakTheProcess) {
  std::mt19937_64 random(test::test_seed());
  std::string good;
  FrameWriter writer(good);
  message::ResponseHead head = response_head();
  head.body_length = message::BodyLength::unknown();
  for (uint32_t i = 1; i <= 5; i += 2) {
    ASSERT_TRUE(writer.head(i, head, false, false));
    const auto data = writer.data(i, false, 100);
    good.append(reinterpret_cast<const char*>(data.data()), data.size());
    good += pattern(100);
    writer.credit(i, 1000, "ticket");
    ASSERT_TRUE(writer.end(i, fields_of({{"A", "b"}})));
  }
  for (uint32_t i = 2; i <= 6; i += 2) {
    ASSERT_TRUE(writer.open(i, request_head("POST"), open_info(BodyKind::unknown), 1000));
    writer.reset(i, {});
  }
  writer.drain("reason");
  int lost = 0;
  for (int round = 0; round < 2000; ++round) {
    engine_side.lost = false;
    auto peer = raw_connector();
    for (int i = 0; i < 3; ++i) open(*engine, request_head("POST"), open_info(BodyKind::unknown));
    std::string bad = good;
    for (uint64_t i = random() % 4 + 1; i > 0; --i)
      bad[random() % bad.size()] = static_cast<char>(random());
    peer->send_raw(bad);
    settle(3);
    lost += engine_side.lost ? 1 : 0;
    engine.reset();
    opened.clear();
  }
  EXPECT_GT(lost, 100);
}

}  // namespace
}  // namespace hawser::channel
