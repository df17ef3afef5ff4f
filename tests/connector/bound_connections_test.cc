// SPDX-License-Identifier: Apache-2.0
#include "connector/bound_connections.h"

#include "forwarder_fixture.h"
#include "support/test_authority.h"

namespace hawser::test {
namespace {

constexpr char offer[] =
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n";
constexpr char challenge[] =
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM TlRMTVNTUAAC\r\nContent-Length: 0\r\n\r\n";
constexpr char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class BoundTest : public ForwarderTest {
 protected:
  void SetUp() override {
    publish(origin.url());
    start();
  }
  channel::RecordingStream& ask(uint64_t session, std::string_view credentials = "",
                                std::string_view method = "GET") {
    message::RequestHead head = channel::request_head(method, "/" + std::to_string(session));
    if (!credentials.empty()) head.fields.add("Authorization", credentials);
    channel::OpenInfo info = channel::open_info();
    info.client_session = session;
    return open(head, info);
  }
  // How many heads the origin has got on a connection.
  size_t heads_on(size_t session) {
    size_t count = 0;
    if (origin.connections() <= session) return 0;
    const std::string& received = origin.session(session).received;
    for (size_t at = received.find("\r\n\r\n"); at != std::string::npos;
         at = received.find("\r\n\r\n", at + 1))
      ++count;
    return count;
  }
  // One exchange that the origin gets as the `nth` on this connection, and answers.
  void exchange_on(size_t connection, size_t nth, channel::RecordingStream& exchange,
                   std::string_view answer) {
    ASSERT_TRUE(until([&] { return heads_on(connection) == nth; }));
    origin.session(connection).send(answer);
    ASSERT_TRUE(ended(exchange)) << exchange.events;
  }
  static bool is_bound(const channel::RecordingStream& exchange) {
    return exchange.events.find(" bound;") != std::string::npos;
  }
  // A session that is authenticated on the origin's connection of that number.
  void authenticate(uint64_t session, size_t connection) {
    exchange_on(connection, 1, ask(session, "NTLM TlRMTVNTUAAB"), challenge);
    exchange_on(connection, 2, ask(session, "NTLM TlRMTVNTUAAD"), ok);
  }
};

TEST_F(BoundTest, AllOfAHandshakeAndWhatFollowsTakesOneConnectionThatNobodyElseGets) {
  auto& offered = ask(1);
  exchange_on(0, 1, offered, offer);
  EXPECT_TRUE(is_bound(offered));
  auto& other = ask(2);
  exchange_on(1, 1, other, ok);
  EXPECT_FALSE(is_bound(other));
  auto& first = ask(1, "NTLM TlRMTVNTUAAB");
  exchange_on(0, 2, first, challenge);
  EXPECT_TRUE(is_bound(first));
  exchange_on(0, 3, ask(1, "ntlm TlRMTVNTUAAD"), ok);
  auto& later = ask(1);
  exchange_on(0, 4, later, ok);
  EXPECT_TRUE(is_bound(later));
  exchange_on(1, 2, ask(3), ok);  // the pool's connection serves whoever comes
  EXPECT_EQ(origin.connections(), 2u);
  EXPECT_EQ(bound.size(), 1u);
}

TEST_F(BoundTest, ACredentialBindsThoughTheOriginSaysNothingOfIt) {
  auto& exchange = ask(1, "Negotiate YIIabc=");
  exchange_on(0, 1, exchange, ok);
  EXPECT_TRUE(is_bound(exchange));
  exchange_on(1, 1, ask(2), ok);
  EXPECT_EQ(pool.idle(), 1u);
}

TEST_F(BoundTest, AnotherUserOfTheSessionIsAnotherPerson) {
  authenticate(1, 0);
  channel::OpenInfo info = channel::open_info();
  info.client_session = 1;
  info.user = "bob";
  auto& bobs = open(channel::request_head(), info);
  exchange_on(1, 1, bobs, ok);
  EXPECT_FALSE(is_bound(bobs));
  exchange_on(0, 3, ask(1), ok);
}

TEST_F(BoundTest, TheEndOfTheSessionClosesItsConnectionsAlone) {
  authenticate(1, 0);
  authenticate(2, 1);
  engine.link->send_session_end(1);
  ASSERT_TRUE(until([&] { return origin.session(0).over(); }));
  EXPECT_FALSE(origin.session(1).over());
  exchange_on(1, 3, ask(2), ok);
  EXPECT_EQ(bound.size(), 1u);
}

TEST_F(BoundTest, TheSessionEndsWhileItsConnectionIsUsed) {
  authenticate(1, 0);
  auto& exchange = ask(1);
  ASSERT_TRUE(until([&] { return heads_on(0) == 3; }));
  engine.link->send_session_end(1);
  ASSERT_TRUE(until([&] { return bound.size() == 0; }));
  origin.session(0).send(ok);
  ASSERT_TRUE(ended(exchange));
  ASSERT_TRUE(until([&] { return origin.session(0).over(); }));
  EXPECT_EQ(pool.idle(), 0u);
}

TEST_F(BoundTest, TheLossOfTheChannelClosesThem) {
  authenticate(1, 0);
  engine.link->close("lost");
  ASSERT_TRUE(until([&] { return origin.session(0).over(); }));
  EXPECT_EQ(bound.size(), 0u);
}

TEST_F(BoundTest, AClientThatGoesMidwayTakesTheConnectionWithIt) {
  authenticate(1, 0);
  auto& exchange = ask(1);
  ASSERT_TRUE(until([&] { return heads_on(0) == 3; }));
  std::exchange(exchange.stream, nullptr)
      ->reset({message::ExchangeError::of(message::ErrorCode::client_gone), false});
  ASSERT_TRUE(until([&] { return origin.session(0).over(); }));
  EXPECT_EQ(bound.size(), 0u);
  exchange_on(1, 1, ask(2), ok);
}

TEST_F(BoundTest, ExchangesOfOneSessionTakeTurns) {
  authenticate(1, 0);
  auto& first = ask(1);
  ASSERT_TRUE(until([&] { return heads_on(0) == 3; }));
  auto& second = ask(1);
  auto& third = ask(1, "", "POST");
  settle(loop);
  EXPECT_EQ(heads_on(0), 3u);
  origin.session(0).send(ok);
  ASSERT_TRUE(ended(first));
  exchange_on(0, 4, second, ok);
  exchange_on(0, 5, third, ok);
  EXPECT_EQ(origin.connections(), 1u);
}

// Else the second's first word would be answered with a challenge that the first one's word spoils.
TEST_F(BoundTest, HandshakesOfOneSessionTakeTurnsFromTheirFirstWord) {
  auto& first = ask(1, "NTLM TlRMTVNTUAAB");
  auto& second = ask(1, "NTLM TlRMTVNTUAAB");
  exchange_on(0, 1, first, challenge);
  exchange_on(0, 2, second, challenge);
  EXPECT_EQ(origin.connections(), 1u);
}

TEST_F(BoundTest, WhoHasNotSpokenNeedNotWaitForAConnectionThatOnlyOffered) {
  exchange_on(0, 1, ask(1), offer);
  ask(1);
  ASSERT_TRUE(until([&] { return heads_on(0) == 2; }));
  auto& beside = ask(1);
  exchange_on(1, 1, beside, offer);
  EXPECT_FALSE(is_bound(beside));
  // The session has one already, and nobody else may have this one.
  ASSERT_TRUE(until([&] { return origin.session(1).over(); }));
  EXPECT_EQ(bound.size(), 1u);
}

TEST_F(BoundTest, ATurnThatDoesNotComeInTimeIsAnError) {
  authenticate(1, 0);
  ask(1);
  ASSERT_TRUE(until([&] { return heads_on(0) == 3; }));
  auto& waiting = ask(1);
  settle(loop);
  clock.advance_ms(5'100);  // the app's `queue`
  ASSERT_TRUE(ended(waiting));
  EXPECT_EQ(waiting.reset.error.code, message::ErrorCode::queue_timeout);
  EXPECT_TRUE(waiting.reset.origin_untouched);
}

TEST_F(BoundTest, WhoWaitedGoesOnAnewWhenTheOriginClosesTheConnection) {
  authenticate(1, 0);
  auto& first = ask(1);
  ASSERT_TRUE(until([&] { return heads_on(0) == 3; }));
  auto& second = ask(1);
  settle(loop);
  origin.session(0).send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(ended(first));
  exchange_on(1, 1, second, ok);
  EXPECT_FALSE(is_bound(second));
}

TEST_F(BoundTest, AConnectionThatTheOriginClosedIsForgotten) {
  authenticate(1, 0);
  origin.session(0).end();
  ASSERT_TRUE(until([&] { return bound.size() == 0; }));
  auto& anew = ask(1);
  exchange_on(1, 1, anew, ok);
  EXPECT_FALSE(is_bound(anew));
}

// Its challenge was given on the connection that is gone.
TEST_F(BoundTest, TheAnswerToAChallengeIsNeverSentOverAnotherConnection) {
  exchange_on(0, 1, ask(1, "NTLM TlRMTVNTUAAB"), challenge);
  auto& answer = ask(1, "NTLM TlRMTVNTUAAD");
  ASSERT_TRUE(until([&] { return heads_on(0) == 2; }));
  origin.session(0).end();
  ASSERT_TRUE(ended(answer));
  EXPECT_EQ(answer.reset.error.code, message::ErrorCode::origin_closed);
  EXPECT_EQ(origin.connections(), 1u);
}

// What the engine says of a session behind a trusted proxy.
TEST_F(BoundTest, WithoutASessionTheConnectionIsClosedBehindTheAnswer) {
  auto& first = ask(0, "NTLM TlRMTVNTUAAB");
  exchange_on(0, 1, first, challenge);
  EXPECT_FALSE(is_bound(first));
  ASSERT_TRUE(until([&] { return origin.session(0).over(); }));
  auto& offered = ask(0);
  exchange_on(1, 1, offered, offer);
  ASSERT_TRUE(until([&] { return origin.session(1).over(); }));
  EXPECT_EQ(bound.size() + pool.idle(), 0u);
}

TEST_F(BoundTest, AboveTheLimitTheLongestIdleGoes) {
  for (uint64_t session = 1; session <= 3; ++session) {
    authenticate(session, session - 1);
    clock.advance_ms(100);
  }
  exchange_on(0, 3, ask(1), ok);
  authenticate(4, 3);
  EXPECT_TRUE(until([&] { return origin.session(1).over(); }));
  EXPECT_FALSE(origin.session(0).over() || origin.session(2).over());
  EXPECT_EQ(bound.size(), 3u);
}

TEST_F(BoundTest, AboveTheLimitOfBusyOnesTheConnectionIsNotKept) {
  for (uint64_t session = 1; session <= 3; ++session) {
    authenticate(session, session - 1);
    ask(session);
    ASSERT_TRUE(until([&] { return heads_on(session - 1) == 3; }));
  }
  auto& fourth = ask(4, "NTLM TlRMTVNTUAAB");
  exchange_on(3, 1, fourth, challenge);
  EXPECT_FALSE(is_bound(fourth));
  EXPECT_TRUE(until([&] { return origin.session(3).over(); }));
}

TEST_F(BoundTest, WhatNobodyUsesForLongIsClosed) {
  authenticate(1, 0);
  clock.advance_ms(100'000);
  authenticate(2, 1);
  clock.advance_ms(21'000);
  ASSERT_TRUE(until([&] { return origin.session(0).over(); }));
  EXPECT_FALSE(origin.session(1).over());
  clock.advance_ms(100'000);
  ASSERT_TRUE(until([&] { return origin.session(1).over(); }));
}

TEST_F(BoundTest, AnOriginThatSpeaksUnaskedLosesTheConnection) {
  authenticate(1, 0);
  origin.session(0).send(ok);
  ASSERT_TRUE(until([&] { return bound.size() == 0; }));
  exchange_on(1, 1, ask(1), ok);
}

TEST_F(BoundTest, AnAppThatHasAnotherOriginNowIsNotServedByTheOldOne) {
  authenticate(1, 0);
  RawOrigin moved(loop);
  publish(moved.url());
  engine.app.revision = 2;
  auto& exchange = ask(1);
  ASSERT_TRUE(until(
      [&] { return moved.connections() == 1 && moved.session().received.ends_with("\r\n\r\n"); }));
  moved.session().send(ok);
  ASSERT_TRUE(ended(exchange));
  EXPECT_TRUE(until([&] { return origin.session(0).over(); }));
}

TEST_F(BoundTest, AnUpgradeLeavesTheSessionToBeginAnew) {
  authenticate(1, 0);
  message::RequestHead head = channel::request_head();
  head.fields.add("Upgrade", "websocket");
  channel::OpenInfo info = channel::open_info(channel::BodyKind::unknown);
  info.kind = channel::OpenKind::upgrade;
  info.client_session = 1;
  auto& tunnel = open(head, info);
  ASSERT_TRUE(until([&] { return heads_on(0) == 3; }));
  origin.session(0).send(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  ASSERT_TRUE(until([&] { return tunnel.response.status == 101; }));
  EXPECT_EQ(bound.size(), 0u);
  exchange_on(1, 1, ask(1), ok);
}

TEST_F(BoundTest, AnOriginThatMayChooseSpeaksHttp11WithWhoAuthenticatesAConnection) {
  const TestAuthority authority;
  tls::ServerOptions options;
  options.certificates = {authority.server("origin.example")};
  options.alpn = {"h2", "http/1.1"};
  RawOrigin choosing(loop, *tls::Context::server(options));
  publish(choosing.url());
  engine.app.http2 = true;
  engine.app.origin_tls.verify = false;
  const auto received = [&](size_t index, std::string_view begin) {
    return until([&] {
      return choosing.connections() > index && choosing.session(index).received.starts_with(begin);
    });
  };
  ask(1);
  EXPECT_TRUE(received(0, "PRI * HTTP/2.0\r\n"));
  auto& speaking = ask(1, "NTLM TlRMTVNTUAAB");
  ASSERT_TRUE(received(1, "GET /1 HTTP/1.1\r\n"));
  choosing.session(1).send(challenge);
  ASSERT_TRUE(ended(speaking));
  EXPECT_TRUE(is_bound(speaking));
  choosing.session(1).received.clear();
  ask(1);
  EXPECT_TRUE(received(1, "GET /1 HTTP/1.1\r\n"));
}

TEST_F(BoundTest, AnOriginThatHasNothingButHttp2GetsAConnectionForThatExchangeAlone) {
  publish("h2c://127.0.0.1:" + std::to_string(origin.port()));
  const auto connections_are = [&](size_t count) {
    return until([&] {
      return origin.connections() == count && origin.last().received.starts_with("PRI * HTTP/2.0");
    });
  };
  ask(1);
  EXPECT_TRUE(connections_are(1));
  ask(1, "Negotiate YII=");
  EXPECT_TRUE(connections_are(2));
  ask(2, "Negotiate YII=");
  EXPECT_TRUE(connections_are(3));
  ask(3);
  settle(loop);
  EXPECT_EQ(origin.connections(), 3u);
  EXPECT_EQ(bound.size(), 0u);
}

// A forwarder that is through is destroyed at the end of the turn, maybe after its worker.
TEST_F(BoundTest, AClaimThatWasLeftMayOutliveThemAll) {
  auto all = std::make_unique<connector::BoundConnections>(loop, connector::BoundLimits{});
  const connector::BoundName name{engine.link.get(), 1, "wiki", ""};
  connector::BoundUse first(*all, name, [] {});
  connector::BoundUse second(*all, name, [] { ADD_FAILURE() << "nobody is left to tell it"; });
  EXPECT_TRUE(first.bind(true));
  EXPECT_EQ(second.ask(true), connector::BoundUse::Turn::waits);
  first.leave();
  all.reset();
  second.leave();
  settle(loop);
}

}  // namespace
}  // namespace hawser::test
