// SPDX-License-Identifier: Apache-2.0
// An HTTP/2 connection as a whole: its beginning, its end, and frames that belong to none.
#include "http/h2_session.h"

#include <random>

#include "http/h2_fixture.h"

namespace hawser::test {
namespace {

TEST(H2Session, BeginsWithSettingsAndAcknowledgesTheClients) {
  H2Pair pair;
  EXPECT_FALSE(pair.settled);
  pair.open();
  EXPECT_TRUE(pair.settled);
  EXPECT_EQ(pair.saw("SETTINGS"), (std::vector<std::string>{"SETTINGS", "SETTINGS ack"}));
}

TEST(H2Session, AnswersAtEveryCut) {
  for (const size_t cut : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{31}, SIZE_MAX}) {
    H2Pair pair({.cut = cut});
    pair.open();
    pair.send(headers(1, get_of("/a")) + headers(3, post_of(), 0) + ping());
    pair.send(data(3, "content", end_stream));
    EXPECT_TRUE(run_until(pair.loop, [&] { return pair.content_of(3) == "ok"; }));
    EXPECT_EQ(pair.content_of(1), "ok");
    EXPECT_EQ(pair.taken[1]->body, "content");
    EXPECT_EQ(pair.saw("PING ack").size(), 1u);
  }
}

TEST(H2Session, AnswersPingsAndIgnoresPrioritiesAndUnknownFrames) {
  H2Pair pair;
  pair.open();
  pair.send(ping() + frame(NGHTTP2_PRIORITY, 0, 5, std::string("\0\0\0\x05\x10", 5)) +
            frame(0xfa, 0xff, 0, "grease") + frame(0x10, 0, 0, u32(1) + "u=1"));
  pair.send(headers(1, get_of()));
  EXPECT_EQ(pair.saw("PING ack").size(), 1u);
  EXPECT_EQ(pair.content_of(1), "ok");
  EXPECT_EQ(pair.cut, "");
}

// Each is a connection error (RFC 9113 5.1, 6).
TEST(H2Session, BreachesOfTheConnectionsRulesEndIt) {
  const std::pair<const char*, std::string> breaches[] = {
      {"DATA on stream 0", data(0, "x")},
      {"DATA on an idle stream", data(1, "x")},
      {"HEADERS on an even stream", headers(2, get_of())},
      {"HEADERS on stream 0", headers(0, get_of())},
      {"CONTINUATION alone", frame(NGHTTP2_CONTINUATION, end_headers, 1, block_of(get_of()))},
      {"another frame inside a head",
       frame(NGHTTP2_HEADERS, end_stream, 1, block_of(get_of())) + ping()},
      {"SETTINGS on a stream", frame(NGHTTP2_SETTINGS, 0, 1)},
      {"SETTINGS of five octets", frame(NGHTTP2_SETTINGS, 0, 0, "12345")},
      {"an initial window that is too large",
       settings(setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0x80000000))},
      {"a frame size that is too small", settings(setting(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, 1))},
      {"PUSH_PROMISE", frame(NGHTTP2_PUSH_PROMISE, end_headers, 1, u32(2) + block_of(get_of()))},
      {"PING of seven octets", frame(NGHTTP2_PING, 0, 0, "1234567")},
      {"a window that overflows", window_update(0, 0x7fffffff)},
      {"a window update of 0", window_update(0, 0)},
      {"RST_STREAM on an idle stream", rst(1)},
      {"a frame that is too long", data(1, std::string(16'385, 'x'))},
      {"padding longer than its frame", headers(1, post_of(), 0) + data(1, "\xffx", padded)},
      {"a table index that is not there",
       frame(NGHTTP2_HEADERS, end_stream | end_headers, 1, "\xff\xff\xff\x7f")},
      {"an acknowledgement of no SETTINGS", settings_ack()},
  };
  for (const auto& [what, frames] : breaches) {
    SCOPED_TRACE(what);
    H2Pair pair;
    pair.open().send(frames);
    EXPECT_EQ(pair.cut, "protocol_error");
    EXPECT_EQ(pair.saw("GOAWAY").size(), 1u);
  }
}

TEST(H2Session, WhatIsNotHttp2IsCut) {
  H2Pair pair;
  pair.send("GET / HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
  EXPECT_EQ(pair.cut, "protocol_error");
}

TEST(H2Session, EndsInTwoStepsAndFinishesWhatIsOpen) {
  H2Pair pair({.answer = false});
  pair.open().send(headers(1, get_of()));
  pair.session().begin_shutdown();
  pair.settle_more();
  EXPECT_EQ(pair.saw("GOAWAY"), std::vector<std::string>{"GOAWAY 2147483647 NO_ERROR"});
  pair.send(headers(3, get_of()));
  EXPECT_EQ(pair.taken.size(), 2u) << "it was on its way";
  pair.send(frame(NGHTTP2_PING, ack, 0, std::string(8, '\0')));
  EXPECT_EQ(pair.shutdowns_seen, 1);
  pair.session().refuse_new_streams();
  pair.settle_more();
  EXPECT_EQ(pair.saw("GOAWAY").back(), "GOAWAY 3 NO_ERROR");
  pair.send(headers(5, get_of()));
  EXPECT_EQ(pair.taken.size(), 2u);
  for (const auto& taken : pair.taken) taken->answer(200, "last", pair.loop.blocks());
  pair.settle_more();
  EXPECT_EQ(pair.content_of(1), "last");
  EXPECT_EQ(pair.content_of(3), "last");
  EXPECT_EQ(pair.session().open_streams(), 0u);
}

TEST(H2Session, EveryStreamHearsThatTheConnectionIsGone) {
  H2Pair pair({.answer = false});
  pair.open().send(headers(1, get_of()) + headers(3, post_of(), 0));
  pair.session().on_gone("broken");
  for (const auto& taken : pair.taken) {
    EXPECT_EQ(taken->over, "client_gone");
    EXPECT_EQ(taken->over_reason, "broken");
  }
}

TEST(H2Session, RandomBytesEndItAndNothingElse) {
  std::mt19937 random(static_cast<uint32_t>(test_seed()));
  for (int round = 0; round < 200; ++round) {
    H2Pair pair;
    pair.open();
    std::string noise(2'000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    // Half of the rounds are frames of a known type with random contents.
    if (round % 2 == 0)
      noise = frame(static_cast<uint8_t>(random() % 11), static_cast<uint8_t>(random()),
                    random() % 8, noise.substr(0, random() % 100)) +
              noise;
    pair.send(noise);
  }
}

}  // namespace
}  // namespace hawser::test
