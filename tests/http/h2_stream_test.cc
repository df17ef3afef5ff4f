// SPDX-License-Identifier: Apache-2.0
// Content both ways on HTTP/2 streams: windows, lengths, ends.
#include "http/h2_stream.h"

#include "http/h2_fixture.h"

namespace hawser::test {
namespace {

using testing::Test;

FieldPairs upload_of(const std::string& length = {}) {
  return length.empty() ? post_of() : post_of({{"content-length", length}});
}

TEST(H2Stream, ContentIsDeliveredAsItIsAllowedAndNoFurther) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken& taken) { taken.stream->allow_body(0); };
  pair.send(preface() + headers(1, upload_of(), 0) + data(1, "early"));
  EXPECT_EQ(pair.taken[0]->body, "") << "nothing was allowed";
  pair.taken[0]->stream->allow_body(3);
  EXPECT_EQ(pair.taken[0]->body, "ear");
  pair.taken[0]->stream->allow_body(10);
  EXPECT_EQ(pair.taken[0]->body, "early");
  pair.settle_more();
  EXPECT_EQ(pair.saw("WINDOW_UPDATE 1"),
            (std::vector<std::string>{"WINDOW_UPDATE 1 3", "WINDOW_UPDATE 1 10"}));
}

TEST(H2Stream, TheEndIsToldOnlyAfterTheContentBeforeIt) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken&) {};
  pair.send(preface() + headers(1, upload_of(), 0) + data(1, "all", end_stream));
  EXPECT_FALSE(pair.taken[0]->ended);
  pair.taken[0]->stream->allow_body(2);
  EXPECT_FALSE(pair.taken[0]->ended);
  pair.taken[0]->stream->allow_body(1);
  EXPECT_EQ(pair.taken[0]->body, "all");
  EXPECT_TRUE(pair.taken[0]->ended);
}

TEST(H2Stream, ContentBeyondTheWindowResetsItsStreamOnceSettingsAreAcknowledged) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken& taken) { taken.stream->allow_body(10); };
  pair.open().send(headers(1, upload_of(), 0) + data(1, "ten bytes."));
  EXPECT_EQ(pair.taken[0]->body, "ten bytes.");
  pair.send(data(1, "x"));
  EXPECT_EQ(pair.saw("RST_STREAM"), std::vector<std::string>{"RST_STREAM 1 FLOW_CONTROL_ERROR"});
  EXPECT_EQ(pair.taken[0]->over, "bad_request");
}

