// SPDX-License-Identifier: Apache-2.0
// What an application is told of a person, as engine.yaml has it; what is wrong with it is in
// broken/.
#include <gtest/gtest.h>

#include <string>

#include "control/config_file.h"
#include "model/control_calls.h"

namespace hawser::control {
namespace {

model::App app_with(const std::string& keys) {
  const auto config = parse_config(R"(
trust_domain: edge.example
advertise: edge.example:7443
tls: [{certificate: edge.pem, key: edge-key.pem}]
providers: [{name: main, issuer: "https://login.example", client_id: hawser, client_secret_file: x}]
apps:
  - name: wiki
    host: wiki.example
    origin: http://127.0.0.1:9000
)" + keys,
                                   "engine.yaml", "/etc/hawser");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error()[0].to_string());
  return config.ok() ? config->apps.at(0) : model::App();
}

constexpr char staff[] = R"(
    sign_in: {provider: main}
    access: [{name: staff, who: {groups: [staff]}, effect: allow}]
)";

TEST(ConfigIdentity, FieldsAreReadInTheirOrder) {
  const model::App app = app_with(std::string(staff) + R"(
    identity:
      X-Forwarded-User: email
      Remote-Groups: {claim: groups, values: [staff, admin]}
      From: {claim: email}
    assertion: true
    verify_identity: true
)");
  const std::vector<model::IdentityField> expected{{"X-Forwarded-User", "email", {}},
                                                   {"Remote-Groups", "groups", {"staff", "admin"}},
                                                   {"From", "email", {}}};
  EXPECT_EQ(app.identity, expected);
  EXPECT_TRUE(app.assertion);
  EXPECT_TRUE(app.verify_identity);
}

TEST(ConfigIdentity, NothingIsToldUnlessItIsAskedFor) {
  const model::App app = app_with(staff);
  EXPECT_TRUE(app.identity.empty());
  EXPECT_FALSE(app.assertion);
  EXPECT_FALSE(app.verify_identity);
  for (const char* nothing :
       {"    identity: {}\n", "    identity: null\n", "    assertion: false\n"})
    EXPECT_EQ(app_with(std::string("    access: passthrough\n") + nothing).identity.size(), 0u);
}

TEST(ConfigIdentity, AnotherMappingIsAnotherRevisionAndReachesTheConnector) {
  const model::App app = app_with(std::string(staff) + "    identity: {X-User: email}\n");
  EXPECT_NE(app.revision, app_with(staff).revision);
  const auto told = model::decode_app(model::encode_app(app));
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->identity, app.identity);
}

}  // namespace
}  // namespace hawser::control
