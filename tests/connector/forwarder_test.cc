// SPDX-License-Identifier: Apache-2.0
#include "connector/forwarder.h"
#include "core/io_faults.h"

#include "forwarder_fixture.h"

namespace hawser::test {
namespace {

constexpr char ok_hello[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

std::string head_of(const std::string& received) {
  return received.substr(0, received.find("\r\n\r\n") + 4);
}
bool has_line(const std::string& received, const std::string& line) {
  return head_of(received).find("\r\n" + line + "\r\n") != std::string::npos;
}

TEST_F(ForwarderTest, AGetReachesTheOriginAndItsAnswerComesBack) {
  publish(origin.url());
  start();
  auto& exchange = get("/a?b=c");
  ASSERT_TRUE(origin_got_head());
  EXPECT_TRUE(origin.session().received.starts_with("GET /a?b=c HTTP/1.1\r\n"));
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(exchange));
  EXPECT_EQ(exchange.response.status, 200);
  EXPECT_EQ(exchange.body, "hello");
  EXPECT_TRUE(finished(exchange));
}

TEST_F(ForwarderTest, TheOriginIsNamedInHostUnlessTheAppWantsThePublicName) {
  publish(origin.url());
  start();
  get("/");
  ASSERT_TRUE(origin_got_head());
  EXPECT_TRUE(
      has_line(origin.session().received, "Host: 127.0.0.1:" + std::to_string(origin.port())));
  engine.app.host_header = model::HostHeader::public_host;
  engine.app.revision = 2;
  get("/");
  ASSERT_TRUE(origin_got_head(1));
  EXPECT_TRUE(has_line(origin.session(1).received, "Host: wiki.example"));
}

TEST_F(ForwarderTest, TheOriginsPathTakesThePlaceOfTheAppsPrefix) {
  publish(origin.url("/base/"));
  engine.app.path_prefix = "/wiki/";
  start();
  get("/wiki/a%2Fb/c?d");
  ASSERT_TRUE(origin_got_head());
  EXPECT_TRUE(origin.session().received.starts_with("GET /base/a%2Fb/c?d HTTP/1.1\r\n"));
}

TEST_F(ForwarderTest, ASecondRequestUsesTheConnectionAgain) {
  publish(origin.url());
  start();
  for (int i = 0; i < 3; ++i) {
    origin.connections() > 0 ? origin.session().received.clear() : void();
    auto& exchange = get("/");
    ASSERT_TRUE(origin_got_head());
    origin.session().send(ok_hello);
    ASSERT_TRUE(ended(exchange));
  }
  EXPECT_EQ(origin.connections(), 1u);
}

TEST_F(ForwarderTest, AnIdleConnectionThatSpeaksUnaskedIsThrownAway) {
  publish(origin.url());
  start();
  auto& first = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(first));
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  ASSERT_TRUE(until([&] { return pool.idle() == 0; }));
  auto& second = get("/");
  ASSERT_TRUE(origin_got_head(1));
  origin.session(1).send(ok_hello);
  ASSERT_TRUE(ended(second));
  EXPECT_EQ(second.body, "hello");
}

TEST_F(ForwarderTest, AnIdleConnectionGoesAfterItsTime) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(exchange));
  ASSERT_EQ(pool.idle(), 1u);
  clock.advance_ms(31'000);
  EXPECT_TRUE(until([&] { return pool.idle() == 0 && origin.session().over(); }));
}

TEST_F(ForwarderTest, ABodyIsAskedForOnlyOnceTheOriginIsConnected) {
  publish(origin.url());
  engine.answering = false;
  start();
  auto& exchange = post("/upload", 5);
  ASSERT_TRUE(until([&] { return engine.calls.size() == 1; }));
  settle(loop);
  EXPECT_EQ(exchange.events.find("wanted"), std::string::npos);
  engine.answer(0);
  ASSERT_TRUE(body_wanted(exchange));
  EXPECT_EQ(origin.connections(), 1u);
}

