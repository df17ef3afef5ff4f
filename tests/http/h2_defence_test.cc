// SPDX-License-Identifier: Apache-2.0
// What one client may do on an HTTP/2 connection, and what ends it.
#include "http/h2_defence.h"

#include "http/h2_fixture.h"

namespace hawser::test {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// The connection was ended for this, with the code that says why.
void expect_cut(H2Pair& pair, const std::string& cause,
                const std::string& code = "ENHANCE_YOUR_CALM") {
  EXPECT_EQ(pair.cut, cause);
  const auto goaways = pair.saw("GOAWAY");
  ASSERT_EQ(goaways.size(), 1u);
  EXPECT_TRUE(goaways[0].ends_with(code)) << goaways[0];
}

TEST(RateBucket, GivesSoManyAtOnceAndSoManyMoreInTenSeconds) {
  http::RateBucket bucket;
  const auto taken_at = [&](uint64_t now_ms) {
    int taken = 0;
    while (bucket.take(10, now_ms)) ++taken;
    return taken;
  };
  EXPECT_EQ(taken_at(5'000'000), 10);
  EXPECT_EQ(taken_at(5'000'999), 0);
  EXPECT_EQ(taken_at(5'001'000), 1);
  EXPECT_EQ(taken_at(5'006'000), 5);
  EXPECT_EQ(taken_at(9'000'000), 10);
}

// Each is allowed as often as the limit says, and ends the connection the next time.
struct Flood {
  const char* cause;
  std::string frames;  // one event
  int allowed;
  http::H2Limits limits;
  std::string before = {};
};
void PrintTo(const Flood& flood, std::ostream* out) { *out << flood.cause; }

http::H2Limits only(uint32_t http::H2Limits::*limit, uint32_t value) {
  http::H2Limits limits;
  limits.*limit = value;
  return limits;
}

const std::string open_stream = headers(1, post_of(), 0);
const std::string priority = frame(NGHTTP2_PRIORITY, 0, 3, std::string("\0\0\0\0\x10", 5));

const Flood floods[] = {
    // the client's first SETTINGS counts
    {"settings_flood", settings(), 4, only(&http::H2Limits::settings, 5)},
    {"ping_flood", ping(), 5, only(&http::H2Limits::pings, 5)},
    {"window_update_flood", window_update(0, 1), 5, only(&http::H2Limits::window_updates, 5)},
    {"other_frame_flood", priority, 5, only(&http::H2Limits::other_frames, 5)},
    {"empty_frame_flood", data(1, ""), 5, only(&http::H2Limits::empty_frames, 5), open_stream},
    {"empty_frame_flood", data(1, std::string("\x03\0\0\0", 4), padded), 5,
     only(&http::H2Limits::empty_frames, 5), open_stream},
};

class Floods : public testing::TestWithParam<Flood> {};

TEST_P(Floods, AreCutAtTheirLimitAndNotBefore) {
  const Flood& flood = GetParam();
  for (const size_t cut : {SIZE_MAX, size_t{1}, size_t{7}}) {
    H2Pair pair({.h2_limits = flood.limits, .cut = cut, .answer = false});
    pair.open().send(flood.before);
    for (int i = 0; i < flood.allowed; ++i) pair.send(flood.frames);
    pair.settle_more();
    EXPECT_EQ(pair.cut, "");
    pair.send(flood.frames);
    pair.settle_more();
    expect_cut(pair, flood.cause);
  }
}

TEST_P(Floods, AreAllowedWhenTheyComeSlowly) {
  const Flood& flood = GetParam();
  H2Pair pair({.h2_limits = flood.limits, .answer = false});
  pair.open().send(flood.before);
  for (int i = 0; i < 20; ++i) {
    pair.clock.advance_ms(2'000);
    pair.send(flood.frames);
  }
  EXPECT_EQ(pair.cut, "");
}

INSTANTIATE_TEST_SUITE_P(Cases, Floods, testing::ValuesIn(floods));

TEST(H2Defence, StreamsThatAreResetBeforeTheirAnswerAreCounted) {
  H2Pair pair({.h2_limits = only(&http::H2Limits::resets, 10), .answer = false});
  pair.open();
  uint32_t stream = 1;
  for (int i = 0; i < 10; ++i, stream += 2) pair.send(headers(stream, get_of()) + rst(stream));
  EXPECT_EQ(pair.cut, "");
  pair.send(headers(stream, get_of()) + rst(stream));
  expect_cut(pair, "rapid_reset");
}

TEST(H2Defence, AStreamThatIsCancelledWhileItIsAnsweredIsNoRapidReset) {
  H2Pair pair({.h2_limits = only(&http::H2Limits::resets, 1), .answer = false});
  pair.on_taken = [](H2Taken& taken) {
    message::ResponseHead head;
    head.status = 200;
    head.body_length = message::BodyLength::unknown();
    taken.stream->send_head(head, message::Method::get);
  };
  pair.open();
  for (uint32_t stream = 1; stream < 100; stream += 2) {
    pair.send(headers(stream, get_of()));
    pair.send(rst(stream));
  }
  EXPECT_EQ(pair.cut, "");
  EXPECT_EQ(pair.taken.size(), 50u);
}

TEST(H2Defence, StreamsThatWeHaveToResetAreCountedWhateverTheFault) {
  const std::string faults[] = {
      headers(1, {{":method", "GET"}}),                                      // malformed
      headers(1, post_of(), 0) + data(1, "beyond"),                          // no window for it
      headers(1, post_of(), 0) + repeated(window_update(1, 0x7fffffff), 2),  // window overflow
      headers(1, post_of({{"content-length", "1"}}), 0) + data(1, "", end_stream),
  };
  for (const std::string& fault : faults) {
    H2Pair pair({.h2_limits = only(&http::H2Limits::errors, 5), .answer = false});
    pair.on_taken = [](H2Taken& taken) { taken.stream->allow_body(0); };
    pair.open();
    uint32_t stream = 1;
    for (int i = 0; i < 6; ++i, stream += 2) {
      EXPECT_EQ(pair.cut, "") << i;
      std::string sent = fault;
      // the stream's number stands behind each frame's length, type and flags
      for (size_t at = 0; at < sent.size();) {
        const auto size = static_cast<size_t>(static_cast<uint8_t>(sent[at + 1]) * 256 +
                                              static_cast<uint8_t>(sent[at + 2]));
        sent.replace(at + 5, 4, u32(stream));
        at += 9 + size;
      }
      pair.send(sent);
    }
    EXPECT_EQ(pair.cut, "stream_errors");
  }
}

// However the bytes are cut.
TEST(H2Defence, TooManyContinuationsOfOneHeadEndTheConnection) {
  const auto split = [](uint32_t stream, int parts) {
    std::string frames = frame(NGHTTP2_HEADERS, end_stream, stream, block_of(get_of()));
    for (int i = 1; i <= parts; ++i)
      frames += frame(NGHTTP2_CONTINUATION, i == parts ? end_headers : 0, stream, field("x", "1"));
    return frames;
  };
  for (const size_t cut : {size_t{1}, size_t{5}, SIZE_MAX}) {
    H2Pair pair({.h2_limits = only(&http::H2Limits::continuations, 4), .cut = cut});
    pair.open();
    pair.send(split(1, 4));
    EXPECT_EQ(pair.saw("HEADERS 1 :status=200").size(), 1u) << cut;
    pair.send(split(3, 5));
    expect_cut(pair, "continuation_flood");
  }
}

TEST(H2Defence, AHeadThatNeverEndsIsNeitherKeptNorAwaitedForEver) {
  H2Pair pair;
  pair.open();
  EXPECT_FALSE(pair.head_pending);
  pair.send(frame(NGHTTP2_HEADERS, end_stream, 1, block_of(get_of())));
  EXPECT_TRUE(pair.head_pending) << "its deadline is the owner's";
  pair.send(frame(NGHTTP2_CONTINUATION, end_headers, 1));
  EXPECT_FALSE(pair.head_pending);
}

// One field of 4,000 octets goes into the table; each octet that follows names it again.
TEST(H2Defence, AHeaderBombEndsTheConnection) {
  H2Pair pair;
  pair.open();
  const std::string kept =
      "\x40" + hpack_length(1) + "x" + hpack_length(4'000) + std::string(4'000, 'a');
  pair.send(frame(NGHTTP2_HEADERS, end_stream | end_headers, 1,
                  block_of(get_of()) + kept + std::string(8'000, '\xbe')));
  expect_cut(pair, "header_list_bomb");
}

TEST(H2Defence, StreamsAboveTheLimitAreRefusedOrEndTheConnection) {
  H2Pair pair({.h2_limits = only(&http::H2Limits::streams, 3), .answer = false});
  pair.open();
  for (uint32_t stream = 1; stream < 9; stream += 2) pair.send(headers(stream, get_of()));
  EXPECT_EQ(pair.taken.size(), 3u);
  const bool refused = pair.saw("RST_STREAM 7 REFUSED_STREAM").size() == 1;
  EXPECT_TRUE(refused || pair.cut == "protocol_error");
}

TEST(H2Defence, AnswersThatNobodyReadsEndTheConnection) {
  H2Pair pair({.h2_limits = only(&http::H2Limits::pings, 100'000)});
  pair.open(setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1'000'000));
  pair.send(window_update(0, 1'000'000) + headers(1, get_of()));
  pair.stall(true);
  for (int i = 0; i < 500 && pair.cut.empty(); ++i) pair.send(repeated(ping(), 20));
  EXPECT_EQ(pair.cut, "unread_answers");
}

TEST(H2Defence, WindowUpdatesForWhatWeSentAreNoFlood) {
  H2Pair pair({.h2_limits = only(&http::H2Limits::window_updates, 1), .answer = false});
  pair.open().send(headers(1, get_of()));
  message::ResponseHead head;
  head.status = 200;
  head.body_length = message::BodyLength::unknown();
  pair.taken[0]->stream->send_head(head, message::Method::get);
  for (int i = 0; i < 50; ++i) {
    pair.taken[0]->stream->send_body(chain_of(pair.loop.blocks(), std::string(1000, 'a')));
    pair.settle_more();
    pair.send(window_update(0, 1000) + window_update(1, 1000));
  }
  EXPECT_EQ(pair.cut, "");
  EXPECT_EQ(pair.content_of(1).size(), 50'000u);
}

}  // namespace
}  // namespace hawser::test
