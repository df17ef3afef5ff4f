// SPDX-License-Identifier: Apache-2.0
// Connections to origins that belong to a client session, the whole way.
#include "relay/session_bindings.h"

#include "whole_way_fixture.h"

namespace hawser::test {
namespace {

constexpr char first_word[] =
    "GET / HTTP/1.1\r\nHost: wiki.example\r\nAuthorization: NTLM TlRMTVNTUAAB\r\n\r\n";
constexpr char get[] = "GET / HTTP/1.1\r\nHost: wiki.example\r\n\r\n";
constexpr char challenge[] =
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM TlRMTVNTUAAC\r\nContent-Length: 5\r\n\r\n"
    "again";

// The session of `way` has spoken NTLM with the origin.
void speak(WholeWay& way) {
  way.send(first_word);
  ASSERT_TRUE(way.until([&] {
    return way.origin.connections() == 1 && way.origin.session().received.ends_with("\r\n\r\n");
  }));
  way.origin.session().send(challenge);
  ASSERT_TRUE(way.until([&] { return way.client().received.ends_with("again"); }));
}

TEST(SessionBindings, TheEndOfTheClientsConnectionEndsTheOrigins) {
  WholeWay way;
  speak(way);
  EXPECT_EQ(way.engine().bindings.sessions(), 1u);
  way.end_client();
  EXPECT_TRUE(way.until([&] { return way.origin.session().over(); }));
  EXPECT_EQ(way.engine().bindings.sessions(), 0u);
}

TEST(SessionBindings, AClientThatIsCutOffEndsItToo) {
  WholeWay way;
  speak(way);
  way.cut_client();
  EXPECT_TRUE(way.until([&] { return way.origin.session().over(); }));
}

TEST(SessionBindings, WithoutTheChannelTheClientIsToldAndItsConnectionEnds) {
  WholeWay way;
  speak(way);
  way.connector().link->close("it goes");
  way.send(get);
  ASSERT_TRUE(way.until([&] { return way.client().ended; })) << way.client().received;
  EXPECT_NE(way.client().received.find("HTTP/1.1 502 "), std::string::npos);
  EXPECT_NE(way.client().received.find("connector_gone"), std::string::npos);
  EXPECT_NE(way.client().received.find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(SessionBindings, AnExchangeOnTheWayIsNotTriedElsewhere) {
  WholeWay way;
  speak(way);
  way.send(get);
  ASSERT_TRUE(way.until(
      [&] { return way.origin.session().received.find("\r\n\r\nGET / ") != std::string::npos; }));
  way.connector().link->close("it goes");
  ASSERT_TRUE(way.until([&] { return way.client().ended; })) << way.client().received;
  EXPECT_NE(way.client().received.find("connector_gone"), std::string::npos);
}

}  // namespace
}  // namespace hawser::test
