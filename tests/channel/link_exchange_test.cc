// SPDX-License-Identifier: Apache-2.0
// Whole exchanges between two links.
#include <gtest/gtest.h>

#include "link_fixture.h"

namespace hawser::channel {
namespace {

class LinkExchange : public LinkTest {
 public:
  // Answers every request with its body (asked for at once), then trailers.
  void echo() {
    connector_side.serve = [](RecordingStream& stream) {
      stream.stream->want_body();
      RecordingStream* self = &stream;
      stream.react = [self](std::string_view event) {
        if (event != "end") return;
        self->stream->send_head(response_head(103), true, false, false);
        self->stream->send_head(response_head(), false, false, false);
        self->send_body(self->body, fields_of({{"X-Sum", "1"}}));
      };
      if (stream.stream->receiving_ended()) stream.react("end");
    };
  }
};

TEST_F(LinkExchange, ARequestWithoutABodyGetsItsAnswer) {
  establish();
  connector_side.serve = [](RecordingStream& stream) {
    EXPECT_TRUE(stream.stream->receiving_ended());
    stream.stream->send_head(response_head(), false, false, false);
    stream.send_body("hello");
  };
  auto get = open(*engine, request_head(), open_info());
  EXPECT_TRUE(get->stream->sending_ended());
  settle();
  EXPECT_EQ(get->events, "head 200;end;finished;");
  EXPECT_EQ(get->body, "hello");
  EXPECT_EQ(connector_side.stream(1).events, "finished;");
  EXPECT_EQ(connector_side.last_info.app, "wiki");
  EXPECT_EQ(engine->open_streams(), 0u);
  EXPECT_EQ(connector->open_streams(), 0u);
  EXPECT_EQ(engine_side.idles, 1);
  EXPECT_EQ(connector_side.idles, 1);
}

TEST_F(LinkExchange, ABodyOnlyFlowsOnceItIsWanted) {
  establish();
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
  settle();
  EXPECT_EQ(post->stream->sendable_bytes(), 0u);
  EXPECT_EQ(connector_side.stream(1).stream->held_bytes(), 0u);
  EXPECT_TRUE(connector_side.stream(1).stream->want_body());
  post->react = [&](std::string_view event) {
    if (event == "wanted") post->stream->send_data({});
  };
  settle();
  EXPECT_EQ(post->events, "wanted;");
  EXPECT_EQ(post->sendables, 1);
  EXPECT_EQ(connector_side.stream(1).events, "empty;");
  EXPECT_EQ(post->stream->sendable_bytes(), 16_KiB);
  post->send_body("body", fields_of({{"X-T", "v"}}));
  settle();
  EXPECT_EQ(connector_side.stream(1).body, "body");
  EXPECT_EQ(connector_side.stream(1).trailers.get("x-t"), "v");
}

TEST_F(LinkExchange, EveryCutGivesTheSameExchange) {
  const std::string body = pattern(200'000);
  std::string expected;
  for (const size_t cut : {SIZE_MAX, size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{31},
                           size_t{1000}, size_t{16384}}) {
    connect(cut);
    connector->send_hello({});
    echo();
    auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
    ASSERT_EQ(post, nullptr);  // not established yet
    settle();
    post = open(*engine, request_head("POST"), open_info(BodyKind::known, body.size()));
    auto get = open(*engine, request_head(), open_info());
    post->send_body(body);
    ASSERT_TRUE(test::run_until(loop, [&] { return post->over() && get->over(); }));
    EXPECT_EQ(post->events, "wanted;interim 103;head 200;end;finished;") << cut;
    EXPECT_EQ(post->body, body);
    EXPECT_EQ(post->trailers.get("x-sum"), "1");
    EXPECT_EQ(get->events, "interim 103;head 200;end;finished;") << cut;
    EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
    engine->close("next", true);
    connector->close("next", true);
    settle();
    connector_side.streams.clear();
  }
}

TEST_F(LinkExchange, AConnectorOpensControlCallsTheSameWay) {
  establish();
  engine_side.serve = [](RecordingStream& stream) {
    stream.stream->send_head(response_head(), false, false, false);
    stream.send_body("{}");
  };
  auto call = open(*connector, request_head("GET", "/v1/config"), open_info());
  EXPECT_EQ(call->stream->id(), 2u);
  settle();
  EXPECT_EQ(call->body, "{}");
  EXPECT_EQ(call->events, "head 200;end;finished;");
}

TEST_F(LinkExchange, LinksBetweenWorkersNeedNoGreeting) {
  engine_options.handshake = connector_options.handshake = false;
  connect();
  EXPECT_TRUE(engine->established());
  echo();
  auto get = open(*engine, request_head(), open_info());
  connector->send_session_end(3);
  settle();
  EXPECT_EQ(get->events, "interim 103;head 200;end;finished;");
  EXPECT_EQ(engine_side.ended_sessions, std::vector<uint64_t>{3});
}

TEST_F(LinkExchange, ABoundHeadSaysSo) {
  establish();
  connector_side.serve = [](RecordingStream& stream) {
    stream.stream->send_head(response_head(401), false, true, true);
  };
  auto get = open(*engine, request_head(), open_info());
  settle();
  EXPECT_EQ(get->events, "head 401 bound;end;finished;");
  engine->send_session_end(17);
  engine->send_config(9);
  settle();
  EXPECT_EQ(connector_side.ended_sessions, std::vector<uint64_t>{17});
  EXPECT_EQ(connector_side.revisions, std::vector<uint64_t>{9});
}

TEST_F(LinkExchange, AnUpgradeIsRawBytesBothWays) {
  establish();
  OpenInfo info = open_info();
  info.kind = OpenKind::upgrade;
  connector_side.serve = [](RecordingStream& stream) {
    stream.stream->want_body();
    message::ResponseHead head = response_head(101);
    head.body_length = message::BodyLength::none();
    stream.stream->send_head(head, false, false, false);
  };
  auto upgrade = open(*engine, request_head(), info);
  settle();
  EXPECT_EQ(upgrade->events, "wanted;head 101;");
  upgrade->send_body("ping");
  settle();
  EXPECT_EQ(connector_side.stream(1).body, "ping");
  EXPECT_EQ(connector_side.stream(1).events, "end;");
  connector_side.stream(1).send_body("pong");  // the other half is still open
  settle();
  EXPECT_EQ(upgrade->body, "pong");
  EXPECT_EQ(upgrade->events, "wanted;head 101;end;finished;");
}

TEST_F(LinkExchange, AnAnswerToHeadHasALengthAndNoBody) {
  establish();
  connector_side.serve = [](RecordingStream& stream) {
    message::ResponseHead head = response_head();
    head.body_length = message::BodyLength::known(500);
    stream.stream->send_head(head, false, false, true);
  };
  auto head = open(*engine, request_head("HEAD"), open_info());
  settle();
  EXPECT_EQ(head->events, "head 200;end;finished;");
  EXPECT_EQ(head->response.body_length, message::BodyLength::known(500));
}

TEST_F(LinkExchange, ALastFlagSavesTheEndFrame) {
  auto peer = raw_engine();
  connector_side.serve = [](RecordingStream& stream) {
    stream.stream->send_head(response_head(), false, false, stream.stream->id() == 1);
    if (stream.stream->id() != 1) stream.send_body("text");
  };
  ASSERT_TRUE(peer->writer.open(1, request_head(), open_info(), 1000));
  ASSERT_TRUE(peer->writer.open(3, request_head(), open_info(), 1000));
  peer->send();
  settle();
  EXPECT_EQ(peer->heard, "HEAD 1 last;HEAD 3;DATA 3 4 last;");
}

TEST_F(LinkExchange, AResetEndsTheStreamOnBothSides) {
  establish();
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
  settle();
  connector_side.stream(1).stream->reset(
      {message::ExchangeError::of(message::ErrorCode::origin_refused, "refused"), true});
  connector_side.stream(1).stream = nullptr;
  settle();
  EXPECT_EQ(post->events, "reset origin_refused untouched;");
  EXPECT_EQ(post->reset.error.reason, "refused");
  EXPECT_EQ(post->reset.error.retry, message::Retry::origin_untouched);
  EXPECT_EQ(connector_side.stream(1).events, "");
  EXPECT_EQ(engine->open_streams(), 0u);
  EXPECT_EQ(connector->open_streams(), 0u);
}

TEST_F(LinkExchange, AResetDropsWhatIsQueued) {
  auto peer = raw_engine();
  connector_side.serve = [](RecordingStream& stream) {
    stream.stream->send_head(response_head(), false, false, false);
    stream.send_body(pattern(1000));
    stream.stream->reset({});
  };
  ASSERT_TRUE(peer->writer.open(1, request_head(), open_info(), 1000));
  peer->send();
  settle();
  EXPECT_EQ(peer->heard, "HEAD 1;RESET 1;");
}

TEST_F(LinkExchange, StopDropsTheQueueAndEndsTheDirection) {
  establish();
  connector_side.serve = [](RecordingStream& stream) { stream.stream->want_body(); };
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::known, 1_MiB));
  settle();
  post->send_body(pattern(1_MiB));
  auto& served = connector_side.stream(1);
  served.react = [&](std::string_view event) {
    if (event == "data") served.stream->send_stop();
  };
  settle();
  EXPECT_EQ(post->events, "wanted;stop;");
  EXPECT_TRUE(post->stream->sending_ended());
  EXPECT_TRUE(served.stream->receiving_ended());
  EXPECT_EQ(served.events, "");  // no on_body_end after STOP
  EXPECT_EQ(connector_budget.used_bytes(), 0u);
  served.stream->send_head(response_head(413), false, false, true);
  settle();
  EXPECT_EQ(post->events, "wanted;stop;head 413;end;finished;");
  EXPECT_EQ(served.events, "finished;");
}

TEST_F(LinkExchange, ABodyThatWasStoppedIsNotWantedAgain) {
  establish();
  connector_side.serve = [](RecordingStream& stream) {
    stream.stream->send_stop();
    EXPECT_TRUE(stream.stream->want_body());
  };
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::known, 1_MiB));
  settle();
  EXPECT_EQ(post->events, "stop;");  // and no credit
  EXPECT_EQ(connector_budget.used_bytes(), 0u);
}

