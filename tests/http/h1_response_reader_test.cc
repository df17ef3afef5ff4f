// SPDX-License-Identifier: Apache-2.0
#include "http/h1_response_reader.h"

#include <gtest/gtest.h>

#include "http/response_cases.h"
#include "http/transcript.h"

namespace hawser::test {
namespace {

struct ResponseTopic {
  const char* name;
  std::vector<ResponseCase> (*cases)();
};
void PrintTo(const ResponseTopic& topic, std::ostream* out) { *out << topic.name; }
class ResponseTable : public testing::TestWithParam<ResponseTopic> {
 protected:
  static std::string read(const ReadOptions& options, const ResponseCase& tried) {
    return ResponseTranscript(options, tried.method, tried.upgrade).read(tried.raw);
  }
};

TEST_P(ResponseTable, IsReadAsTheSpecificationSays) {
  for (const ResponseCase& tried : GetParam().cases()) {
    ResponseTranscript whole({}, tried.method, tried.upgrade);
    EXPECT_EQ(whole.read(tried.raw), tried.expected)
        << tried.name << ", " << tried.section << ": " << whole.error().reason;
  }
}

TEST_P(ResponseTable, IsReadAlikeAtEveryCut) {
  for (const ResponseCase& tried : GetParam().cases()) {
    for (const Cuts& cuts : all_cuts(tried.raw.size())) {
      ReadOptions options;
      options.cuts = cuts;
      ASSERT_EQ(read(options, tried), tried.expected)
          << tried.name << ", first cut after " << cuts.front();
    }
  }
}

TEST_P(ResponseTable, IsReadAlikeWithLittleCredit) {
  for (const ResponseCase& tried : GetParam().cases()) {
    for (const uint64_t allowance : {1u, 3u}) {
      ReadOptions options;
      options.allowance = allowance;
      EXPECT_EQ(read(options, tried), tried.expected) << tried.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, ResponseTable,
                         testing::Values(ResponseTopic{"Heads", response_head_cases},
                                         ResponseTopic{"Interims", response_interim_cases},
                                         ResponseTopic{"Bodies", response_body_cases}),
                         [](const auto& topic) { return topic.param.name; });

struct Recorder final : http::ResponseEvents {
  void on_interim(message::ResponseHeadPtr) override { ++interims; }
  void on_head(message::ResponseHeadPtr head) override { last_head = std::move(head); }
  void on_body(core::Slice content) override { body += content.view(); }
  void on_message_end(const message::Fields&) override { ++ends; }
  void on_error(const message::ExchangeError& why) override { error = why; }

  message::ResponseHeadPtr last_head;
  int interims = 0;
  int ends = 0;
  std::string body;
  message::ExchangeError error;
};

class ResponseReader : public testing::Test {
 protected:
  void feed(std::string_view text) { reader.feed(slice_of(pool, text)); }
  void answer_get(std::string_view text) {
    reader.expect(message::Method::get, false);
    feed(text);
    reader.allow_body(http::H1ResponseReader::unlimited);
  }

  core::BlockPool pool;
  message::HeadPool heads;
  http::H1Limits limits;
  Recorder events;
  http::H1ResponseReader reader{heads, limits, events};
};

TEST_F(ResponseReader, IsUsedAgainAfterACompleteAnswer) {
  answer_get("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(reader.idle());
  EXPECT_TRUE(reader.keep_alive());
  answer_get("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(events.ends, 2);
}

TEST_F(ResponseReader, RefusesBytesThatNobodyAskedFor) {
  answer_get("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  feed("HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(events.error.code, message::ErrorCode::origin_bad_answer);
  EXPECT_EQ(events.error.blame, message::Blame::origin);
}

TEST_F(ResponseReader, IsNotUsedAgainWithBytesBehindTheAnswer) {
  answer_get("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n");
  EXPECT_EQ(events.body, "ok");
  EXPECT_FALSE(reader.keep_alive());
}

TEST_F(ResponseReader, IsNotUsedAgainAfterConnectionClose) {
  answer_get("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  EXPECT_FALSE(reader.keep_alive());
}

TEST_F(ResponseReader, IsUsedAgainInHttp10OnlyWhenSaid) {
  answer_get("HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
  EXPECT_TRUE(reader.keep_alive());
  answer_get("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_FALSE(reader.keep_alive());
}

TEST_F(ResponseReader, KeepsTheLengthThatAnAnswerToHeadDescribes) {
  reader.expect(message::Method::head, false);
  feed("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
  EXPECT_EQ(events.last_head->fields.get(message::FieldName::content_length), "1234");
  EXPECT_FALSE(events.last_head->body_length.has_body());
}

TEST_F(ResponseReader, EndsACloseDelimitedAnswerOnlyWhenAllOfItWasTaken) {
  reader.expect(message::Method::get, false);
  feed("HTTP/1.1 200 OK\r\n\r\nhello");
  reader.on_connection_end();
  reader.allow_body(3);
  EXPECT_EQ(events.ends, 0);
  reader.allow_body(2);
  EXPECT_EQ(events.ends, 1);
  EXPECT_EQ(events.body, "hello");
  EXPECT_FALSE(reader.keep_alive());
}

TEST_F(ResponseReader, KnowsWhetherAnAnswerHasBegun) {
  reader.expect(message::Method::get, false);
  EXPECT_FALSE(reader.response_started());
  feed("H");
  EXPECT_TRUE(reader.response_started());
}

TEST_F(ResponseReader, StaysSilentWhenAnIdleConnectionEnds) {
  reader.on_connection_end();
  EXPECT_EQ(events.error.code, message::ErrorCode::none);
  EXPECT_FALSE(reader.keep_alive());
}

// RFC 9110 8.6: it may not carry it, and a client of ours must not get it, whatever was asked.
TEST(ResponseHeads, ALengthIsNoFieldOfA204ToHead) {
  ReadOptions options;
  options.with_fields = true;
  ResponseTranscript transcript(options, message::Method::head);
  EXPECT_EQ(transcript.read("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"),
            "204 none  '';");
}

}  // namespace
}  // namespace hawser::test
