// SPDX-License-Identifier: Apache-2.0
#include "core/address.h"

#include <gtest/gtest.h>

namespace hawser::core {
namespace {

std::string round_trip(std::string_view text) {
  const Result<Address> address = Address::parse(text);
  return address ? address->to_string() : "refused: " + address.error().reason;
}

TEST(Address, IsPrintedAsItIsParsed) {
  for (const char* text : {"192.0.2.1:443", "[2001:db8::1]:443", "[::]:0", "0.0.0.0:65535",
                           "unix:/run/hawser/admin.sock"})
    EXPECT_EQ(round_trip(text), text);
}

TEST(Address, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "443", "host:443", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1",
        "192.0.2.1: 1", "2001:db8::1:443", "[2001:db8::1]", "[192.0.2.1]:443", "[::1:443",
        "unix:", "192.0.2.1:443x", "[]:1", "1.2.3:4", "127.1:80", "[fe80::1%nosuchinterface]:80"})
    EXPECT_FALSE(Address::parse(text).ok()) << text;
  EXPECT_FALSE(Address::parse("unix:" + std::string(108, 'a')).ok());
  EXPECT_FALSE(Address::from_ip(std::string_view("127.0.0.1\0x", 11), 1).ok());
  EXPECT_FALSE(Address::from_ip(std::string_view("::1\0x", 5), 1).ok());
}

TEST(Address, SaysWhatItExpected) {
  const auto refused = Address::parse("example.org:443");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().reason.find("example.org:443"), std::string::npos);
  EXPECT_NE(refused.error().reason.find("IP:PORT"), std::string::npos);
}

TEST(Address, MappedIpv4IsIpv4) {
  const Address mapped = Address::parse("[::ffff:169.254.169.254]:80").value();
  EXPECT_EQ(mapped.to_string(), "169.254.169.254:80");
  EXPECT_EQ(mapped, Address::parse("169.254.169.254:80").value());
  EXPECT_FALSE(mapped.is_ipv6());
}

TEST(Address, KeepsItsParts) {
  Address address = Address::from_ip("2001:db8::7", 80).value();
  EXPECT_TRUE(address.is_ipv6());
  EXPECT_EQ(address.ip(), "2001:db8::7");
  EXPECT_EQ(address.port(), 80);
  address.set_port(81);
  EXPECT_EQ(address.to_string(), "[2001:db8::7]:81");
  EXPECT_FALSE(address == Address::parse("[2001:db8::7]:80").value());
  EXPECT_TRUE(Address::parse("unix:/tmp/x").value().is_local());
  EXPECT_EQ(Address::parse("unix:/tmp/x").value().ip(), "");
}

TEST(Address, AnEmptyOneIsLikeNoOther) {
  EXPECT_EQ(Address().to_string(), "");
  EXPECT_FALSE(Address() == Address::parse("0.0.0.0:0").value());
  EXPECT_TRUE(Address() == Address());
}

}  // namespace
}  // namespace hawser::core