TEST(H2Stream, WhatComesBeforeOurSettingsAreSeenIsHeldUpTo64KiB) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken&) {};
  pair.send(preface() + headers(1, upload_of(), 0));
  for (int i = 0; i < 4; ++i) pair.send(data(1, std::string(15'000, 'a')));
  EXPECT_EQ(pair.cut, "");
  EXPECT_EQ(pair.taken[0]->body, "");
  pair.taken[0]->stream->allow_body(60'000);
  EXPECT_EQ(pair.taken[0]->body.size(), 60'000u);
}

// A distant client need not wait for each window; what it may send ahead has its room.
TEST(H2Stream, ContentComesAheadOnceItIsAskedForAndMoreWhileItIsTaken) {
  constexpr size_t kibi = 1024;
  H2Pair pair({.answer = false});
  pair.read_ahead = true;
  pair.on_taken = [](H2Taken&) {};
  pair.open().send(headers(1, upload_of(), 0));
  EXPECT_TRUE(pair.saw("WINDOW_UPDATE 1").empty());
  pair.taken[0]->stream->allow_body(10 * kibi);
  pair.settle_more();
  EXPECT_EQ(pair.saw("WINDOW_UPDATE 1"),
            std::vector<std::string>{"WINDOW_UPDATE 1 " + std::to_string(74 * kibi)});
  EXPECT_EQ(pair.room_taken, 64 * kibi);
  for (int i = 0; i < 7; ++i) pair.send(data(1, std::string(10 * kibi, 'a')));
  EXPECT_EQ(pair.taken[0]->body.size(), 10 * kibi) << "and no more than was allowed";
  pair.taken[0]->stream->allow_body(60 * kibi);
  EXPECT_EQ(pair.taken[0]->body.size(), 70 * kibi);
  pair.taken[0]->stream->allow_body(kibi);
  EXPECT_EQ(pair.room_taken, 128 * kibi) << "all of it was taken: twice as much comes ahead";
  pair.send(data(1, "", end_stream));
  EXPECT_EQ(pair.room_taken, 0u);
  EXPECT_TRUE(pair.taken[0]->ended);
}

TEST(H2Stream, NoMoreComesAheadThanContentLengthSays) {
  H2Pair pair({.answer = false});
  pair.read_ahead = true;
  pair.on_taken = [](H2Taken&) {};
  pair.open().send(headers(1, upload_of("5000"), 0));
  pair.taken[0]->stream->allow_body(3000);
  pair.settle_more();
  EXPECT_EQ(pair.saw("WINDOW_UPDATE 1"), std::vector<std::string>{"WINDOW_UPDATE 1 5000"});
}

TEST(H2Stream, WhatIsHeldTakesRoomUntilItIsDeliveredOrDropped) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken&) {};
  pair.send(preface());
  for (uint32_t stream = 1; stream < 9; stream += 2)
    pair.send(headers(stream, upload_of(), 0) + data(stream, "early"));
  EXPECT_EQ(pair.room_taken, 20u);
  pair.taken[0]->stream->allow_body(3);
  EXPECT_EQ(pair.room_taken, 17u);
  pair.taken[1]->stream->stop_body();
  EXPECT_EQ(pair.room_taken, 12u);
  pair.send(rst(5));
  EXPECT_EQ(pair.room_taken, 7u);
  pair.session().on_gone("broken");
  EXPECT_EQ(pair.room_taken, 0u);
}

TEST(H2Stream, WhereThereIsNoRoomTheStreamIsRefusedAndMayBeSentAgain) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken&) {};
  pair.room = 4;
  pair.send(preface() + headers(1, upload_of(), 0) + data(1, "early"));
  EXPECT_EQ(pair.saw("RST_STREAM"), std::vector<std::string>{"RST_STREAM 1 REFUSED_STREAM"});
  EXPECT_EQ(pair.taken[0]->over, "budget_exhausted");
  EXPECT_EQ(pair.room_taken, 0u);
  EXPECT_EQ(pair.cut, "");
}