TEST_F(LinkExchange, StopBeforeTheHeadLeavesTheHeadAlone) {
  establish();
  auto get = open(*engine, request_head(), open_info());
  settle();
  get->stream->send_stop();
  settle();
  auto& served = connector_side.stream(1);
  EXPECT_EQ(served.events, "stop;");
  served.stream->send_head(response_head(), false, false, false);
  served.send_body("nobody reads this");
  settle();
  EXPECT_EQ(get->events, "head 200;finished;");
  EXPECT_EQ(get->body, "");
  EXPECT_EQ(served.events, "stop;finished;");
}

TEST_F(LinkExchange, ALostLinkEndsAllItsStreams) {
  establish();
  auto first = open(*engine, request_head(), open_info());
  auto second = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
  settle();
  engine_end->break_both("connection reset");
  settle();
  EXPECT_EQ(first->events, "reset link_lost;");
  EXPECT_EQ(first->reset.error.retry, message::Retry::if_idempotent);
  EXPECT_EQ(second->events, "reset link_lost;");
  EXPECT_EQ(connector_side.stream(1).events, "reset link_lost;");
  EXPECT_EQ(engine_side.lost_reason, "connection reset");
  EXPECT_TRUE(connector_side.lost);
}

TEST_F(LinkExchange, AListenerMayResetInEachOfItsCallbacks) {
  for (const std::string_view where : {"head", "data", "end", "wanted"}) {
    establish();
    echo();
    auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
    post->send_body("body");
    post->react = [&](std::string_view event) {
      if (event != where || post->stream == nullptr) return;
      post->stream->reset({});
      post->stream = nullptr;
      post->sending = false;
    };
    settle();
    EXPECT_TRUE(post->over()) << where;
    EXPECT_EQ(engine->open_streams(), 0u);
    EXPECT_EQ(connector->open_streams(), 0u);
    EXPECT_FALSE(connector_side.lost) << connector_side.lost_reason;
    EXPECT_EQ(engine_budget.used_bytes(), 0u);
    engine->close("next", true);
    connector->close("next", true);
    settle();
    connector_side.streams.clear();
  }
}

