// SPDX-License-Identifier: Apache-2.0
#include "connector/origin_policy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hawser::connector {
namespace {

OriginPolicy policy(const std::vector<std::string>& lines) {
  std::vector<OriginRule> rules;
  for (const std::string& line : lines) rules.push_back(OriginRule::parse(line).value());
  return OriginPolicy(rules);
}

model::IpAddress ip(const std::string& text) { return model::IpAddress::parse(text).value(); }

TEST(OriginPolicy, AnyAllowsEveryOrdinaryAddress) {
  EXPECT_TRUE(OriginPolicy().allows("wiki.corp", ip("10.1.2.3"), 80));
  EXPECT_TRUE(policy({"any"}).allows("127.0.0.1", ip("127.0.0.1"), 9000));
  EXPECT_TRUE(policy({"any"}).allows("::1", ip("::1"), 9000));
}

TEST(OriginPolicy, ANetworkAllowsItsAddressesUnderAnyName) {
  const auto corp = policy({"10.0.0.0/8", "fd00:1::/32"});
  EXPECT_TRUE(corp.allows("wiki.corp", ip("10.1.2.3"), 80));
  EXPECT_TRUE(corp.allows("wiki.corp", ip("fd00:1::5"), 80));
  EXPECT_FALSE(corp.allows("wiki.corp", ip("11.0.0.1"), 80));
  EXPECT_FALSE(corp.allows("wiki.corp", ip("fd00:2::5"), 80));
}

TEST(OriginPolicy, AnIpv4AddressWrittenAsIpv6IsTheSameAddress) {
  EXPECT_TRUE(policy({"10.0.0.0/8"}).allows("x", ip("::ffff:10.1.2.3"), 80));
  EXPECT_FALSE(policy({"any"}).allows("x", ip("::ffff:169.254.169.254"), 80));
}

TEST(OriginPolicy, AHostIsAllowedWhereverItLies) {
  const auto wiki = policy({"wiki.corp", "*.lab.corp"});
  EXPECT_TRUE(wiki.allows("wiki.corp", ip("203.0.113.9"), 80));
  EXPECT_TRUE(wiki.allows("a.b.lab.corp", ip("203.0.113.9"), 80));
  EXPECT_FALSE(wiki.allows("lab.corp", ip("203.0.113.9"), 80));
  EXPECT_FALSE(wiki.allows("evilwiki.corp", ip("203.0.113.9"), 80));
}

TEST(OriginPolicy, APortNarrowsARule) {
  const auto narrow = policy({"wiki.corp:8080", "10.0.0.0/8:443", "[fd00::]/8:443"});
  EXPECT_TRUE(narrow.allows("wiki.corp", ip("192.0.2.1"), 8080));
  EXPECT_FALSE(narrow.allows("wiki.corp", ip("192.0.2.1"), 8081));
  EXPECT_TRUE(narrow.allows("x", ip("10.0.0.1"), 443));
  EXPECT_FALSE(narrow.allows("x", ip("10.0.0.1"), 80));
  EXPECT_TRUE(narrow.allows("x", ip("fd00::1"), 443));
}

class GuardedAddress : public testing::TestWithParam<std::string> {};

TEST_P(GuardedAddress, IsNotReachedByAnyWideNetworkOrName) {
  const auto wide = policy({"any", "0.0.0.0/0", "::/0", "metadata.corp", "*.corp"});
  EXPECT_FALSE(wide.allows("metadata.corp", ip(GetParam()), 80));
}

TEST_P(GuardedAddress, IsReachedWhereARuleNamesIt) {
  EXPECT_TRUE(policy({"any", GetParam()}).allows("metadata.corp", ip(GetParam()), 80));
}

INSTANTIATE_TEST_SUITE_P(Table, GuardedAddress,
                         testing::Values("169.254.169.254", "169.254.170.2", "169.254.0.1",
                                         "fe80::1", "fd00:ec2::254", "100.100.100.200",
                                         "168.63.129.16", "192.0.0.192", "64:ff9b::a9fe:a9fe",
                                         "2002:a9fe:a9fe::1", "::169.254.169.254"));

TEST(OriginPolicy, LinkLocalNetworksCanBeNamedAsNetworks) {
  EXPECT_TRUE(policy({"169.254.0.0/16"}).allows("x", ip("169.254.7.7"), 80));
  EXPECT_TRUE(policy({"fe80::/10"}).allows("x", ip("fe80::7"), 80));
  EXPECT_FALSE(policy({"169.0.0.0/8"}).allows("x", ip("169.254.7.7"), 80));
}

TEST(OriginPolicy, BeforeResolutionOnlyWhatCanNeverBeAllowedIsRefused) {
  EXPECT_TRUE(policy({"10.0.0.0/8"}).may_allow("wiki.corp", 80));
  EXPECT_TRUE(policy({"wiki.corp:80"}).may_allow("wiki.corp", 80));
  EXPECT_FALSE(policy({"wiki.corp:80"}).may_allow("wiki.corp", 443));
  EXPECT_FALSE(policy({"wiki.corp"}).may_allow("other.corp", 80));
}

TEST(OriginRule, ReadsBackWhatItWrites) {
  for (const char* text : {"any", "any:443", "10.0.0.0/8", "10.0.0.7:8080", "[fd00::]/8",
                           "[fd00::]/8:443", "[fd00::1]:80", "wiki.corp", "*.corp:443"}) {
    const auto rule = OriginRule::parse(text);
    ASSERT_TRUE(rule.ok()) << text;
    EXPECT_EQ(rule->to_string(), text);
  }
  EXPECT_EQ(OriginRule::parse("fd00::/8").value(), OriginRule::parse("[fd00::]/8").value());
  EXPECT_EQ(OriginRule::parse("fd00::1").value(), OriginRule::parse("[fd00::1]").value());
}

TEST(OriginRule, RefusesWhatIsNoRule) {
  for (const char* text : {"", "*", "any:", "any:0", "any:70000", "10.0.0.1/8", "10.0.0.0/33",
                           "http://wiki.corp", "wiki.corp/path", "[fd00::", "w*.corp", "a b",
                           "10.0.0.256", "[wiki.corp", ":80", "[]", "/", "/8"}) {
    EXPECT_FALSE(OriginRule::parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace hawser::connector
