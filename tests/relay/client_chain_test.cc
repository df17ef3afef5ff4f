// SPDX-License-Identifier: Apache-2.0
#include "relay/client_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawser::relay {
namespace {

using message::FieldName;
using testing::ElementsAre;

class ClientChainTest : public ::testing::Test {
 protected:
  ClientChainTest() { peer("192.0.2.7"); }
  void peer(const std::string& ip) {
    peer_.peer = *core::Address::from_ip(ip, 4711);
    peer_.peer_ip = ip;
  }
  std::string client_of(std::initializer_list<const char*> lines) {
    message::Fields fields;
    for (const char* line : lines) fields.add(FieldName::x_forwarded_for, line);
    const ClientChain chain = read_client_chain(fields, peer_, trusted_);
    EXPECT_EQ(chain.client.ip(), chain.client_ip(peer_));
    return chain.client_ip(peer_);
  }

  ClientFacts peer_;
  std::vector<model::Network> trusted_ = {*model::Network::parse("192.0.2.0/24"),
                                          *model::Network::parse("2001:db8::/32")};
};

TEST_F(ClientChainTest, NobodyElseIsBelieved) {
  peer("198.51.100.1");
  EXPECT_EQ(client_of({"203.0.113.9"}), "198.51.100.1");
  trusted_.clear();
  peer("192.0.2.7");
  EXPECT_EQ(client_of({"203.0.113.9"}), "192.0.2.7");
}

TEST_F(ClientChainTest, TheLastAddressThatIsNoProxysIsTheClient) {
  EXPECT_EQ(client_of({}), "192.0.2.7");
  EXPECT_EQ(client_of({"203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client_of({"10.0.0.1, 203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(client_of({"10.0.0.1, 203.0.113.9, 192.0.2.8"}), "203.0.113.9");
  EXPECT_EQ(client_of({"10.0.0.1", "203.0.113.9", "192.0.2.8"}), "203.0.113.9");
  EXPECT_EQ(client_of({"192.0.2.9, 192.0.2.8"}), "192.0.2.9") << "a proxy itself";
}

TEST_F(ClientChainTest, WhatIsNoAddressEndsTheChain) {
  EXPECT_EQ(client_of({"203.0.113.9, unknown"}), "192.0.2.7");
  EXPECT_EQ(client_of({"203.0.113.9, unknown, 192.0.2.8"}), "192.0.2.8");
  EXPECT_EQ(client_of({"203.0.113.9:x"}), "192.0.2.7");
  EXPECT_EQ(client_of({"[2001:db8::9"}), "192.0.2.7");
  EXPECT_EQ(client_of({"[::9]9"}), "192.0.2.7");
}

TEST_F(ClientChainTest, PortsAndBracketsAreTaken) {
  EXPECT_EQ(client_of({"203.0.113.9:4711"}), "203.0.113.9");
  EXPECT_EQ(client_of({"[fd00::9]:4711"}), "fd00::9");
  EXPECT_EQ(client_of({"[fd00::9]"}), "fd00::9");
  EXPECT_EQ(client_of({"FD00:0::9"}), "fd00::9");
  EXPECT_EQ(client_of({"fd00::9, 2001:db8::1"}), "fd00::9");
}

TEST_F(ClientChainTest, TheChainIsKeptInOrder) {
  message::Fields fields;
  fields.add(FieldName::x_forwarded_for, "10.0.0.1, 203.0.113.9, 192.0.2.9, 192.0.2.8");
  EXPECT_THAT(read_client_chain(fields, peer_, trusted_).before_peer,
              ElementsAre("203.0.113.9", "192.0.2.9", "192.0.2.8"));
}

}  // namespace
}  // namespace hawser::relay