TEST_F(ForwarderTest, NothingIsWrittenToTheOriginBeforeTheFirstData) {
  publish(origin.url());
  start();
  auto& exchange = post("/upload", 5);
  ASSERT_TRUE(body_wanted(exchange));
  settle(loop);
  ASSERT_EQ(origin.connections(), 1u);
  EXPECT_EQ(origin.session().received, "");
  send_data(exchange, "");
  ASSERT_TRUE(origin_got_head());
  EXPECT_TRUE(has_line(origin.session().received, "Content-Length: 5"));
  exchange.send_body("12345");
  ASSERT_TRUE(until([&] { return origin.session().received.ends_with("\r\n\r\n12345"); }));
}

TEST_F(ForwarderTest, ABodyOfUnknownLengthGoesInChunksWithItsTrailers) {
  publish(origin.url());
  start();
  auto& exchange = post("/upload", -1);
  exchange.send_body("hello", channel::fields_of({{"Checksum", "abc"}}));
  ASSERT_TRUE(until([&] {
    return origin.connections() == 1 &&
           origin.session().received.ends_with("5\r\nhello\r\n0\r\nChecksum: abc\r\n\r\n");
  }));
  EXPECT_TRUE(has_line(origin.session().received, "Transfer-Encoding: chunked"));
}

TEST_F(ForwarderTest, AnEarlyAnswerIsPassedOnWhileTheBodyStillComes) {
  publish(origin.url());
  start();
  auto& exchange = post("/upload", 10);
  ASSERT_TRUE(body_wanted(exchange));
  send_data(exchange, "12345");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(until([&] { return exchange.body == "hello"; }));
  EXPECT_FALSE(exchange.over());
  exchange.send_body("67890");
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(finished(exchange));
  EXPECT_TRUE(origin.session().received.ends_with("1234567890"));
  EXPECT_EQ(pool.idle(), 1u);
}

TEST_F(ForwarderTest, AnOriginThatAnswersAndClosesStopsTheBody) {
  publish(origin.url());
  start();
  auto& exchange = post("/upload", 100'000);
  ASSERT_TRUE(body_wanted(exchange));
  send_data(exchange, "12345");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(ended(exchange));
  EXPECT_EQ(exchange.response.status, 413);
  EXPECT_TRUE(finished(exchange));
  EXPECT_NE(exchange.events.find("stop;"), std::string::npos);
}

TEST_F(ForwarderTest, ABodyOf8MiBIsByteExactBothWays) {
  publish(origin.url());
  start();
  const std::string body = channel::pattern(8 * 1024 * 1024);
  auto& exchange = post("/echo", static_cast<int64_t>(body.size()));
  exchange.send_body(body);
  ASSERT_TRUE(until([&] {
    return origin.connections() == 1 && origin.session().received.size() > body.size() &&
           origin.session().received.ends_with(body.substr(body.size() - 100));
  }));
  const std::string got =
      origin.session().received.substr(head_of(origin.session().received).size());
  EXPECT_TRUE(got == body);
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body);
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(exchange.body == body);
}

TEST_F(ForwarderTest, AnOriginIsReadNoFasterThanTheEngineTakes) {
  publish(origin.url());
  start();
  auto& exchange = get("/large");
  exchange.hold = true;
  ASSERT_TRUE(origin_got_head());
  const std::string body = channel::pattern(32 * 1024 * 1024);
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body);
  ASSERT_TRUE(until([&] { return exchange.body.size() >= 16 * 1024; }));
  settle(loop, 100);
  EXPECT_EQ(exchange.body.size(), 16u * 1024);  // the first credit, and no more
  EXPECT_GT(origin.session().transport->unsent_bytes(), 16u * 1024 * 1024);
  exchange.hold = false;
  exchange.release_held();
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(exchange.body == body);
}

TEST_F(ForwarderTest, ABodyWaitsWhileTheOriginDoesNotRead) {
  publish(origin.url());
  start();
  auto& exchange = post("/slow", 64 * 1024 * 1024);
  ASSERT_TRUE(until([&] { return origin.connections() == 1; }));
  origin.session().pause();
  exchange.send_body(channel::pattern(64 * 1024 * 1024));
  size_t sent = 0;
  ASSERT_TRUE(until([&] {
    settle(loop, 50);
    return std::exchange(sent, exchange.sent) == exchange.sent && sent > 0;
  }));
  EXPECT_LT(exchange.sent, 16u * 1024 * 1024);  // kernel buffers and one window
  origin.session().resume();
  ASSERT_TRUE(until([&] { return exchange.sent == exchange.to_send.size(); }));
}

