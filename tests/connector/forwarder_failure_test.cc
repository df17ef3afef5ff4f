// SPDX-License-Identifier: Apache-2.0
// What an exchange comes to when the origin, the engine or time is against it.
#include <sys/socket.h>

#include "connector/forwarder.h"
#include "forwarder_fixture.h"
#include "support/test_authority.h"

namespace hawser::test {
namespace {

using message::ErrorCode;

constexpr char ok_hello[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

class ForwarderFailureTest : public ForwarderTest {
 protected:
  // The exchange ends with this error, told to the engine.
  void expect_reset(channel::RecordingStream& exchange, ErrorCode code, bool untouched) {
    ASSERT_TRUE(ended(exchange));
    EXPECT_EQ(message::name_of(exchange.reset.error.code), message::name_of(code))
        << exchange.reset.error.reason << " " << exchange.events;
    EXPECT_EQ(exchange.reset.origin_untouched, untouched);
  }
  // A port at which nobody listens.
  uint16_t closed_port() {
    const auto listening = core::open_listening(core::Address::parse("127.0.0.1:0").value());
    return listening->address.port();
  }
};

TEST_F(ForwarderFailureTest, ARefusedConnectionIsToldAndTheOriginIsUntouched) {
  publish("http://127.0.0.1:" + std::to_string(closed_port()) + "/");
  start();
  expect_reset(get("/"), ErrorCode::origin_refused, true);
}

TEST_F(ForwarderFailureTest, AnUnknownNameIsTold) {
  loop.resolver().override_name(
      "wiki.corp", core::DnsError{core::DnsError::Kind::not_found, "wiki.corp is not known"});
  publish("http://wiki.corp:9000/");
  start();
  expect_reset(get("/"), ErrorCode::origin_name_unknown, true);
}

TEST_F(ForwarderFailureTest, AnotherAddressOfTheNameIsTried) {
  loop.resolver().override_name(
      "wiki.corp", std::vector<core::Address>{core::Address::from_ip("::1", 0).value(),
                                              core::Address::from_ip("127.0.0.1", 0).value()});
  publish("http://wiki.corp:" + std::to_string(origin.port()) + "/");
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(exchange));
  EXPECT_EQ(exchange.body, "hello");
}

TEST_F(ForwarderFailureTest, AnotherOriginOfTheAppIsTried) {
  publish(origin.url());
  engine.app.origins.push_back(
      model::Origin::parse_url("http://127.0.0.1:" + std::to_string(closed_port()) + "/").value());
  engine.app.origins.back().weight = 1000;
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(finished(exchange));
}

TEST_F(ForwarderFailureTest, AnOriginThatTheConnectorDoesNotAllowIsNotDialled) {
  policy = connector::OriginPolicy({connector::OriginRule::parse("10.0.0.0/8").value()});
  publish(origin.url());
  start();
  expect_reset(get("/"), ErrorCode::origin_not_allowed, true);
  settle(loop);
  EXPECT_EQ(origin.connections(), 0u);
}

TEST_F(ForwarderFailureTest, AnAppThatTheEngineDoesNotKnowIsTold) {
  publish(origin.url());
  engine.app_status = 404;
  start();
  expect_reset(get("/"), ErrorCode::app_unknown, true);
}

TEST_F(ForwarderFailureTest, AnOriginThatDoesNotAcceptEndsByTheConnectTimeout) {
  // A listening socket whose queue is full answers no SYN.
  core::ListenOptions options;
  options.backlog = 0;
  const auto full = core::open_listening(core::Address::parse("127.0.0.1:0").value(), options);
  std::vector<std::unique_ptr<core::Socket>> fillers;
  for (int i = 0; i < 4; ++i) fillers.push_back(core::Socket::connect(loop, full->address));
  settle(loop);
  publish("http://" + full->address.to_string() + "/");
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(until([&] { return engine.calls.size() == 1 && engine.calls[0]->over(); }));
  clock.advance_ms(engine.app.timeouts.connect_ms + 20);
  expect_reset(exchange, ErrorCode::origin_connect_timeout, true);
}

TEST_F(ForwarderFailureTest, NoAnswerEndsByTheFirstByteTimeout) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  clock.advance_ms(engine.app.timeouts.first_byte_ms + 20);
  expect_reset(exchange, ErrorCode::origin_first_byte_timeout, false);
  EXPECT_TRUE(until([&] { return origin.session().over(); }));
}

TEST_F(ForwarderFailureTest, AnAnswerThatStallsEndsByTheIdleTimeout) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  ASSERT_TRUE(until([&] { return exchange.body == "hel"; }));
  clock.advance_ms(engine.app.timeouts.stream_idle_ms + 20);
  expect_reset(exchange, ErrorCode::stream_idle_timeout, false);
}

