// SPDX-License-Identifier: Apache-2.0
#include "whole_way_fixture.h"

namespace hawser::test {
namespace {

// One conversation: what the client sends, what the origin answers to each head that it has read,
// and what both got.
struct Conversation {
  std::string from_client;
  std::vector<std::string> answers;
  std::string last_of_request;   // the origin answers the last time when it has read this
  std::string last_of_response;  // the client is through when it has read this
};

struct Outcome {
  std::string client_got;
  std::string origin_got;
  bool operator==(const Outcome&) const = default;
};

// The same for every run: ids and the origin's port are blanked.
std::string without_ids(std::string text) {
  for (const std::string name : {"X-Request-ID: ", "traceparent: ", "Host: "}) {
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const size_t value = at + name.size();
      text.erase(value, text.find('\r', value) - value);
    }
  }
  return text;
}

size_t count(std::string_view text, std::string_view part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

Outcome hold(const Conversation& conversation, const Pieces& pieces) {
  WholeWay way(pieces);
  way.send(conversation.from_client);
  size_t answered = 0;
  const bool through = way.until([&] {
    if (way.origin.connections() > 0 && answered < conversation.answers.size()) {
      OriginSession& session = way.origin.session();
      const bool last = answered + 1 == conversation.answers.size();
      const bool head_read = count(session.received, " HTTP/1.1\r\n") > answered &&
                             count(session.received, "\r\n\r\n") > answered;
      if (head_read && (!last || session.received.ends_with(conversation.last_of_request))) {
        session.send(conversation.answers[answered++]);
      }
    }
    return way.client().received.ends_with(conversation.last_of_response);
  });
  EXPECT_TRUE(through) << "the client got: " << way.client().received << "\nlog: " << way.log();
  Outcome outcome{way.client_got(), {}};
  if (way.origin.connections() > 0) outcome.origin_got = without_ids(way.origin.session().received);
  EXPECT_TRUE(way.until([&] { return way.engine_budget().used_bytes() == 0; }));
  return outcome;
}

const Conversation page{"GET /a?b HTTP/1.1\r\nHost: wiki.example\r\nX-Own: 1\r\n\r\n",
                        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Also: 2\r\n\r\nhello"},
                        "\r\n\r\n",
                        "hello"};
const Conversation upload{
    "POST /up HTTP/1.1\r\nHost: wiki.example\r\nContent-Length: 10\r\n\r\n0123456789",
    {"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"},
    "0123456789",
    "ok"};
const Conversation chunked_both_ways{
    "PUT /up HTTP/1.1\r\nHost: wiki.example\r\nTransfer-Encoding: "
    "chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\nX-Sum: 1\r\n\r\n"},
    "0\r\n\r\n",
    "X-Sum: 1\r\n\r\n"};
const Conversation pipelined{
    "GET /1 HTTP/1.1\r\nHost: wiki.example\r\n\r\nGET /2 HTTP/1.1\r\nHost: wiki.example\r\n\r\n",
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
     "HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nsecond"},
    "\r\n\r\n",
    "second"};
const Conversation early_hints{
    "GET / HTTP/1.1\r\nHost: wiki.example\r\n\r\n",
    {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov "
     "1994 08:49:37 GMT\r\nX-Last: 1\r\n\r\n"},
    "\r\n\r\n",
    "X-Last: 1\r\nVia: 1.1 hawser\r\n\r\n"};

// Chunk boundaries belong to the hop, so what the origin got of a chunked body is compared without
// them.
std::string content_of(std::string wire) {
  const size_t body = wire.find("\r\n\r\n");
  std::string content = wire.substr(0, body);
  for (const char c : wire.substr(body)) {
    if (c >= 'a' && c <= 'g') content += c;
  }
  return content;
}

class EveryPiece : public ::testing::TestWithParam<size_t> {
 protected:
  static std::vector<Pieces> hops(size_t bytes) {
    return {{bytes, SIZE_MAX, SIZE_MAX},
            {SIZE_MAX, bytes, SIZE_MAX},
            {SIZE_MAX, SIZE_MAX, bytes},
            {bytes, bytes, bytes}};
  }
  static void same_on_every_hop(const Conversation& conversation) {
    const Outcome whole = hold(conversation, {});
    for (const Pieces& pieces : hops(GetParam())) EXPECT_EQ(hold(conversation, pieces), whole);
  }
};

