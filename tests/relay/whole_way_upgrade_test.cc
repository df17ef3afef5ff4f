// SPDX-License-Identifier: Apache-2.0
// An upgraded exchange on the whole way: both directions are the peers' own, each ends by itself.
#include "whole_way_fixture.h"

namespace hawser::test {
namespace {

constexpr char asking[] =
    "GET /chat HTTP/1.1\r\nHost: wiki.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr char agreeing[] =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

class UpgradeOnTheWholeWay : public ::testing::TestWithParam<size_t> {
 protected:
  // Agreed by both, with `eager` behind the client's head and `first` behind the origin's.
  void agree(std::string_view eager = {}, std::string_view first = {}) {
    way.send(asking + std::string(eager));
    ASSERT_TRUE(way.until([&] {
      return way.origin.connections() == 1 &&
             way.origin.session().received.find("\r\n\r\n") != std::string::npos;
    }));
    way.origin.session().send(agreeing + std::string(first));
    ASSERT_TRUE(client_has("Upgrade: websocket\r\n"));
  }
  bool client_has(std::string_view text) {
    return way.until([&] { return way.client().received.find(text) != std::string::npos; });
  }
  bool origin_has(std::string_view text) {
    return way.until([&] { return way.origin.session().received.ends_with(text); });
  }
  bool nothing_is_held() {
    return way.until([&] {
      return way.engine_budget().used_bytes() == 0 && way.connector_budget().used_bytes() == 0;
    });
  }

  WholeWay way{Pieces{GetParam(), GetParam(), GetParam()}};
};

TEST_P(UpgradeOnTheWholeWay, BytesPassBothWaysAsTheyAre) {
  agree();
  way.send(std::string("\x81\0\r\n\r\nGET", 9));
  EXPECT_TRUE(origin_has(std::string_view("\x81\0\r\n\r\nGET", 9)));
  way.origin.session().send("0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  EXPECT_TRUE(way.until(
      [&] { return way.client().received.ends_with("0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"); }));
}

TEST_P(UpgradeOnTheWholeWay, WhatCameWithTheHeadsIsNotLost) {
  agree("eager", "first");
  EXPECT_TRUE(origin_has("eager"));
  EXPECT_TRUE(way.until([&] { return way.client().received.ends_with("first"); }));
}

TEST_P(UpgradeOnTheWholeWay, AClientThatHasSaidAllStillHearsTheRest) {
  agree();
  way.send("last");
  way.end_client();
  ASSERT_TRUE(origin_has("last"));
  ASSERT_TRUE(way.until([&] { return way.origin.session().ended; }));
  way.origin.session().send("answer");
  EXPECT_TRUE(way.until([&] { return way.client().received.ends_with("answer"); }));
  way.origin.session().end();
  EXPECT_TRUE(way.until([&] { return way.client().ended; }));
  EXPECT_TRUE(nothing_is_held());
}

TEST_P(UpgradeOnTheWholeWay, AnOriginThatHasSaidAllStillHearsTheRest) {
  agree();
  way.origin.session().send("last");
  way.origin.session().end();
  ASSERT_TRUE(way.until([&] { return way.client().ended; }));
  EXPECT_TRUE(way.client().received.ends_with("last"));
  way.send("answer");
  EXPECT_TRUE(origin_has("answer"));
  way.end_client();
  EXPECT_TRUE(way.until([&] { return way.origin.session().ended; }));
  EXPECT_TRUE(nothing_is_held());
}

TEST_P(UpgradeOnTheWholeWay, AnOriginThatBreaksOffLooksBrokenOffToTheClient) {
  agree();
  way.origin.session().reset();
  EXPECT_TRUE(way.until([&] { return way.client().broken.has_value(); }));
  EXPECT_FALSE(way.client().ended);
  EXPECT_TRUE(nothing_is_held());
}

TEST_P(UpgradeOnTheWholeWay, AClientThatBreaksOffLooksBrokenOffToTheOrigin) {
  agree();
  way.cut_client();
  EXPECT_TRUE(way.until([&] { return way.origin.session().broken.has_value(); }));
  EXPECT_FALSE(way.origin.session().ended);
  EXPECT_TRUE(nothing_is_held());
}

TEST_P(UpgradeOnTheWholeWay, ARefusalLeavesTheConnectionForTheNextRequest) {
  way.send(asking);
  ASSERT_TRUE(way.until([&] {
    return way.origin.connections() == 1 && way.origin.session().received.ends_with("\r\n\r\n");
  }));
  way.origin.session().send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  ASSERT_TRUE(way.until([&] { return way.client().received.ends_with("no"); }));
  way.send("GET /next HTTP/1.1\r\nHost: wiki.example\r\n\r\n");
  EXPECT_TRUE(way.until(
      [&] { return way.origin.session().received.find("GET /next ") != std::string::npos; }));
  EXPECT_EQ(way.origin.connections(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Bytes, UpgradeOnTheWholeWay, ::testing::Values(SIZE_MAX, 1, 2, 7, 31));

}  // namespace
}  // namespace hawser::test
