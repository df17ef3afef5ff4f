// SPDX-License-Identifier: Apache-2.0
// The whole way with a client that speaks HTTP/2, in frames made by hand.
#include <algorithm>
#include <utility>

#include "http/h2_frames.h"
#include "whole_way_fixture.h"

namespace hawser::test {
namespace {

class H2Way {
 public:
  explicit H2Way(Pieces pieces = {}, size_t engine_bytes = 64 * 1024 * 1024)
      : way(with_alpn(std::move(pieces)), engine_bytes) {
    way.send(preface(setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1'000'000)) + settings_ack());
  }

  const std::vector<std::string>& saw() { return frames_.read(way.client().received); }
  std::vector<std::string> saw(std::string_view start) {
    std::vector<std::string> found;
    for (const std::string& line : saw()) {
      if (line.starts_with(start)) found.push_back(line);
    }
    return found;
  }
  bool ended(uint32_t stream) {
    const std::string of = " " + std::to_string(stream) + " ";
    for (const std::string& line : saw()) {
      if (line.ends_with(" END") && line.find(of) != std::string::npos) return true;
    }
    return false;
  }
  std::string content_of(uint32_t stream) {
    const std::string start = "DATA " + std::to_string(stream) + " '";
    std::string content;
    for (const std::string& line : saw(start))
      content += line.substr(start.size(), line.rfind('\'') - start.size());
    return content;
  }
  // Waits until one of the origin's connections has read this.
  OriginSession* origin_that_read(std::string_view text) {
    OriginSession* found = nullptr;
    way.until([&] {
      for (size_t i = 0; i < way.origin.connections() && found == nullptr; ++i) {
        if (way.origin.session(i).received.find(text) != std::string::npos)
          found = &way.origin.session(i);
      }
      return found != nullptr;
    });
    return found;
  }

 private:
  static Pieces with_alpn(Pieces pieces) {
    pieces.alpn = "h2";
    return pieces;
  }

 public:
  WholeWay way;