TEST_F(ForwarderFailureTest, AClientThatSendsNoMoreIsNotTheOriginsFault) {
  publish(origin.url());
  start();
  auto& exchange = post("/upload", 10);
  ASSERT_TRUE(body_wanted(exchange));
  send_data(exchange, "12345");
  ASSERT_TRUE(until([&] { return origin.session().received.ends_with("12345"); }));
  clock.advance_ms(engine.app.timeouts.stream_idle_ms + 20);
  expect_reset(exchange, ErrorCode::client_too_slow, false);
}

TEST_F(ForwarderFailureTest, AClientThatReadsNoMoreIsNotTheOriginsFault) {
  publish(origin.url());
  start();
  auto& exchange = get("/large");
  exchange.hold = true;
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" +
                        channel::pattern(1'000'000));
  ASSERT_TRUE(until([&] { return exchange.body.size() >= 16 * 1024; }));
  settle(loop);
  clock.advance_ms(engine.app.timeouts.stream_idle_ms + 20);
  expect_reset(exchange, ErrorCode::client_too_slow, false);
}

TEST_F(ForwarderFailureTest, AnAnswerThatTakesItsTimeEndsByTheTotalTimeout) {
  publish(origin.url());
  engine.app.timeouts.total_ms = 90'000;
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  ASSERT_TRUE(until([&] { return exchange.body == "hel"; }));
  clock.advance_ms(90'020);
  expect_reset(exchange, ErrorCode::total_timeout, false);
}

TEST_F(ForwarderFailureTest, AnOriginThatClosesWithoutAnAnswerIsTold) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().end();
  expect_reset(exchange, ErrorCode::origin_closed, false);
}

TEST_F(ForwarderFailureTest, AnAnswerThatIsCutIsNotTakenForTheEnd) {
  publish(origin.url());
  start();
  const char* const cut_answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
  };
  for (const char* answer : cut_answers) {
    const size_t session = origin.connections();
    auto& exchange = get("/");
    ASSERT_TRUE(origin_got_head(session));
    origin.session(session).send(answer);
    origin.session(session).end();
    expect_reset(exchange, ErrorCode::origin_cut, false);
    EXPECT_EQ(exchange.events.find("end;"), std::string::npos);
  }
}

TEST_F(ForwarderFailureTest, AnAnswerThatIsNotHttpIsTold) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  expect_reset(exchange, ErrorCode::origin_bad_answer, false);
}

TEST_F(ForwarderFailureTest, AStaleConnectionIsReplacedForAnIdempotentRequest) {
  publish(origin.url());
  start();
  auto& first = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(first));
  origin.session().received.clear();
  auto& second = get("/again");
  ASSERT_TRUE(origin_got_head());
  origin.session().end();  // just as the request came
  ASSERT_TRUE(origin_got_head(1));
  EXPECT_TRUE(origin.session(1).received.starts_with("GET /again "));
  origin.session(1).send(ok_hello);
  ASSERT_TRUE(ended(second));
  EXPECT_TRUE(finished(second));
}

