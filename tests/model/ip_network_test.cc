// SPDX-License-Identifier: Apache-2.0
#include "model/ip_network.h"

#include <gtest/gtest.h>

namespace hawser::model {
namespace {

TEST(IpAddress, HasOneFormForEachAddress) {
  EXPECT_EQ(IpAddress::parse("192.0.2.1").value().to_string(), "192.0.2.1");
  EXPECT_EQ(IpAddress::parse("2001:DB8:0:0::1").value().to_string(), "2001:db8::1");
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1").value(), IpAddress::parse("192.0.2.1").value());
}

TEST(IpAddress, RefusesWhatOthersReadAsAnAddress) {
  for (const char* text : {"", "127.1", "0x7f.0.0.1", "2130706433", "192.0.2.01", "192.0.2.1 ",
                           "192.0.2.256", "[::1]", "fe80::1%eth0", "::1/128", "1::2::3"}) {
    EXPECT_FALSE(IpAddress::parse(text).ok()) << text;
  }
}

TEST(Network, ContainsItsOwnFamilysAddresses) {
  const Network network = Network::parse("10.16.0.0/12").value();
  EXPECT_TRUE(network.contains(IpAddress::parse("10.31.255.255").value()));
  EXPECT_FALSE(network.contains(IpAddress::parse("10.32.0.0").value()));
  EXPECT_FALSE(network.contains(IpAddress::parse("::a10:1").value()));
  EXPECT_TRUE(Network::parse("::/0").value().contains(IpAddress::parse("ff02::1").value()));
  EXPECT_TRUE(Network::parse("192.0.2.7").value().contains(IpAddress::parse("192.0.2.7").value()));
}

TEST(Network, RefusesBitsBehindThePrefix) {
  for (const char* text : {"10.0.0.1/8", "fd00::1/64", "10.0.0.0/33", "::/129", "10.0.0.0/",
                           "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8", "10/8"}) {
    EXPECT_FALSE(Network::parse(text).ok()) << text;
  }
}

TEST(Network, ReadsBackWhatItWrites) {
  for (const char* text : {"10.0.0.0/8", "192.0.2.7", "fd00::/8", "::1", "0.0.0.0/0"}) {
    EXPECT_EQ(Network::parse(text).value().to_string(), text);
  }
}

}  // namespace
}  // namespace hawser::model
