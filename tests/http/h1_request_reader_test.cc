// SPDX-License-Identifier: Apache-2.0
#include "http/h1_request_reader.h"

#include <gtest/gtest.h>

#include "http/request_cases.h"
#include "http/transcript.h"

namespace hawser::test {
namespace {

struct RequestTopic {
  const char* name;
  std::vector<RequestCase> (*cases)();
};
void PrintTo(const RequestTopic& topic, std::ostream* out) { *out << topic.name; }
class RequestTable : public testing::TestWithParam<RequestTopic> {};

TEST_P(RequestTable, IsReadAsTheSpecificationSays) {
  for (const RequestCase& tried : GetParam().cases()) {
    RequestTranscript whole;
    EXPECT_EQ(whole.read(tried.raw), tried.expected)
        << tried.name << ", " << tried.section << ": " << whole.error().reason;
  }
}

TEST_P(RequestTable, IsReadAlikeAtEveryCut) {
  for (const RequestCase& tried : GetParam().cases()) {
    for (const Cuts& cuts : all_cuts(tried.raw.size())) {
      ReadOptions options;
      options.cuts = cuts;
      ASSERT_EQ(RequestTranscript(options).read(tried.raw), tried.expected)
          << tried.name << ", first cut after " << cuts.front();
    }
  }
}

TEST_P(RequestTable, IsReadAlikeWithLittleCredit) {
  for (const RequestCase& tried : GetParam().cases()) {
    for (const uint64_t allowance : {1u, 3u}) {
      ReadOptions options;
      options.allowance = allowance;
      EXPECT_EQ(RequestTranscript(options).read(tried.raw), tried.expected) << tried.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, RequestTable,
                         testing::Values(RequestTopic{"RequestLines", request_line_cases},
                                         RequestTopic{"Targets", request_target_cases},
                                         RequestTopic{"Hosts", request_host_cases},
                                         RequestTopic{"Fields", request_field_cases},
                                         RequestTopic{"Lengths", request_length_cases},
                                         RequestTopic{"Codings", request_coding_cases},
                                         RequestTopic{"Chunks", request_chunk_cases},
                                         RequestTopic{"Connections", request_connection_cases}),
                         [](const auto& topic) { return topic.param.name; });

constexpr std::string_view upload =
    "POST / HTTP/1.1\r\nHost: wiki.example\r\nContent-Length: 5\r\n\r\nhello";

struct Recorder final : http::RequestEvents {
  void on_head(message::RequestHeadPtr head) override {
    last_head = std::move(head);
    ++heads;
  }
  void on_body(core::Slice content) override { body += content.view(); }
  void on_message_end(const message::Fields&) override { ++ends; }
  void on_error(const message::ExchangeError& why) override { error = why; }

  message::RequestHeadPtr last_head;
  int heads = 0;
  int ends = 0;
  std::string body;
  message::ExchangeError error;
};

class RequestReader : public testing::Test {
 protected:
  void feed(std::string_view text) { reader.feed(slice_of(pool, text)); }

  core::BlockPool pool;
  message::HeadPool pool_of_heads;
  http::H1Limits limits;
  Recorder events;
  http::H1RequestReader reader{pool_of_heads, limits, events};
};

TEST_F(RequestReader, DeliversNothingBeyondTheHeadUntilTheBodyIsAllowed) {
  feed(upload);
  EXPECT_EQ(events.heads, 1);
  EXPECT_EQ(events.body, "");
  EXPECT_EQ(reader.bytes_kept(), 5u);
  EXPECT_FALSE(reader.wants_bytes());
  reader.allow_body(0);
  EXPECT_EQ(events.body, "");
  reader.allow_body(2);
  EXPECT_EQ(events.body, "he");
  EXPECT_EQ(events.ends, 0);
  reader.allow_body(100);
  EXPECT_EQ(events.body, "hello");
  EXPECT_EQ(events.ends, 1);
}

TEST_F(RequestReader, TellsTheEndOfAnEmptyBodyOnceItIsAllowed) {
  feed("GET / HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
  EXPECT_EQ(events.ends, 0);
  reader.allow_body(0);
  EXPECT_EQ(events.ends, 1);
}

TEST_F(RequestReader, KeepsThePipelinedRequestUntilItIsAskedFor) {
  feed(
      "GET /1 HTTP/1.1\r\nHost: wiki.example\r\n\r\nGET /2 HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
  reader.allow_body(0);
  EXPECT_EQ(events.heads, 1);
  EXPECT_FALSE(reader.wants_bytes());
  reader.next_message();
  EXPECT_EQ(events.heads, 2);
  EXPECT_EQ(events.last_head->target.path, "/2");
}

TEST_F(RequestReader, WhatFollowsAnUpgradeIsContentAsFarAsItIsAllowed) {
  feed(
      "GET / HTTP/1.1\r\nHost: wiki.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
      "\x81\x05");
  reader.allow_body(0);
  reader.begin_tunnel();
  EXPECT_FALSE(reader.wants_bytes());
  reader.allow_body(1);
  EXPECT_EQ(events.body, "\x81");
  reader.allow_body(10);
  feed("hello");
  EXPECT_EQ(events.body, "\x81\x05hello");
  EXPECT_EQ(events.ends, 1);
  reader.on_connection_end();
  EXPECT_EQ(events.ends, 2);
}

TEST_F(RequestReader, ReportsAnErrorAtTheLineThatHasIt) {
  feed("GET / HTTP/1.1\r\nBad Name: x\r\n");
  EXPECT_EQ(events.error.code, message::ErrorCode::bad_request);
  EXPECT_EQ(events.error.blame, message::Blame::client);
}

TEST_F(RequestReader, ReportsALongTargetBeforeItsEnd) {
  feed("GET /");
  for (int i = 0; i < 4 && events.error.code == message::ErrorCode::none; ++i)
    feed(std::string(5000, 'a'));
  EXPECT_EQ(events.error.code, message::ErrorCode::target_too_long);
}

TEST_F(RequestReader, NamesTheSameFaultWhateverTheCuts) {
  const std::string long_method = std::string(70, 'A') + "\n";
  const std::string long_bad_method = std::string(70, 'A') + ": / HTTP/1.1\r\n";
  const std::string long_target = "GET /" + std::string(20000, 'a') + "\n";
  const std::string long_bad_target = "GET /" + std::string(20000, '\x01') + " HTTP/1.1\r\n";
  const std::string long_bad_field = "GET / HTTP/1.1\r\n" + std::string(70000, ' ') + ": b\n";
  for (const std::string& raw :
       {long_method, long_bad_method, long_target, long_bad_target, long_bad_field}) {
    ReadOptions one_by_one;
    one_by_one.cuts = {1};
    EXPECT_EQ(RequestTranscript(one_by_one).read(raw), RequestTranscript().read(raw));
  }
}

TEST_F(RequestReader, KnowsWhenItIsBetweenTwoRequests) {
  EXPECT_TRUE(reader.between_messages());
  feed("\r\n");
  EXPECT_TRUE(reader.between_messages());
  feed("G");
  EXPECT_FALSE(reader.between_messages());
}

TEST_F(RequestReader, EndsASilentConnectionWithoutAnError) {
  reader.on_connection_end();
  EXPECT_EQ(events.error.code, message::ErrorCode::none);
}

TEST_F(RequestReader, ReadsARequestWholeThoughTheClientHasEndedItsDirection) {
  feed(upload);
  reader.on_connection_end();
  EXPECT_EQ(events.error.code, message::ErrorCode::none);
  reader.allow_body(100);
  EXPECT_EQ(events.body, "hello");
  EXPECT_EQ(events.ends, 1);
}

TEST_F(RequestReader, HoldsNoBlockBetweenRequests) {
  feed("GET / HTTP/1.1\r\nHost: wiki.exam");
  feed("ple\r\n\r\n");
  reader.allow_body(0);
  reader.next_message();
  EXPECT_EQ(pool.blocks_in_use(), 0u);
}

TEST_F(RequestReader, TakesFramingFieldsOutOfTheHead) {
  feed(upload);
  EXPECT_FALSE(events.last_head->fields.has(message::FieldName::content_length));
  EXPECT_EQ(events.last_head->body_length, message::BodyLength::known(5));
}

TEST_F(RequestReader, GivesContentWithoutCopyingIt) {
  core::Slice bytes = slice_of(pool, upload);
  const uint8_t* content = bytes.data() + upload.size() - 5;
  struct Spy final : http::RequestEvents {
    void on_head(message::RequestHeadPtr) override {}
    void on_body(core::Slice slice) override { at = slice.data(); }
    void on_message_end(const message::Fields&) override {}
    void on_error(const message::ExchangeError&) override {}
    const uint8_t* at = nullptr;
  } spy;
  http::H1RequestReader other(pool_of_heads, limits, spy);
  other.feed(std::move(bytes));
  other.allow_body(http::H1RequestReader::unlimited);
  EXPECT_EQ(spy.at, content);
}

TEST_F(RequestReader, RefusesMoreThanTheConfiguredHead) {
  limits.head_bytes = 100;
  feed("GET / HTTP/1.1\r\nHost: wiki.example\r\nX: " + std::string(100, 'x'));
  EXPECT_EQ(events.error.code, message::ErrorCode::head_too_large);
}

}  // namespace
}  // namespace hawser::test