TEST_F(ForwarderFailureTest, AReplacedConnectionIsAskedWithTheSameNames) {
  publish(origin.url("/base/"));
  engine.app.rewrite_origin = true;
  start();
  message::RequestHead head = channel::request_head("GET", "/a");
  head.fields.add("Referer", "https://wiki.example/b");
  auto& first = open(head, channel::open_info());
  ASSERT_TRUE(origin_got_head());
  const std::string referer = "\r\nReferer: " + origin.url("/base/b") + "\r\n";
  EXPECT_NE(origin.session().received.find(referer), std::string::npos);
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(first));
  origin.session().received.clear();
  open(head, channel::open_info());
  ASSERT_TRUE(origin_got_head());
  origin.session().end();
  ASSERT_TRUE(origin_got_head(1));
  EXPECT_NE(origin.session(1).received.find(referer), std::string::npos);
}

TEST_F(ForwarderFailureTest, AStaleConnectionIsNotReplacedWhenTheRequestMayHaveDoneSomething) {
  publish(origin.url());
  start();
  auto& first = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(first));
  origin.session().received.clear();
  auto& second = get("/order", "POST");
  ASSERT_TRUE(origin_got_head());
  origin.session().end();
  expect_reset(second, ErrorCode::origin_closed, false);
  EXPECT_EQ(origin.connections(), 1u);
}

TEST_F(ForwarderFailureTest, AFreshConnectionThatClosesIsNotTriedAgain) {
  publish(origin.url());
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().reset();
  expect_reset(exchange, ErrorCode::origin_closed, false);
  EXPECT_EQ(origin.connections(), 1u);
}

TEST_F(ForwarderFailureTest, APooledConnectionThatGoesBeforeTheBodyIsReplaced) {
  publish(origin.url());
  start();
  auto& first = get("/");
  ASSERT_TRUE(origin_got_head());
  origin.session().send(ok_hello);
  ASSERT_TRUE(ended(first));
  auto& second = post("/upload", 5);
  ASSERT_TRUE(body_wanted(second));
  origin.session().end();
  ASSERT_TRUE(until([&] { return origin.connections() == 2; }));
  second.send_body("12345");
  ASSERT_TRUE(until([&] { return origin.session(1).received.ends_with("12345"); }));
}

// --- an upload that is cut never looks complete to the origin

TEST_F(ForwarderFailureTest, AnUploadThatTheEngineBreaksOffIsResetAtTheOrigin) {
  publish(origin.url());
  start();
  for (const int64_t bytes : {int64_t{-1}, int64_t{10}}) {
    SCOPED_TRACE(bytes);
    const size_t session = origin.connections();
    auto& exchange = post("/upload", bytes);
    ASSERT_TRUE(body_wanted(exchange));
    send_data(exchange, "hello");
    ASSERT_TRUE(origin_got_head(session));
    exchange.stream->reset({message::ExchangeError::of(ErrorCode::client_gone, "gone"), false});
    exchange.stream = nullptr;
    ASSERT_TRUE(until([&] { return origin.session(session).over(); }));
    EXPECT_TRUE(origin.session(session).broken.has_value());
    EXPECT_EQ(origin.session(session).received.find("\r\n0\r\n\r\n"), std::string::npos);
  }
}

TEST_F(ForwarderFailureTest, AnUploadWhoseChannelIsLostIsResetAtTheOrigin) {
  publish(origin.url());
  start();
  auto& exchange = post("/upload", -1);
  ASSERT_TRUE(body_wanted(exchange));
  send_data(exchange, "hello");
  ASSERT_TRUE(origin_got_head());
  engine.link->close("broken", false);
  ASSERT_TRUE(until([&] { return origin.session().over(); }));
  EXPECT_TRUE(origin.session().broken.has_value());
  EXPECT_EQ(origin.session().received.find("\r\n0\r\n\r\n"), std::string::npos);
}

TEST_F(ForwarderFailureTest, AResponseThatNobodyWantsEndsTheOriginsConnection) {
  publish(origin.url());
  start();
  auto& exchange = get("/large");
  ASSERT_TRUE(origin_got_head());
  origin.session().send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
  ASSERT_TRUE(until([&] { return exchange.body == "hello"; }));
  exchange.stream->send_stop();
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(until([&] { return origin.session().over(); }));
}