TEST(H2Stream, MoreThanThatOnManyStreamsEndsTheConnection) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken&) {};
  pair.send(preface());
  for (uint32_t stream = 1; stream < 11; stream += 2)
    pair.send(headers(stream, upload_of(), 0) + data(stream, std::string(15'000, 'a')));
  EXPECT_EQ(pair.cut, "early_data_flood");
  EXPECT_EQ(pair.saw("GOAWAY").size(), 1u);
}

TEST(H2Stream, TheConnectionsWindowIsGivenBackAtOnce) {
  H2Pair pair({.answer = false});
  pair.open();
  for (uint32_t stream = 1; stream < 200; stream += 2) {
    pair.send(headers(stream, upload_of(), 0));
    for (int i = 0; i < 6; ++i) pair.send(data(stream, std::string(16'000, 'a')));
    pair.send(data(stream, "", end_stream));
    ASSERT_TRUE(pair.taken.back()->ended) << stream;
    pair.taken.back()->answer(200, "", pair.loop.blocks());
  }
  EXPECT_EQ(pair.cut, "") << "9.6 MB passed a window of 4 MiB";
}

TEST(H2Stream, PaddingCostsNothingOfTheWindow) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken& taken) { taken.stream->allow_body(5'000); };
  pair.open().send(headers(1, upload_of(), 0));
  std::string sent;
  for (int i = 0; i < 40; ++i) {
    const std::string part(100, static_cast<char>('a' + i % 26));
    pair.send(data(1, std::string(1, '\xff') + part + std::string(255, '\0'), padded));
    sent += part;
  }
  EXPECT_EQ(pair.taken[0]->body, sent);
  EXPECT_EQ(pair.taken[0]->over, "");
}

TEST(H2Stream, ContentMustBeAsLongAsItWasSaidToBe) {
  for (const std::string_view content : {"four", "sixsix"}) {
    H2Pair pair({.answer = false});
    pair.open().send(headers(1, upload_of("5"), 0) + data(1, content, end_stream));
    EXPECT_EQ(pair.saw("RST_STREAM"), std::vector<std::string>{"RST_STREAM 1 PROTOCOL_ERROR"});
    EXPECT_EQ(pair.taken[0]->over, "bad_request");
    EXPECT_FALSE(pair.taken[0]->ended);
  }
}

TEST(H2Stream, TrailersComeBehindTheContent) {
  H2Pair pair;
  pair.open().send(headers(1, upload_of(), 0) + data(1, "content") +
                   headers(1, {{"x-sum", "1"}, {"host", "evil.example"}}));
  EXPECT_EQ(pair.taken[0]->body, "content");
  EXPECT_EQ(pair.taken[0]->trailers, "{x-sum: 1}") << "what may not stand there is dropped";
}

TEST(H2Stream, TrailersThatNoMessageHasResetTheStream) {
  const std::pair<FieldPairs, uint8_t> wrong[] = {
      {{{":path", "/"}}, end_stream},
      {{{"connection", "close"}}, end_stream},
      {{{"X-Sum", "1"}}, end_stream},
      {{{"x-sum", "1"}}, 0},
      {{{"x-sum", std::string(20'000, 'a')}}, end_stream}};
  for (const auto& [fields, flags] : wrong) {
    H2Pair pair;
    pair.open().send(headers(1, upload_of(), 0) + data(1, "content") + headers(1, fields, flags));
    EXPECT_EQ(pair.saw("RST_STREAM"), std::vector<std::string>{"RST_STREAM 1 PROTOCOL_ERROR"});
    EXPECT_EQ(pair.taken[0]->over, "bad_request");
  }
}

TEST(H2Stream, AResponseHasItsFieldsInSmallLettersAndNoneOfAConnection) {
  H2Pair pair({.answer = false});
  pair.open().send(headers(1, get_of()));
  message::Fields fields;
  for (const auto& [name, value] : FieldPairs{{"X-Own", "1"},
                                              {"Connection", "close"},
                                              {"Keep-Alive", "5"},
                                              {"Upgrade", "h2c"},
                                              {"Set-Cookie", "a=1"},
                                              {"Set-Cookie", "b=2"}})
    fields.add(name, value);
  pair.taken[0]->answer(200, "ok", pair.loop.blocks(), fields);
  pair.settle_more();
  EXPECT_EQ(pair.saw("HEADERS"),
            std::vector<std::string>{"HEADERS 1 :status=200 x-own=1 set-cookie=a=1 set-cookie=b=2 "
                                     "content-length=2"});
  EXPECT_EQ(pair.saw("DATA"), std::vector<std::string>{"DATA 1 'ok' END"});
  EXPECT_EQ(pair.taken[0]->over, "none");
}

TEST(H2Stream, AnswersWithoutContentEndWithTheirHead) {
  for (const auto& [method, status, length] :
       {std::tuple{"HEAD", 200, 1234}, std::tuple{"GET", 204, 0}, std::tuple{"GET", 304, 1234}}) {
    H2Pair pair({.answer = false});
    FieldPairs fields = get_of();
    fields[0].second = method;
    pair.open().send(headers(1, fields));
    message::ResponseHead head;
    head.status = static_cast<uint16_t>(status);
    if (length > 0) head.fields.add(message::FieldName::content_length, std::to_string(length));
    pair.taken[0]->stream->send_head(head, pair.taken[0]->head->method);
    pair.taken[0]->stream->send_body(chain_of(pair.loop.blocks(), "none of this"));
    pair.taken[0]->stream->send_end({});
    pair.settle_more();
    EXPECT_EQ(pair.saw("DATA").size(), 0u);
    const std::string described = length > 0 ? " content-length=1234" : "";
    EXPECT_EQ(pair.saw("HEADERS"),
              std::vector<std::string>{"HEADERS 1 :status=" + std::to_string(status) + described +
                                       " END"});
  }
}

TEST(H2Stream, InterimResponsesComeBeforeTheFinalOne) {
  H2Pair pair({.answer = false});
  pair.open().send(headers(1, get_of()));
  message::ResponseHead hints;
  hints.status = 103;
  hints.fields.add("Link", "</a>");
  pair.taken[0]->stream->send_interim(hints);
  pair.taken[0]->answer(200, "", pair.loop.blocks());
  pair.settle_more();
  EXPECT_EQ(pair.saw("HEADERS"),
            (std::vector<std::string>{"HEADERS 1 :status=103 link=</a>",
                                      "HEADERS 1 :status=200 content-length=0 END"}));
}

TEST(H2Stream, ResponseTrailersEndTheStream) {
  H2Pair pair({.answer = false});
  pair.open().send(headers(1, get_of()));
  message::ResponseHead head;
  head.status = 200;
  head.body_length = message::BodyLength::unknown();
  message::Fields trailers;
  trailers.add("grpc-status", "0");
  pair.taken[0]->stream->send_head(head, message::Method::get);
  pair.taken[0]->stream->send_body(chain_of(pair.loop.blocks(), "content"));
  pair.settle_more();
  pair.taken[0]->stream->send_end(trailers);
  pair.settle_more();
  EXPECT_EQ(pair.content_of(1), "content");
  EXPECT_EQ(pair.saw().back(), "HEADERS 1 grpc-status=0 END");
}

TEST(H2Stream, AContentThatIsNotWantedGetsItsWholeResponseBeforeItIsBrokenOff) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken&) {};
  pair.open().send(headers(1, upload_of(), 0));
  pair.taken[0]->stream->stop_body();
  pair.taken[0]->answer(413, "too large", pair.loop.blocks());
  pair.settle_more();
  EXPECT_EQ(pair.saw().back(), "DATA 1 'too large' END");
  EXPECT_TRUE(pair.taken[0]->only_unwanted_left);
  pair.taken[0]->stream->reset(http::H2Reset::no_error);
  pair.settle_more();
  EXPECT_EQ(pair.saw().back(), "RST_STREAM 1 NO_ERROR");
  EXPECT_EQ(pair.taken[0]->over, "none");
}

TEST(H2Stream, WhatLittleIsNotWantedIsLetInOnceAndThrownAway) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken&) {};
  pair.open().send(headers(1, upload_of(), 0));
  pair.taken[0]->stream->stop_body();
  pair.taken[0]->answer(403, "no", pair.loop.blocks());
  pair.settle_more();
  EXPECT_EQ(pair.saw("WINDOW_UPDATE 1 "), std::vector<std::string>{"WINDOW_UPDATE 1 65536"});
  pair.send(
      data(1, std::string(16'384, 'a')) +
      data(1, std::string(1, 'd') + std::string(1'000, 'a') + std::string(100, '\0'), padded));
  pair.send(data(1, "the end", end_stream));
  EXPECT_EQ(pair.taken[0]->over, "none");
  EXPECT_EQ(pair.taken[0]->body, "");
  EXPECT_EQ(pair.room_taken, 0u);
  EXPECT_TRUE(pair.saw("RST_STREAM").empty());
}

TEST(H2Stream, ALongContentThatIsNotWantedIsNotLetIn) {
  H2Pair pair({.answer = false});
  pair.on_taken = [](H2Taken&) {};
  pair.open().send(headers(1, upload_of("300000"), 0));
  pair.taken[0]->stream->stop_body();
  pair.taken[0]->answer(413, "too large", pair.loop.blocks());
  pair.settle_more();
  EXPECT_TRUE(pair.saw("WINDOW_UPDATE 1 ").empty());
  EXPECT_TRUE(pair.taken[0]->only_unwanted_left);
}

TEST(H2Stream, AResponseMayComeBeforeTheContentHasEnded) {
  H2Pair pair({.answer = false});
  pair.open().send(headers(1, upload_of(), 0) + data(1, "first "));
  pair.taken[0]->answer(200, "early", pair.loop.blocks());
  pair.send(data(1, "second", end_stream));
  EXPECT_EQ(pair.taken[0]->body, "first second");
  EXPECT_TRUE(pair.taken[0]->ended);
  EXPECT_TRUE(pair.saw("RST_STREAM").empty());
}

TEST(H2Stream, ACutResponseNeverLooksComplete) {
  H2Pair pair({.answer = false});
  pair.open().send(headers(1, get_of()));
  message::ResponseHead head;
  head.status = 200;
  head.body_length = message::BodyLength::unknown();
  pair.taken[0]->stream->send_head(head, message::Method::get);
  pair.taken[0]->stream->send_body(chain_of(pair.loop.blocks(), "half"));
  pair.settle_more();
  pair.taken[0]->stream->reset(http::H2Reset::internal_error);
  pair.settle_more();
  EXPECT_EQ(pair.saw("DATA"), std::vector<std::string>{"DATA 1 'half'"});
  EXPECT_EQ(pair.saw().back(), "RST_STREAM 1 INTERNAL_ERROR");
}

TEST(H2Stream, ASlowReaderHoldsItsOwnStreamAndNoOther) {
  H2Pair pair({.answer = false});
  // A window of 1000 for each stream.
  pair.open(setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1000));
  pair.send(headers(1, get_of()) + headers(3, get_of()));
  message::ResponseHead head;
  head.status = 200;
  head.body_length = message::BodyLength::unknown();
  for (const auto& taken : pair.taken) taken->stream->send_head(head, message::Method::get);
  pair.taken[0]->stream->send_body(chain_of(pair.loop.blocks(), std::string(50'000, 'a')));
  pair.settle_more();
  EXPECT_TRUE(pair.taken[0]->stream->output_full());
  EXPECT_FALSE(pair.taken[1]->stream->output_full());
  for (int i = 0; i < 20; ++i) {
    pair.taken[1]->stream->send_body(chain_of(pair.loop.blocks(), std::string(1000, 'b')));
    pair.settle_more();
    EXPECT_EQ(pair.content_of(3).size(), static_cast<size_t>(i + 1) * 1000);
    pair.send(window_update(3, 1000));
  }
  EXPECT_EQ(pair.content_of(1).size(), 1000u);
  pair.send(window_update(1, 45'000));
  EXPECT_EQ(pair.taken[0]->drained, 1);
  EXPECT_FALSE(pair.taken[0]->stream->output_full());
}

TEST(H2Stream, LongResponsesTakeTurns) {
  H2Pair pair({.answer = false});
  pair.open(setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1'000'000));
  pair.send(window_update(0, 10'000'000) + headers(1, get_of()) + headers(3, get_of()));
  message::ResponseHead head;
  head.status = 200;
  head.body_length = message::BodyLength::unknown();
  pair.stall(true);
  for (const auto& taken : pair.taken) {
    taken->stream->send_head(head, message::Method::get);
    taken->stream->send_body(chain_of(pair.loop.blocks(), std::string(500'000, 'a')));
  }
  pair.settle_more();
  pair.stall(false);
  pair.settle_more();
  const auto frames = pair.saw("DATA");
  const auto half = std::span(frames).first(frames.size() / 2);
  const auto of_first = std::count_if(half.begin(), half.end(), [](const std::string& line) {
    return line.starts_with("DATA 1 ");
  });
  EXPECT_GT(of_first, static_cast<long>(half.size() / 4));
  EXPECT_LT(of_first, static_cast<long>(half.size() * 3 / 4));
}

TEST(H2Stream, OutputWaitsWhileTheClientTakesNothing) {
  H2Pair pair({.answer = false});
  pair.open(setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 10'000'000));
  pair.send(window_update(0, 10'000'000) + headers(1, get_of()));
  message::ResponseHead head;
  head.status = 200;
  head.body_length = message::BodyLength::unknown();
  pair.taken[0]->stream->send_head(head, message::Method::get);
  pair.stall(true);
  pair.taken[0]->stream->send_body(chain_of(pair.loop.blocks(), std::string(500'000, 'a')));
  pair.settle_more();
  EXPECT_GT(pair.taken[0]->stream->unsent_bytes(), 400'000u)
      << "at most 64 KiB and a frame left it";
  pair.stall(false);
  pair.settle_more();
  EXPECT_EQ(pair.content_of(1).size(), 500'000u);
}

TEST(H2Stream, WhatTheClientResetsIsOver) {
  H2Pair pair({.answer = false});
  pair.open().send(headers(1, get_of()) + rst(1));
  EXPECT_EQ(pair.taken[0]->over, "client_gone");
  EXPECT_EQ(pair.session().open_streams(), 0u);
}

}  // namespace
}  // namespace hawser::test
