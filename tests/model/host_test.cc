// SPDX-License-Identifier: Apache-2.0
#include "model/host.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::model {
namespace {

TEST(Host, IsKeptInOneForm) {
  EXPECT_EQ(parse_host("Wiki.Example").value(), "wiki.example");
  EXPECT_EQ(parse_host("xn--bcher-kva.example").value(), "xn--bcher-kva.example");
  EXPECT_EQ(parse_host("127.0.0.1").value(), "127.0.0.1");
  EXPECT_EQ(parse_host("2001:DB8::1").value(), "2001:db8::1");
  EXPECT_EQ(parse_host("my_app", true).value(), "my_app");
}

TEST(Host, RefusesWhatIsNoName) {
  for (const std::string text : {"", ".", "a..b", "a.", ".a", "-a", "a-", "a b", "a_b", "a/b",
                                 "a@b", "a%62", "10.0.0.256", "1.2.3", "0x7f.1",
                                 ("b\xc3\xbc"
                                  "cher.example"),
                                 "[::1]", "a\n"}) {
    EXPECT_FALSE(parse_host(text).ok()) << text;
  }
  EXPECT_FALSE(parse_host(std::string(64, 'a')).ok());
  std::string long_name;
  for (int i = 0; i < 64; ++i) long_name += "abc.";
  EXPECT_FALSE(parse_host(long_name + "x").ok());
}

TEST(HostPort, ReadsBackWhatItWrites) {
  for (const char* text :
       {"edge.example:7443", "192.0.2.1:1", "[2001:db8::1]:65535", "my_app:80"}) {
    EXPECT_EQ(HostPort::parse(text).value().to_string(), text);
  }
  for (const char* text : {"edge.example", "edge.example:", "edge.example:65536", ":80", "::1:80",
                           "[edge]:80", "edge.example:080", "a:1:2", "edge.example:+1"}) {
    EXPECT_FALSE(HostPort::parse(text).ok()) << text;
  }
}

TEST(HostPattern, AnExactHostMatchesItselfAlone) {
  const auto exact = HostPattern::parse("Wiki.example").value();
  EXPECT_TRUE(exact.matches("wiki.example"));
  EXPECT_FALSE(exact.matches("a.wiki.example"));
}

TEST(HostPattern, AWildcardMatchesEveryNameBelow) {
  const auto wildcard = HostPattern::parse("*.example").value();
  EXPECT_TRUE(wildcard.matches("wiki.example"));
  EXPECT_TRUE(wildcard.matches("a.b.example"));
  EXPECT_FALSE(wildcard.matches("example"));
  EXPECT_FALSE(wildcard.matches(".example"));
  EXPECT_FALSE(wildcard.matches("badexample"));
  EXPECT_EQ(wildcard.to_string(), "*.example");
}

TEST(HostPattern, RefusesWithTheReason) {
  const auto reason = [](const char* text) { return HostPattern::parse(text).error().reason; };
  EXPECT_EQ(reason("https://wiki.example"), "give the host name alone, without a scheme");
  EXPECT_EQ(reason("wiki.example:443"), "give the host name alone, without a port");
  EXPECT_EQ(reason("wiki.example/a"), "give the path by the key `path`");
  EXPECT_EQ(reason("wiki.example."), "leave out the final dot");
  EXPECT_EQ(reason("*"), "a wildcard stands for the whole first label: *.example");
  EXPECT_EQ(reason("*.*.example"), "a wildcard stands for the whole first label: *.example");
  EXPECT_EQ(reason("*.10.0.0.1"), "addresses have no wildcard");
}

}  // namespace
}  // namespace hawser::model