TEST_P(EveryPiece, APageIsTheSame) { same_on_every_hop(page); }
TEST_P(EveryPiece, AnUploadIsTheSame) { same_on_every_hop(upload); }
TEST_P(EveryPiece, PipelinedRequestsAreTheSame) { same_on_every_hop(pipelined); }
TEST_P(EveryPiece, InterimResponsesAreTheSame) { same_on_every_hop(early_hints); }
TEST_P(EveryPiece, ChunkedBodiesAndTrailersAreTheSame) {
  const Outcome whole = hold(chunked_both_ways, {});
  for (const Pieces& pieces : hops(GetParam())) {
    const Outcome cut = hold(chunked_both_ways, pieces);
    EXPECT_EQ(content_of(cut.origin_got), content_of(whole.origin_got));
    EXPECT_TRUE(cut.client_got.ends_with("X-Sum: 1\r\n\r\n"));
  }
}

INSTANTIATE_TEST_SUITE_P(Bytes, EveryPiece, ::testing::Values(1, 2, 3, 7, 31));

TEST(WholeWay, ABodyIsNotReadBeforeTheConnectorAsksForIt) {
  WholeWay way;
  way.lose_the_origins_address();
  way.send("POST /up HTTP/1.1\r\nHost: wiki.example\r\nContent-Length: 1000000\r\n\r\n");
  way.send(std::string(1'000'000, 'x'));
  ASSERT_TRUE(way.until(
      [&] { return way.client().received.find("502 Bad Gateway") != std::string::npos; }));
  EXPECT_NE(way.log().find("\"request_bytes\":0"), std::string::npos) << way.log();
}

TEST(WholeWay, NothingIsHeldOnceTheClientHasGone) {
  WholeWay way;
  way.send("GET / HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
  ASSERT_TRUE(way.until(
      [&] { return way.origin.connections() == 1 && !way.origin.session().received.empty(); }));
  way.origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  ASSERT_TRUE(way.until([&] { return way.client().received.ends_with("half"); }));
  way.cut_client();
  EXPECT_TRUE(way.until([&] { return way.origin.session().over(); })) << "the origin is told";
  EXPECT_TRUE(way.until([&] { return way.engine_budget().used_bytes() == 0; }));
  EXPECT_TRUE(way.until([&] { return way.connector_budget().used_bytes() == 0; }));
}

TEST(WholeWay, AClientThatTakesNothingIsEndedOnceTheBudgetIsShort) {
  WholeWay way({}, 64 * 1024);
  way.send("GET / HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
  ASSERT_TRUE(way.until(
      [&] { return way.origin.connections() == 1 && !way.origin.session().received.empty(); }));
  way.stall_client();
  constexpr size_t of_others = 47 * 1024;  // with the least window it is short
  ASSERT_TRUE(way.engine_budget().take(of_others));
  way.origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" +
                            std::string(1'000'000, 'x'));
  EXPECT_TRUE(
      way.until([&] { return way.log().find("\"error\":\"stalled\"") != std::string::npos; }));
  EXPECT_TRUE(way.until([&] { return way.engine_budget().used_bytes() == of_others; }));
  way.engine_budget().give_back(of_others);
}

TEST(WholeWay, AnAnswerThatBreaksOffNeverLooksWhole) {
  WholeWay way;
  way.send("GET / HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
  ASSERT_TRUE(way.until(
      [&] { return way.origin.connections() == 1 && !way.origin.session().received.empty(); }));
  way.origin.session().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  ASSERT_TRUE(way.until([&] { return way.client().received.find("half") != std::string::npos; }));
  way.origin.session().end();
  EXPECT_TRUE(way.until([&] { return way.client().ended || way.client().broken.has_value(); }));
  EXPECT_FALSE(way.client().received.ends_with("0\r\n\r\n"));
  EXPECT_FALSE(way.client().ended) << "no close_notify either";
}

}  // namespace
}  // namespace hawser::test
