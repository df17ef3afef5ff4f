// SPDX-License-Identifier: Apache-2.0
#include "model/identity.h"

#include <gtest/gtest.h>

namespace hawser::model {
namespace {

const char* const uuid = "0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5d";

TEST(Identity, AConnectorsUriSaysTenantAndId) {
  const std::string uri = connector_uri("edge.example", "default", *Uuid::parse(uuid));
  EXPECT_EQ(uri, std::string("spiffe://edge.example/tenant/default/connector/") + uuid);
  const auto identity = parse_connector_uri(uri, "edge.example");
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ(identity->tenant, "default");
  EXPECT_EQ(identity->connector.to_string(), uuid);
}

TEST(Identity, AnEnginesUriSaysItsId) {
  const std::string uri = engine_uri("edge.example", *Uuid::parse(uuid));
  EXPECT_EQ(uri.find(engine_uri_prefix("edge.example")), 0u);
  ASSERT_TRUE(parse_engine_uri(uri, "edge.example").ok());
}

TEST(Identity, AnotherTrustDomainIsSomebodyElse) {
  const std::string connector = connector_uri("edge.example", "default", *Uuid::parse(uuid));
  EXPECT_FALSE(parse_connector_uri(connector, "other.example").ok());
  EXPECT_FALSE(parse_connector_uri(connector, "edge").ok());
  EXPECT_FALSE(parse_connector_uri(connector, "edge.example.org").ok());
  EXPECT_FALSE(parse_engine_uri(connector, "edge.example").ok());
}

TEST(Identity, OneIdentityHasOneSpelling) {
  const std::string good = std::string("spiffe://e/tenant/default/connector/") + uuid;
  ASSERT_TRUE(parse_connector_uri(good, "e").ok());
  for (const std::string& bad : {good + "/", good + "?x", "SPIFFE" + good.substr(6),
                                 std::string("spiffe://e/tenant//connector/") + uuid,
                                 std::string("spiffe://e/tenant/Default/connector/") + uuid,
                                 std::string("spiffe://e/tenant/a/b/connector/") + uuid,
                                 good.substr(0, good.size() - 1), std::string()}) {
    EXPECT_FALSE(parse_connector_uri(bad, "e").ok()) << bad;
  }
}

TEST(Identity, TrustDomainsAreLowerCaseNames) {
  EXPECT_TRUE(is_trust_domain("edge.example"));
  EXPECT_TRUE(is_trust_domain("edge_1-a"));
  EXPECT_FALSE(is_trust_domain(""));
  EXPECT_FALSE(is_trust_domain("Edge"));
  EXPECT_FALSE(is_trust_domain("edge/engine"));
  EXPECT_FALSE(is_trust_domain(std::string(256, 'a')));
}

}  // namespace
}  // namespace hawser::model
