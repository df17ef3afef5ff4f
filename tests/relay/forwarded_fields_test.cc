// SPDX-License-Identifier: Apache-2.0
#include "relay/forwarded_fields.h"

#include <gtest/gtest.h>

#include <random>

namespace hawser::relay {
namespace {

using message::FieldName;

class ForwardedFieldsTest : public ::testing::Test {
 protected:
  ForwardedFieldsTest() {
    client_.peer = *core::Address::parse("192.0.2.7:4711");
    client_.peer_ip = "192.0.2.7";
    EXPECT_EQ(message::parse_authority("wiki.example:8443", head_.target.authority), "");
  }
  void set() {
    const ClientChain chain = read_client_chain(head_.fields, client_, trusted_);
    set_forwarded_fields(head_, client_, chain, trace_, "01a21419-3718-713c-a1cf-bb1e2528c2f0",
                         "67487f19dbca543b");
  }
  std::string value(FieldName name) const {
    return std::string(head_.fields.get(name).value_or("-"));
  }

  message::RequestHead head_;
  ClientFacts client_;
  std::vector<model::Network> trusted_;
  TraceContext trace_;
};

TEST_F(ForwardedFieldsTest, SaysWhoAskedForWhatAndHow) {
  set();
  EXPECT_EQ(value(FieldName::x_forwarded_for), "192.0.2.7");
  EXPECT_EQ(value(FieldName::x_forwarded_proto), "https");
  EXPECT_EQ(value(FieldName::x_forwarded_host), "wiki.example:8443");
  EXPECT_EQ(value(FieldName::x_forwarded_port), "8443");
  EXPECT_EQ(value(FieldName::forwarded), "for=192.0.2.7;host=\"wiki.example:8443\";proto=https");
  EXPECT_EQ(value(FieldName::via), "1.1 hawser");
}

TEST_F(ForwardedFieldsTest, TheHostIsSaidInOneSpelling) {
  for (const char* text : {"WIKI.example:", "wiki.example.", "wiki.example:443"}) {
    ASSERT_EQ(message::parse_authority(text, head_.target.authority), "");
    set();
    EXPECT_EQ(value(FieldName::x_forwarded_host), "wiki.example") << text;
    EXPECT_EQ(value(FieldName::x_forwarded_port), "443") << text;
    EXPECT_EQ(value(FieldName::forwarded), "for=192.0.2.7;host=wiki.example;proto=https") << text;
  }
}

TEST_F(ForwardedFieldsTest, AnIpv6ClientIsBracketedAndQuotedInForwarded) {
  client_.peer = *core::Address::parse("[2001:db8::7]:4711");
  client_.peer_ip = "2001:db8::7";
  set();
  EXPECT_EQ(value(FieldName::x_forwarded_for), "2001:db8::7");
  EXPECT_TRUE(value(FieldName::forwarded).starts_with("for=\"[2001:db8::7]\";"));
}

TEST_F(ForwardedFieldsTest, TheTraceIsTheRequests) {
  head_.fields.add("traceparent", "00-11111111111111111111111111111111-2222222222222222-01");
  set();
  EXPECT_EQ(value(FieldName::traceparent),
            "00-01a214193718713ca1cfbb1e2528c2f0-67487f19dbca543b-01");
  EXPECT_EQ(value(FieldName::x_request_id), "01a21419-3718-713c-a1cf-bb1e2528c2f0");
}

TEST_F(ForwardedFieldsTest, ABelievedTraceIsGoneOnWith) {
  trace_ = {"4bf92f3577b34da6a3ce929d0e0e4736", "00", "congo=1"};
  head_.fields.add("tracestate", "forged=1");
  set();
  EXPECT_EQ(value(FieldName::traceparent),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-67487f19dbca543b-00");
  EXPECT_EQ(head_.fields.joined(FieldName::tracestate), "congo=1");
}

TEST_F(ForwardedFieldsTest, ViaIsAppended) {
  head_.fields.add(FieldName::via, "1.0 squid");
  set();
  EXPECT_EQ(head_.fields.joined(FieldName::via), "1.0 squid, 1.1 hawser");
}

TEST_F(ForwardedFieldsTest, NothingThatAClientAssertsSurvivesInAnySpelling) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string_view names[] = {"X-Forwarded-For",
                                    "X-Forwarded-Host",
                                    "X-Forwarded-Proto",
                                    "X-Forwarded-Port",
                                    "X-Real-IP",
                                    "Forwarded",
                                    "X-Hawser-User",
                                    "X-Request-ID",
                                    "traceparent",
                                    "tracestate",
                                    "Proxy",
                                    "True-Client-IP",
                                    "Client-IP",
                                    "X-Client-IP",
                                    "X-Cluster-Client-IP",
                                    "X-Original-Forwarded-For",
                                    "X-Forwarded",
                                    "Forwarded-For",
                                    "X-Original-Host",
                                    "X-Original-URL",
                                    "X-Original-URI",
                                    "X-Rewrite-URL",
                                    "X-Forwarded-Prefix",
                                    "X-Forwarded-Server",
                                    "X-Forwarded-Ssl",
                                    "Front-End-Https",
                                    "X-Forwarded-Protocol",
                                    "X-Forwarded-Scheme",
                                    "X-URL-Scheme"};
  for (int round = 0; round < 2000; ++round) {
    std::string name(names[random() % std::size(names)]);
    for (char& c : name) {
      if (c == '-' && random() % 2 == 0) c = "-_.~*'+!#$%&^`|"[random() % 15];
      if (random() % 2 == 0) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    head_.fields.clear();
    head_.fields.add(name, "forged");
    set();
    head_.fields.for_each(
        [&](const message::FieldView& field) { EXPECT_NE(field.value, "forged") << name; });
  }
}

TEST_F(ForwardedFieldsTest, SpellingsOfFramingAndRoutingDoNotGoOn) {
  for (const char* name :
       {"Content_Length", "content.length", "Transfer_Encoding", "TRANSFER~ENCODING", "Host_",
        "_Host", "HTTP_HOST", "HTTP-Content-Length", "http_http_host", "HTTP_TE", "Via_", "TE_",
        "Connection_", "Upgrade_", "HTTP_UPGRADE", "Trailer_", "Keep_Alive", "Proxy_Connection"}) {
    head_.fields.clear();
    head_.fields.add(name, "forged");
    head_.fields.add("X-After", "stays");
    set();
    head_.fields.for_each(
        [&](const message::FieldView& field) { EXPECT_NE(field.value, "forged") << name; });
    EXPECT_TRUE(head_.fields.has("X-After"));
  }
}

TEST_F(ForwardedFieldsTest, OtherFieldsStay) {
  for (const char* name :
       {"X-Requested-With", "X-Forward", "Foreign", "X-Api-Key", "From", "TE", "Host", "hOST",
        "Via", "Upgrade", "Content-Length", "Content-Type", "Content_Type", "HTTP", "HTTP_", "_",
        "ContentLength", "Content-Length-Of-The-Longest-Text-There-Is-In-The-Whole-Archive"}) {
    const message::FieldView field{message::find_field_name(name), name, ""};
    EXPECT_FALSE(is_asserted_field(field)) << name;
  }
}

TEST_F(ForwardedFieldsTest, ATrustedProxysChainIsAppendedTo) {
  trusted_ = {*model::Network::parse("192.0.2.0/24")};
  head_.fields.add(FieldName::x_forwarded_for, "203.0.113.9, 192.0.2.8");
  head_.fields.add(FieldName::x_forwarded_host, "other.example");
  head_.fields.add(FieldName::x_forwarded_proto, "http");
  head_.fields.add(FieldName::forwarded, "for=198.51.100.1");
  set();
  EXPECT_EQ(head_.fields.count(FieldName::x_forwarded_for), 1u);
  EXPECT_EQ(value(FieldName::x_forwarded_for), "203.0.113.9, 192.0.2.8, 192.0.2.7");
  EXPECT_EQ(value(FieldName::x_forwarded_proto), "https");
  EXPECT_EQ(value(FieldName::x_forwarded_host), "wiki.example:8443");
  EXPECT_EQ(value(FieldName::forwarded),
            "for=203.0.113.9, for=192.0.2.8, "
            "for=192.0.2.7;host=\"wiki.example:8443\";proto=https");
}

TEST_F(ForwardedFieldsTest, WhatTheClientOfATrustedProxyClaimsIsDropped) {
  trusted_ = {*model::Network::parse("192.0.2.7")};
  head_.fields.add(FieldName::x_forwarded_for, "10.0.0.1, 203.0.113.9");
  set();
  EXPECT_EQ(value(FieldName::x_forwarded_for), "203.0.113.9, 192.0.2.7");
}

}  // namespace
}  // namespace hawser::relay