TEST_F(LinkExchange, ALinkMayBeClosedAndGivenUpInACallback) {
  establish();
  echo();
  auto get = open(*engine, request_head(), open_info());
  get->react = [&](std::string_view) {
    engine->close("enough");
    loop.defer_delete(std::move(engine));
  };
  settle();
  EXPECT_EQ(get->events, "interim 103;reset link_lost;");
  EXPECT_EQ(engine_side.lost_reason, "enough");
  EXPECT_TRUE(connector_side.lost);
}

TEST_F(LinkExchange, ARequestHeadThatIsTooLargeIsToldBeforeAnythingIsSent) {
  establish();
  message::RequestHead head = request_head();
  head.fields.add("X-Large", std::string(head_bytes_limit, 'x'));
  auto get = open(*engine, head, open_info());
  ASSERT_NE(get, nullptr);
  EXPECT_EQ(get->events, "");
  settle();
  EXPECT_EQ(get->events, "reset head_too_large;");
  EXPECT_TRUE(connector_side.streams.empty());
  EXPECT_EQ(engine->open_streams(), 0u);
  auto next = open(*engine, request_head(), open_info());
  EXPECT_EQ(next->stream->id(), 1u);
}

TEST_F(LinkExchange, AResponseHeadThatIsTooLargeResetsTheStreamAlone) {
  establish();
  connector_side.serve = [](RecordingStream& stream) {
    message::ResponseHead head = response_head();
    for (int i = 0; i < 300; ++i) head.fields.add("X-A", "b");
    stream.stream->send_head(head, false, false, false);
    stream.send_body("text");
  };
  auto get = open(*engine, request_head(), open_info());
  settle();
  EXPECT_EQ(get->events, "reset origin_bad_answer;");
  EXPECT_EQ(connector_side.stream(1).events, "reset origin_bad_answer;");
  EXPECT_FALSE(engine_side.lost);
}

