// SPDX-License-Identifier: Apache-2.0
#include "http/hop_by_hop.h"

#include <gtest/gtest.h>

#include "http/transcript.h"

namespace hawser::test {
namespace {

using message::Fields;

Fields fields_of(std::initializer_list<std::pair<std::string_view, std::string_view>> lines) {
  Fields fields;
  for (const auto& [name, value] : lines) fields.add(name, value);
  return fields;
}

TEST(HopByHop, FieldsEndHere) {
  Fields fields = fields_of({{"Connection", "keep-alive"},
                             {"Keep-Alive", "timeout=5"},
                             {"Proxy-Connection", "keep-alive"},
                             {"Proxy-Authorization", "Basic x"},
                             {"Proxy-Authenticate", "Basic"},
                             {"TE", "gzip"},
                             {"Trailer", "X-Sum"},
                             {"Transfer-Encoding", "chunked"},
                             {"Upgrade", "h2c"},
                             {"HTTP2-Settings", "AAMAAABk"},
                             {"X-A", "1"}});
  http::remove_hop_by_hop(fields);
  EXPECT_EQ(text_of(fields), "{X-A: 1}");
}

TEST(HopByHop, ConnectionTakesAwayWhatItNames) {
  Fields fields = fields_of({{"connection", "close, X-Hop ,x-other"},
                             {"X-Hop", "1"},
                             {"X-HOP", "2"},
                             {"X-Other", "3"},
                             {"X-End", "4"}});
  http::remove_hop_by_hop(fields);
  EXPECT_EQ(text_of(fields), "{X-End: 4}");
}

TEST(HopByHop, ConnectionNamesOverSeveralLines) {
  Fields fields = fields_of({{"Connection", "a"}, {"Connection", "b"}, {"A", "1"}, {"B", "2"}});
  http::remove_hop_by_hop(fields);
  EXPECT_TRUE(fields.empty());
}

TEST(HopByHop, ConnectionMayNotTakeAwayWhatBelongsToTheEnds) {
  Fields fields = fields_of({{"Connection", "Authorization, Cookie, X-Forwarded-For, Host"},
                             {"Host", "wiki.example"},
                             {"Authorization", "Basic x"},
                             {"Cookie", "a=b"},
                             {"X-Forwarded-For", "192.0.2.1"}});
  http::remove_hop_by_hop(fields);
  EXPECT_EQ(fields.size(), 4u);
}

TEST(HopByHop, ConnectionMayNotTakeAwayWhatTheCallerSet) {
  Fields fields = fields_of({{"Connection", "X-Hawser-User"}, {"X-Hawser-User", "joe"}});
  const std::string_view kept[] = {"x-hawser-user"};
  http::remove_hop_by_hop(fields, kept);
  EXPECT_EQ(text_of(fields), "{X-Hawser-User: joe}");
}

TEST(HopByHop, TrailersAreStillAccepted) {
  Fields fields = fields_of({{"TE", "gzip;q=0.5, trailers"}, {"Connection", "TE"}});
  http::remove_hop_by_hop(fields);
  EXPECT_EQ(text_of(fields), "{TE: trailers}");
}

std::string_view upgrade_of(const Fields& fields) {
  return http::upgrade_protocol(fields, [](std::string_view) { return true; });
}

TEST(Upgrade, NeedsBothFields) {
  EXPECT_EQ(
      upgrade_of(fields_of({{"Connection", "keep-alive, Upgrade"}, {"Upgrade", "websocket"}})),
      "websocket");
  EXPECT_EQ(upgrade_of(fields_of({{"Upgrade", "websocket"}})), "");
  EXPECT_EQ(upgrade_of(fields_of({{"Connection", "Upgrade"}})), "");
}

TEST(Upgrade, IsForAProtocolOtherThanHttp2) {
  for (const char* value : {"h2c", "H2C", "a/b/c", "/1", "a b", "", ",", "h2c, a b"})
    EXPECT_EQ(upgrade_of(fields_of({{"Connection", "Upgrade"}, {"Upgrade", value}})), "") << value;
  EXPECT_EQ(upgrade_of(fields_of({{"Connection", "Upgrade"}, {"Upgrade", "IRC/6.9"}})), "IRC/6.9");
}

TEST(Upgrade, IsTheFirstOfTheListThatCanBeUsed) {
  for (const char* value :
       {"websocket, h2c", "h2c, websocket", "a b,,websocket", "h2c,websocket,tcp"})
    EXPECT_EQ(upgrade_of(fields_of({{"Connection", "Upgrade"}, {"Upgrade", value}})), "websocket")
        << value;
  const Fields lines =
      fields_of({{"Upgrade", "h2c"}, {"Connection", "Upgrade"}, {"Upgrade", "tcp"}});
  EXPECT_EQ(upgrade_of(lines), "tcp");
  const auto tcp_alone = [](std::string_view protocol) { return protocol == "tcp"; };
  const Fields list = fields_of({{"Connection", "Upgrade"}, {"Upgrade", "websocket, tcp"}});
  EXPECT_EQ(http::upgrade_protocol(list, tcp_alone), "tcp");
}

TEST(Expect, KnowsOneExpectation) {
  using http::Expectation;
  EXPECT_EQ(http::expectation_of({}), Expectation::none);
  EXPECT_EQ(http::expectation_of(fields_of({{"Expect", "100-Continue"}})),
            Expectation::continue_100);
  EXPECT_EQ(http::expectation_of(fields_of({{"Expect", "200-ok"}})), Expectation::unknown);
  EXPECT_EQ(http::expectation_of(fields_of({{"Expect", "100-continue, x"}})), Expectation::unknown);
  EXPECT_EQ(http::expectation_of(fields_of({{"Expect", ""}})), Expectation::unknown);
}

}  // namespace
}  // namespace hawser::test