 private:
  FrameReader frames_;
};

class EveryH2Piece : public ::testing::TestWithParam<size_t> {
 protected:
  template <class Body>
  static void on_every_hop(Body body) {
    const size_t bytes = GetParam();
    for (const Pieces& pieces :
         {Pieces{bytes, SIZE_MAX, SIZE_MAX}, Pieces{SIZE_MAX, bytes, SIZE_MAX},
          Pieces{SIZE_MAX, SIZE_MAX, bytes}, Pieces{bytes, bytes, bytes}}) {
      H2Way h2(pieces);
      body(h2);
    }
  }
};

TEST_P(EveryH2Piece, APageIsTheSame) {
  on_every_hop([](H2Way& h2) {
    FieldPairs fields = get_of("/a?b");
    fields.insert(fields.end(), {{"cookie", "a=1"}, {"x-own", "1"}, {"cookie", "b=2"}});
    h2.way.send(headers(1, fields));
    OriginSession* origin = h2.origin_that_read("\r\n\r\n");
    ASSERT_NE(origin, nullptr) << h2.way.log();
    EXPECT_TRUE(origin->received.starts_with("GET /a?b HTTP/1.1\r\nHost: "));
    EXPECT_NE(origin->received.find("\r\nCookie: a=1; b=2\r\n"), std::string::npos);
    EXPECT_NE(origin->received.find("\r\nVia: 2 hawser\r\n"), std::string::npos);
    EXPECT_NE(origin->received.find("\r\nx-own: 1\r\n"), std::string::npos);
    origin->send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    origin->send("HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\nX-Also: 2\r\n\r\nhello");
    ASSERT_TRUE(h2.way.until([&] { return h2.ended(1); }));
    EXPECT_EQ(h2.saw("HEADERS"),
              (std::vector<std::string>{"HEADERS 1 :status=103 link=</a>",
                                        "HEADERS 1 :status=200 date=now x-also=2 via=1.1 hawser "
                                        "content-length=5"}));
    EXPECT_EQ(h2.content_of(1), "hello");
  });
}

TEST_P(EveryH2Piece, AnUploadWithTrailersIsTheSame) {
  on_every_hop([](H2Way& h2) {
    FieldPairs fields = post_of({{"te", "trailers"}});
    h2.way.send(headers(1, fields, 0));
    ASSERT_TRUE(h2.way.until([&] { return !h2.saw("WINDOW_UPDATE 1 ").empty(); }));
    h2.way.send(data(1, "01234") + data(1, "56789") + headers(1, {{"x-sum", "1"}}));
    OriginSession* origin = h2.origin_that_read("x-sum: 1\r\n\r\n");
    ASSERT_NE(origin, nullptr) << h2.way.log();
    origin->send(
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: "
        "2\r\n\r\n");
    ASSERT_TRUE(h2.way.until([&] { return h2.ended(1); }));
    EXPECT_EQ(h2.content_of(1), "ok");
    EXPECT_EQ(h2.saw().back(), "HEADERS 1 x-sum=2 END");
  });
}

INSTANTIATE_TEST_SUITE_P(Bytes, EveryH2Piece, ::testing::Values(1, 2, 3, 7, 31));

TEST(H2WholeWay, AWindowOpensOnlyWhenTheConnectorAsks) {
  H2Way h2;
  h2.way.lose_the_origins_address();
  h2.way.send(headers(1, post_of({{"content-length", "300000"}}), 0));
  ASSERT_TRUE(h2.way.until([&] { return !h2.saw("RST_STREAM 1 NO_ERROR").empty(); }))
      << h2.way.log();
  EXPECT_TRUE(h2.saw("WINDOW_UPDATE 1").empty());
  EXPECT_EQ(h2.saw("HEADERS 1 :status=502").size(), 1u);
  h2.way.send(headers(3, get_of()));
  EXPECT_TRUE(h2.way.until([&] { return h2.ended(3); })) << "the connection goes on";
}

// A share of 64 KiB has room for four first windows.
TEST(H2WholeWay, ManyStreamsInASmallBudgetWaitForEachOther) {
  H2Way h2({}, 4 * 1024 * 1024);
  std::string requests;
  for (uint32_t stream = 1; stream < 60; stream += 2) requests += headers(stream, get_of());
  h2.way.send(requests);
  size_t answered = 0;
  ASSERT_TRUE(h2.way.until([&] {
    for (size_t i = 0; i < h2.way.origin.connections(); ++i) {
      OriginSession& session = h2.way.origin.session(i);
      if (!session.received.ends_with("\r\n\r\n")) continue;
      session.received.clear();
      session.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      ++answered;
    }
    return h2.saw("DATA").size() == 30;
  })) << answered
      << h2.way.log();
  EXPECT_EQ(h2.saw("HEADERS").size(), 30u);
  for (const std::string& line : h2.saw("HEADERS"))
    EXPECT_NE(line.find(":status=200"), std::string::npos) << line;
  EXPECT_TRUE(h2.way.until([&] { return h2.way.engine_budget().used_bytes() == 0; }));
}

TEST(H2WholeWay, NothingIsHeldOnceTheClientHasGone) {
  H2Way h2;
  h2.way.send(headers(1, get_of()) + headers(3, get_of()));
  ASSERT_TRUE(h2.way.until([&] { return h2.way.origin.connections() == 2; }));
  OriginSession* origin = h2.origin_that_read("\r\n\r\n");
  ASSERT_NE(origin, nullptr);
  origin->send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  ASSERT_TRUE(h2.way.until([&] { return h2.saw("DATA").size() == 1; }));
  h2.way.cut_client();
  EXPECT_TRUE(h2.way.until([&] {
    return h2.way.origin.session(0).over() && h2.way.origin.session(1).over();
  })) << "the origin is told";
  EXPECT_TRUE(h2.way.until([&] { return h2.way.engine_budget().used_bytes() == 0; }));
  EXPECT_TRUE(h2.way.until([&] { return h2.way.connector_budget().used_bytes() == 0; }));
}

TEST(H2WholeWay, AStreamThatIsResetEndsItsExchangeAndNoOther) {
  H2Way h2;
  h2.way.send(headers(1, get_of("/first")));
  OriginSession* first = h2.origin_that_read("/first");
  h2.way.send(headers(3, get_of("/second")));
  OriginSession* second = h2.origin_that_read("/second");
  ASSERT_TRUE(first != nullptr && second != nullptr);
  h2.way.send(rst(1));
  EXPECT_TRUE(h2.way.until([&] { return first->over(); })) << "the origin is told";
  second->send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_TRUE(h2.way.until([&] { return h2.content_of(3) == "ok"; }));
}

TEST(H2WholeWay, RequestsThatAreResetInTheSameReadNeverBegin) {
  H2Way h2;
  std::string bytes;
  for (uint32_t stream = 1; stream < 101; stream += 2)
    bytes += headers(stream, get_of("/reset")) + rst(stream);
  h2.way.send(bytes + headers(101, get_of("/last")));
  ASSERT_NE(h2.origin_that_read("/last"), nullptr) << h2.way.log();
  EXPECT_EQ(h2.way.engine().metrics.exchanges.value(), 1u);
  EXPECT_EQ(h2.way.origin.connections(), 1u);
}

TEST(H2WholeWay, OnlyAFewOfManyRequestsBeginInOneTurn) {
  H2Way h2;
  std::string requests;
  for (uint32_t stream = 1; stream < 120; stream += 2) requests += headers(stream, get_of());
  h2.way.send(requests);
  uint64_t begun = 0;
  uint64_t most_at_once = 0;
  EXPECT_TRUE(h2.way.until([&] {
    const uint64_t now = h2.way.engine().metrics.exchanges.value();
    most_at_once = std::max(most_at_once, now - std::exchange(begun, now));
    return begun == 60;
  }));
  EXPECT_LE(most_at_once, 16u);
}

TEST(H2WholeWay, AnAnswerThatBreaksOffNeverLooksWhole) {
  H2Way h2;
  h2.way.send(headers(1, get_of()));
  OriginSession* origin = h2.origin_that_read("\r\n\r\n");
  ASSERT_NE(origin, nullptr);
  origin->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  ASSERT_TRUE(h2.way.until([&] { return h2.content_of(1) == "half"; }));
  origin->end();
  ASSERT_TRUE(h2.way.until([&] { return !h2.saw("RST_STREAM 1").empty(); }));
  EXPECT_FALSE(h2.ended(1));
}

TEST(H2WholeWay, AMalformedRequestIsLoggedWithItsReason) {
  H2Way h2;
  FieldPairs fields = get_of();
  fields.emplace_back("connection", "close");
  h2.way.send(headers(1, fields));
  ASSERT_TRUE(h2.way.until([&] { return !h2.saw("RST_STREAM 1 PROTOCOL_ERROR").empty(); }));
  EXPECT_NE(h2.way.log().find("a field that belongs to a connection"), std::string::npos);
  EXPECT_EQ(h2.way.origin.connections(), 0u);
}

}  // namespace
}  // namespace hawser::test