TEST_F(ForwarderFailureTest, WithoutMemoryForTheBodyTheRequestIsRefusedUntouched) {
  publish(origin.url());
  start(16 * 1024);  // enough for one window
  auto& first = post("/upload", 100'000);
  ASSERT_TRUE(body_wanted(first));
  origin.session().pause();
  auto& second = post("/upload", 100'000);
  ASSERT_TRUE(ended(second));
  EXPECT_TRUE(second.reset.origin_untouched);
}

TEST_F(ForwarderFailureTest, AnUpgradeToNothingIsRefused) {
  publish(origin.url());
  start();
  channel::OpenInfo info = channel::open_info(channel::BodyKind::unknown);
  info.kind = channel::OpenKind::upgrade;
  expect_reset(open(channel::request_head("GET", "/socket"), info), ErrorCode::protocol_violation,
               true);
}

TEST_F(ForwarderFailureTest, ConnectIsRefused) {
  publish(origin.url());
  start();
  channel::OpenInfo info = channel::open_info(channel::BodyKind::unknown);
  info.kind = channel::OpenKind::connect;
  expect_reset(open(channel::request_head("CONNECT", "/"), info), ErrorCode::upgrade_refused, true);
}

// --- https origins

class ForwarderTlsTest : public ForwarderFailureTest {
 protected:
  std::shared_ptr<tls::Context> context_for(const tls::KeyPair& pair) {
    tls::ServerOptions options;
    options.certificates = {pair};
    return tls::Context::server(options).value();
  }
  TestAuthority authority;
  std::unique_ptr<RawOrigin> secure;

  void serve(const std::string& dns_name) {
    secure = std::make_unique<RawOrigin>(loop, context_for(authority.server(dns_name)));
    publish(secure->url());
    engine.app.origin_tls.ca_pem = authority.certificate_pem();
    engine.app.origin_tls.server_name = "wiki.corp";
  }
  bool secure_got_head() {
    return until([&] {
      return secure->connections() > 0 &&
             secure->last().received.find("\r\n\r\n") != std::string::npos;
    });
  }
};

TEST_F(ForwarderTlsTest, AnOriginWithACertificateOfTheAppsAuthorityIsServed) {
  serve("wiki.corp");
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(secure_got_head());
  secure->session().send(ok_hello);
  ASSERT_TRUE(ended(exchange));
  EXPECT_EQ(exchange.body, "hello");
}

TEST_F(ForwarderTlsTest, ACertificateForAnotherNameIsRefused) {
  serve("other.corp");
  start();
  expect_reset(get("/"), ErrorCode::origin_certificate_bad, true);
}

TEST_F(ForwarderTlsTest, ACertificateOfAnUnknownAuthorityIsRefused) {
  serve("wiki.corp");
  engine.app.origin_tls.ca_pem.clear();  // the system's roots
  start();
  expect_reset(get("/"), ErrorCode::origin_certificate_bad, true);
}

TEST_F(ForwarderTlsTest, VerifyFalseTakesAnyCertificate) {
  serve("other.corp");
  engine.app.origin_tls.ca_pem.clear();
  engine.app.origin_tls.verify = false;
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(secure_got_head());
  secure->session().send(ok_hello);
  ASSERT_TRUE(ended(exchange));
  EXPECT_EQ(exchange.body, "hello");
}

TEST_F(ForwarderTlsTest, AnAnswerThatEndsWithoutCloseNotifyIsCut) {
  serve("wiki.corp");
  start();
  auto& exchange = get("/");
  ASSERT_TRUE(secure_got_head());
  secure->session().send("HTTP/1.0 200 OK\r\n\r\nhalf");
  ASSERT_TRUE(until([&] { return exchange.body == "half"; }));
  secure->session().reset();
  expect_reset(exchange, ErrorCode::origin_cut, false);
}

}  // namespace
}  // namespace hawser::test
