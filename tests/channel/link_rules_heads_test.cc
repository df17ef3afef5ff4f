// SPDX-License-Identifier: Apache-2.0
// Heads, each rule of schema/README.md broken once: the link is lost with the reason, and no other
// is.
#include <gtest/gtest.h>

#include "link_rules_fixture.h"

namespace hawser::channel {
namespace {

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

TEST_F(LinkRules, AReasonPhraseIsBoundedAndPlain) {
  for (const std::string& reason : {std::string(1025, 'x'), std::string("OK\r\nX-B: c")}) {
    auto peer = raw_connector();
    exchange();
    flatbuffers::FlatBufferBuilder builder;
    const auto text = builder.CreateString(reason);
    wire::FrameBuilder frame(builder);
    frame.add_type(FrameType::head);
    frame.add_stream(1);
    frame.add_status(200);
    frame.add_reason(text);
    builder.Finish(frame.Finish());
    peer->append(builder);
    expect_engine_lost(*peer, "a reason phrase that is too long or holds control characters");
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

TEST_F(LinkRules, ClaimsInOpenAreBoundedAndHoldNoLineEnds) {
  struct Bad {
    std::vector<std::string> claims;
    const char* reason;
  };
  const std::string shared(1000, 'c');  // nine times the same string
  const Bad bad[] = {{{"email"}, "a claim without a value"},
                     {std::vector<std::string>(66, "c"), "more than 32 claims"},
                     {{"email", "a\r\nX-Evil: b"}, "a claim with a control character"},
                     {std::vector<std::string>(10, shared), "claims of more than 8 KiB"}};
  for (const Bad& each : bad) {
    auto peer = raw_connector();
    flatbuffers::FlatBufferBuilder builder;
    const auto method = builder.CreateString("GET");
    const auto target = builder.CreateString("/");
    std::vector<flatbuffers::Offset<flatbuffers::String>> texts;
    for (const std::string& text : each.claims) texts.push_back(builder.CreateSharedString(text));
    const auto claims = builder.CreateVector(texts);
    wire::FrameBuilder frame(builder);
    frame.add_type(FrameType::open);
    frame.add_stream(2);
    frame.add_method(method);
    frame.add_target(target);
    frame.add_claims(claims);
    builder.Finish(frame.Finish());
    peer->append(builder);
    expect_engine_lost(*peer, each.reason);
    engine_side.lost = false;
  }
}

}  // namespace
}  // namespace hawser::channel