TEST_F(LinkExchange, InterimHeadsAboveTheLimitAreNotSent) {
  establish();
  connector_side.serve = [](RecordingStream& stream) {
    for (int i = 0; i < 20; ++i) stream.stream->send_head(response_head(103), true, false, false);
    stream.stream->send_head(response_head(), false, false, true);
  };
  auto get = open(*engine, request_head(), open_info());
  settle();
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
  EXPECT_TRUE(get->events.ends_with("head 200;end;finished;"));
}

TEST_F(LinkExchange, AnEndThatIsSaidTwiceIsSentOnce) {
  establish();
  connector_side.serve = [this](RecordingStream& stream) {
    stream.stream->send_head(response_head(), false, false, false);
    core::ByteChain bytes;
    bytes.append_copy(loop.blocks(), "waits in the queue");
    stream.stream->send_data(std::move(bytes));
    stream.stream->send_end({});
    stream.stream->send_end({});
  };
  auto get = open(*engine, request_head(), open_info());
  settle();
  EXPECT_EQ(get->body, "waits in the queue");
  EXPECT_EQ(get->events, "head 200;end;finished;");
  EXPECT_FALSE(engine_side.lost) << engine_side.lost_reason;
}

TEST_F(LinkExchange, EverythingOfOneTurnLeavesInOneWrite) {
  auto peer = raw_engine();
  connector_side.serve = [](RecordingStream& stream) {
    stream.stream->send_head(response_head(), false, false, false);
    stream.send_body("text");
  };
  for (uint32_t id = 1; id <= 19; id += 2) {
    ASSERT_TRUE(peer->writer.open(id, request_head(), open_info(), 1000));
  }
  peer->send();
  const uint64_t before = connector_end->sent_bytes();
  loop.turn(false);
  EXPECT_GT(connector_end->sent_bytes(), before);
  peer->payload_bytes.erase(0);  // the greeting
  EXPECT_EQ(peer->payload_bytes.size(), 10u);
}

TEST_F(LinkExchange, CountersTellWhatHappened) {
  establish();
  echo();
  auto post = open(*engine, request_head("POST"), open_info(BodyKind::unknown));
  post->send_body(pattern(1000));
  settle();
  EXPECT_EQ(engine->counters().streams_opened, 1u);
  EXPECT_EQ(connector->counters().streams_accepted, 1u);
  EXPECT_EQ(engine->counters().payload_bytes_out, 1000u);
  EXPECT_EQ(engine->counters().payload_bytes_in, 1000u);
  EXPECT_EQ(engine->counters().frames_out, connector->counters().frames_in);
}

}  // namespace
}  // namespace hawser::channel