TEST_F(ForwarderTest, InterimHeadsArePassedOn) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(exchange.events.starts_with("interim 103;head 200;"));
}

TEST_F(ForwarderTest, TrailersOfTheOriginArePassedOn) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nSum: 1\r\n\r\n");
  ASSERT_TRUE(ended(exchange));
  EXPECT_EQ(exchange.body, "hello");
  EXPECT_EQ(exchange.trailers.get("Sum").value_or(""), "1");
}

TEST_F(ForwarderTest, HopByHopFieldsStopHere) {
  publish(origin.url());
  start();
  message::RequestHead head = channel::request_head("GET", "/");
  head.fields.add("Connection", "X-Secret, close");
  head.fields.add("X-Secret", "1");
  head.fields.add("Expect", "100-continue");
  auto& exchange = open(head, channel::open_info());
  ASSERT_TRUE(origin_got_head());
  EXPECT_EQ(origin.session().received.find("X-Secret"), std::string::npos);
  EXPECT_NE(origin.session().received.find("Expect: 100-continue"), std::string::npos)
      << "it goes end to end";
  origin.session().send("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(ended(exchange));
  EXPECT_FALSE(exchange.response.fields.has("Keep-Alive"));
}

TEST_F(ForwarderTest, AnAnswerThatItsConnectionEndsIsComplete) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.0 200 OK\r\n\r\nall of it");
  origin.session().end();
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(finished(exchange));
  EXPECT_EQ(exchange.body, "all of it");
}

TEST_F(ForwarderTest, AnswersToHeadAnd304HaveNoBody) {
  publish(origin.url());
  start();
  auto& exchange = get("/", "HEAD");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(finished(exchange));
  EXPECT_EQ(exchange.response.fields.get("Content-Length").value_or(""), "5");
  origin.session().received.clear();
  auto& second = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
  ASSERT_TRUE(ended(second));
  EXPECT_TRUE(finished(second));
  EXPECT_EQ(second.body, "");
}

TEST_F(ForwarderTest, EachRequestIsOneLineOfTheLogWithoutItsQuery) {
  publish(origin.url());
  start();
  auto& exchange = get("/page?secret=1");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(until([&] { return exchange.over() && connector.forwarders.empty(); }));
  const std::string text = log.text();
  EXPECT_NE(text.find("\"path\":\"/page\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"request_id\":\"0190a6c1-0000-7000-8000-000000000001\""),
            std::string::npos);
  EXPECT_NE(text.find("\"ended_by\":\"complete\""), std::string::npos);
  EXPECT_EQ(text.find("secret"), std::string::npos);
}

// A message that arrives a byte at a time, on both of its ways, is the same message.
TEST_F(ForwarderTest, EveryCutGivesTheSameExchange) {
  for (const size_t cut : {1u, 2u, 3u, 7u, 31u}) {
    SCOPED_TRACE(cut);
    core::CuttingFaults faults(cut);
    loop.set_socket_faults(&faults);
    cut_bytes = cut;
    connector.link.reset();
    engine.link.reset();
    publish(origin.url());
    start();
    const size_t session = origin.connections();
    auto& exchange = post("/echo", 20);
    exchange.send_body("01234567890123456789");
    ASSERT_TRUE(until([&] {
      return origin.connections() > session &&
             origin.session(session).received.ends_with("\r\n\r\n01234567890123456789");
    }));
    origin.session(session).send(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        "a\r\n0123456789\r\n3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n");
    ASSERT_TRUE(ended(exchange));
    EXPECT_TRUE(finished(exchange));
    EXPECT_EQ(exchange.body, "0123456789abc");
    EXPECT_EQ(exchange.trailers.get("A").value_or(""), "b");
    loop.set_socket_faults(nullptr);
  }
}

}  // namespace
}  // namespace hawser::test
