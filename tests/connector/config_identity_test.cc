// SPDX-License-Identifier: Apache-2.0
// Whom a connector believes, as connector.yaml has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "connector/config_file.h"
#include "support/temp_folder.h"
#include "token/issuer.h"

namespace hawser::connector {
namespace {

using testing::HasSubstr;

class ConfigIdentity : public testing::Test {
 protected:
  ConfigIdentity() {
    std::ofstream(folder_.path() + "/keys.json") << test::Issuer().jwks().dump();
    std::ofstream(folder_.path() + "/none.json") << R"({"keys": []})";
  }
  core::Result<ConnectorConfig, config::ConfigErrors> parse(const std::string& text) {
    return parse_config(text, "connector.yaml", folder_.path());
  }
  std::string error_of(const std::string& entry) {
    const auto config = parse("verify_identity:\n  - " + entry);
    EXPECT_FALSE(config.ok()) << entry;
    return config.ok() ? "" : config::render(config.error());
  }

  test::TempFolder folder_;
};

TEST_F(ConfigIdentity, NobodyIsBelievedUnlessItSaysSo) {
  EXPECT_TRUE(parse("")->verify_identity.empty());
  EXPECT_TRUE(parse("verify_identity: []")->verify_identity.empty());
  EXPECT_TRUE(parse("verify_identity: null")->verify_identity.empty());
}

TEST_F(ConfigIdentity, AnEntryHasItsDefaults) {
  const auto config = parse(R"(
verify_identity:
  - {issuer: "https://login.example", client_ids: [hawser]}
)");
  ASSERT_TRUE(config.ok()) << config::render(config.error());
  ASSERT_EQ(config->verify_identity.size(), 1u);
  const TrustedIssuer& entry = config->verify_identity[0];
  EXPECT_EQ(entry.issuer, "https://login.example");
  EXPECT_EQ(entry.client_ids, std::vector<std::string>{"hawser"});
  EXPECT_EQ(entry.pinned, nullptr);
  EXPECT_EQ(entry.max_age_s, 24u * 3600);
  EXPECT_EQ(entry.user_claim, "sub");
  EXPECT_EQ(entry.groups_claim, "groups");
  EXPECT_TRUE(entry.identity.empty());
  EXPECT_TRUE(entry.covers_host("wiki.corp", 80));
}

TEST_F(ConfigIdentity, EveryKeyIsRead) {
  const auto config = parse(R"(
verify_identity:
  - issuer: https://login.example
    client_ids: [hawser, wiki]
    keys_file: keys.json
    max_age: 8h
    clock_skew: 2m
    user_claim: email
    groups_claim: roles
    origins: [10.0.0.0/8, "wiki.corp:8080"]
    identity: {X-Forwarded-User: email, Remote-User: sub}
)");
  ASSERT_TRUE(config.ok()) << config::render(config.error());
  const TrustedIssuer& entry = config->verify_identity[0];
  EXPECT_EQ(entry.client_ids.size(), 2u);
  ASSERT_NE(entry.pinned, nullptr);
  EXPECT_EQ(entry.pinned->keys().size(), 1u);
  EXPECT_EQ(entry.max_age_s, 8u * 3600);
  EXPECT_EQ(entry.clock_skew_s, 120u);
  EXPECT_EQ(entry.user_claim, "email");
  EXPECT_EQ(entry.groups_claim, "roles");
  const std::vector<model::IdentityField> identity{{"X-Forwarded-User", "email", {}},
                                                   {"Remote-User", "sub", {}}};
  EXPECT_EQ(entry.identity, identity);
}

TEST_F(ConfigIdentity, OriginsAreGuardedByNameOrByAddress) {
  const auto config = parse(R"(
verify_identity:
  - {issuer: "https://login.example", client_ids: [a], origins: [10.0.0.0/8, "wiki.corp:8080"]}
)");
  ASSERT_TRUE(config.ok());
  const TrustedIssuer& entry = config->verify_identity[0];
  const auto inside = *model::IpAddress::parse("10.1.2.3");
  const auto outside = *model::IpAddress::parse("192.0.2.1");
  EXPECT_TRUE(entry.covers("any.corp", inside, 80));
  EXPECT_FALSE(entry.covers("any.corp", outside, 80));
  EXPECT_TRUE(entry.covers("wiki.corp", outside, 8080));
  EXPECT_FALSE(entry.covers("wiki.corp", outside, 80));
  EXPECT_TRUE(entry.covers_host("10.1.2.3", 80));
  EXPECT_FALSE(entry.covers_host("any.corp", 80)) << "that depends on its address";
  EXPECT_TRUE(entry.may_cover("any.corp", 80));
  EXPECT_FALSE(entry.may_cover("192.0.2.1", 80));
}

TEST_F(ConfigIdentity, WhatIsWrongIsToldWithPlaceKeyAndRemedy) {
  const std::string good = R"(issuer: "https://login.example", client_ids: [a])";
  EXPECT_THAT(error_of("{client_ids: [a]}"), HasSubstr("verify_identity[0].issuer"));
  EXPECT_THAT(error_of("{issuer: \"https://login.example\"}"), HasSubstr("client_ids: [hawser]"));
  EXPECT_THAT(error_of("{issuer: \"http://login.example\", client_ids: [a]}"),
              HasSubstr("connector.yaml:2:"));
  EXPECT_THAT(error_of("{issuer: \"https://login.example?a\", client_ids: [a]}"),
              HasSubstr("leave out the query"));
  EXPECT_THAT(error_of("{issuer: \"https://login.example/.well-known/openid-configuration\", "
                       "client_ids: [a]}"),
              HasSubstr("leave out `/.well-known/openid-configuration`"));
  EXPECT_THAT(error_of("{issuer: \"https://login.example\", client_ids: []}"),
              HasSubstr("1 to 100 client ids"));
  EXPECT_THAT(error_of("{" + good + ", keys_file: missing.json}"), HasSubstr("can't be read"));
  EXPECT_THAT(error_of("{" + good + ", keys_file: none.json}"), HasSubstr("save the issuer's"));
  EXPECT_THAT(error_of("{" + good + ", ca_file: keys.json}"), HasSubstr("a PEM file"));
  EXPECT_THAT(error_of("{" + good + ", origins: []}"), HasSubstr("write `[any]`"));
  EXPECT_THAT(error_of("{" + good + ", max_age: off}"), HasSubstr("max_age"));
  EXPECT_THAT(error_of("{" + good + ", identity: {Host: sub}}"),
              HasSubstr("a field's name without a meaning of its own"));
  EXPECT_THAT(error_of("{" + good + ", identity: {X-User: sub, x_user: sub}}"),
              HasSubstr("each once"));
  EXPECT_THAT(error_of("{" + good + ", identity: [X-User]}"), HasSubstr("a map of at most 32"));
  EXPECT_THAT(error_of("{" + good + ", client_id: a}"), HasSubstr("did you mean `client_ids`?"));
}

}  // namespace
}  // namespace hawser::connector
