// SPDX-License-Identifier: Apache-2.0
// Providers, sign-in and rules as engine.yaml has them; what is wrong with them is in broken/.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "control/config_check.h"
#include "control/config_file.h"
#include "model/control_calls.h"
#include "support/temp_folder.h"
#include "tls/certificate.h"

namespace hawser::control {
namespace {

using model::ClientAuthentication;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* secret = "correct-horse-battery";

constexpr const char* full = R"(
trust_domain: edge.example
advertise: edge.example:7443
tls: [{certificate: edge.pem, key: edge-key.pem}]
providers:
  - name: main
    issuer: https://login.example/realms/Main
    client_id: hawser
    client_secret_file: main-secret
    client_authentication: post
    scopes: [openid, email, offline_access]
    user_claim: email
    groups_claim: roles
    clock_skew: 2m
  - {name: other, issuer: "https://login.example:8443/", client_id: edge, client_key_file: other-key.pem}
apps:
  - name: wiki
    host: wiki.example
    path: /wiki/
    origin: http://127.0.0.1:9000
    sign_in: {provider: main, client_id: wiki, client_secret_file: wiki-secret}
    session: {max_age: 4h, idle: 30m, recheck: 5m}
    park: {size: 300K, for: 5m}
    access:
      - name: interns, never
        who: {users: [eve@example.org], claims: {kind: [intern, guest], "org unit": [a]}}
        effect: deny
        message: Interns ask the help desk.
      - name: staff, strongly, from the office
        who: {groups: [staff, admins]}
        from: {networks: [192.0.2.0/24, "2001:db8::/32"]}
        strength: {acr: ["urn:example:mfa"], amr: [mfa, pwd], max_age: 8h}
        methods: [GET, HEAD, POST]
        paths: [/wiki/reports/, /wiki/]
        effect: allow
      - {name: trial, who: {anyone_signed_in: true}, effect: allow, shadow: true}
  - name: mail
    host: mail.example
    origin: http://127.0.0.1:9000
    sign_in: {provider: other}
    access: [{name: all, who: {anyone_signed_in: true}, effect: allow}]
)";

class ConfigAccess : public testing::Test {
 protected:
  void SetUp() override {
    const auto key = tls::make_private_key_pem();
    ASSERT_TRUE(key.ok());
    write("main-secret", "main " + std::string(secret) + "\n");
    write("wiki-secret", std::string(secret) + "\r\n");
    write("other-key.pem", *key);
  }

  void write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    std::ofstream(path(name)) << text;
    chmod(path(name).c_str(), mode);
  }
  std::string path(const std::string& name) const { return folder.path() + "/" + name; }

  // The errors that name a secret's file: those of the certificates are tested elsewhere.
  std::string errors_of(std::string_view text) {
    const auto config = parse_config(text, "engine.yaml", folder.path(), {{}, true});
    config::ConfigErrors errors;
    if (config.ok()) return "";
    for (const auto& error : config.error())
      if (error.key.rfind("tls", 0) != 0) errors.push_back(error);
    return config::render(errors);
  }

  NodeConfig read(std::string_view text, bool look_at_files = false) {
    if (look_at_files) write_certificate();
    auto config = parse_config(text, "engine.yaml", folder.path(), {path("state"), look_at_files});
    if (config.ok()) return std::move(config).value();
    ADD_FAILURE() << config::render(config.error());
    return {};
  }

  void write_certificate() {
    const auto key = tls::make_private_key_pem();
    tls::IssuedFor subject;
    subject.common_name = "edge";
    subject.dns_san = "*.example";
    subject.not_after_ms = 4'000'000'000'000;
    write("edge.pem", tls::make_authority_pem(*key, subject).value());
    write("edge-key.pem", *key);
  }

  test::TempFolder folder;
};

TEST_F(ConfigAccess, EveryKeyOfAProviderIsRead) {
  const NodeConfig config = read(full);
  ASSERT_EQ(config.providers.size(), 2u);
  const model::Provider& main = config.providers[0];
  EXPECT_EQ(main.name, "main");
  EXPECT_EQ(main.issuer, "https://login.example/realms/Main");
  EXPECT_EQ(main.client.id, "hawser");
  EXPECT_EQ(main.client.authentication, ClientAuthentication::secret_post);
  EXPECT_THAT(main.scopes, ElementsAre("openid", "email", "offline_access"));
  EXPECT_EQ(main.user_claim, "email");
  EXPECT_EQ(main.groups_claim, "roles");
  EXPECT_EQ(main.clock_skew_s, 120u);
}

TEST_F(ConfigAccess, AProvidersDefaultsAreTheModels) {
  const NodeConfig config = read(full);
  ASSERT_EQ(config.providers.size(), 2u);
  model::Provider expected;
  expected.name = "other";
  expected.issuer = "https://login.example:8443/";
  expected.client.id = "edge";
  expected.client.authentication = ClientAuthentication::private_key;
  EXPECT_EQ(config.providers[1], expected);
}

TEST_F(ConfigAccess, AnAppMayHaveItsOwnClientAndSession) {
  const NodeConfig config = read(full);
  ASSERT_EQ(config.apps.size(), 2u);
  EXPECT_EQ(config.apps[0].sign_in.provider, "main");
  EXPECT_EQ(config.apps[0].sign_in.client.id, "wiki");
  EXPECT_EQ(config.apps[0].sign_in.client.authentication, ClientAuthentication::secret_post);
  EXPECT_EQ(config.apps[0].session, (model::SessionLimits{14'400, 1800, 300}));
  EXPECT_EQ(config.apps[1].sign_in.client.id, "");
  EXPECT_EQ(config.apps[1].session, model::SessionLimits{});
  EXPECT_EQ(config.apps[0].park, (model::Park{300 * 1024, 300}));
  EXPECT_EQ(config.apps[1].park, (model::Park{1024 * 1024, 600}));
}

TEST_F(ConfigAccess, RulesAreReadInTheirOrderWithEveryKey) {
  const NodeConfig config = read(full);
  ASSERT_EQ(config.apps.size(), 2u);
  EXPECT_EQ(config.apps[0].access, model::Access::rules);
  const auto& rules = config.apps[0].rules;
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].name, "interns, never");
  EXPECT_EQ(rules[0].effect, model::RuleEffect::deny);
  EXPECT_EQ(rules[0].message, "Interns ask the help desk.");
  EXPECT_THAT(rules[0].who.users, ElementsAre("eve@example.org"));
  EXPECT_THAT(rules[0].who.claims, ElementsAre(model::ClaimValues{"kind", {"intern", "guest"}},
                                               model::ClaimValues{"org unit", {"a"}}));
  EXPECT_THAT(rules[1].who.groups, ElementsAre("staff", "admins"));
  EXPECT_THAT(rules[1].from.networks, ElementsAre(*model::Network::parse("192.0.2.0/24"),
                                                  *model::Network::parse("2001:db8::/32")));
  EXPECT_EQ(rules[1].strength,
            (model::RuleStrength{{"urn:example:mfa"}, {"mfa", "pwd"}, 8u * 3600}));
  EXPECT_THAT(rules[1].methods, ElementsAre("GET", "HEAD", "POST"));
  EXPECT_THAT(rules[1].paths, ElementsAre("/wiki/reports/", "/wiki/"));
  EXPECT_FALSE(rules[1].shadow);
  EXPECT_TRUE(rules[2].who.anyone_signed_in);
  EXPECT_TRUE(rules[2].shadow);
}

TEST_F(ConfigAccess, TheRulesOfAnAppNameOnlySoManyGroups) {
  std::string text = full;
  const size_t at = text.find("[staff, admins]");
  std::string groups = "[";
  for (size_t i = 0; i < 900; ++i) groups += "group-" + std::to_string(i) + ", ";
  const auto rule = [&](const char* name) {
    std::string more = groups;
    for (size_t i = 0; i < 100; ++i) more += std::string(name) + std::to_string(i) + ", ";
    return std::string("      - {name: ") + name + ", who: {groups: " + more +
           "]}, effect: allow}\n";
  };
  std::string rules;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"})
    rules += rule(name);
  text.insert(text.find("      - {name: trial"), rules);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(read(text).apps[0].rules.size(), 14u);
  text.insert(text.find("      - {name: trial"), rule("l"));
  EXPECT_THAT(errors_of(text), HasSubstr("apps[0].access: found 2105 groups"));
}

TEST_F(ConfigAccess, FormsNeedNotBeKept) {
  std::string text(full);
  text.replace(text.find("park: {size: 300K, for: 5m}"), 27, "park: {size: off}");
  const NodeConfig config = read(text);
  ASSERT_EQ(config.apps.size(), 2u);
  EXPECT_EQ(config.apps[0].park.size_bytes, 0u);
}

TEST_F(ConfigAccess, AnIdleTimeThatWasNotSaidIsNeverLongerThanTheSession) {
  const std::string text = std::string(full).replace(
      std::string(full).find("max_age: 4h, idle: 30m, recheck: 5m"), 35, "max_age: 10m");
  const NodeConfig config = read(text);
  ASSERT_EQ(config.apps.size(), 2u);
  EXPECT_EQ(config.apps[0].session.idle_s, 600u);
}

TEST_F(ConfigAccess, SecretsAreReadOnlyWhereFilesAreLookedAt) {
  EXPECT_EQ(read(full).providers[0].client.secret, "");
  const NodeConfig config = read(full, true);
  ASSERT_EQ(config.providers.size(), 2u);
  EXPECT_EQ(config.providers[0].client.secret, std::string("main ") + secret);
  EXPECT_EQ(config.apps[0].sign_in.client.secret, secret);
  EXPECT_THAT(config.providers[1].client.private_key_pem, HasSubstr("PRIVATE KEY"));
}

TEST_F(ConfigAccess, ASecretNeverLeavesWithTheApp) {
  const NodeConfig config = read(full, true);
  ASSERT_EQ(config.apps.size(), 2u);
  model::App other = config.apps[0];
  other.sign_in.client.secret = "another";
  EXPECT_THAT(model::encode_app(config.apps[0]), Not(HasSubstr(secret)));
  EXPECT_EQ(model::encode_app(config.apps[0]), model::encode_app(other));
  EXPECT_EQ(model::content_revision(config.apps[0]), model::content_revision(other));
  EXPECT_THAT(summary(config, 0), Not(HasSubstr(secret)));
}

TEST_F(ConfigAccess, ASecretThatOthersMayReadIsRefusedWithTheCommandThatMendsIt) {
  write("wiki-secret", secret, 0644);
  const std::string errors = errors_of(full);
  EXPECT_THAT(errors, HasSubstr("apps[0].sign_in.client_secret_file: found " + path("wiki-secret") +
                                " with the mode 0644"));
  EXPECT_THAT(errors, HasSubstr("chmod 0600 " + path("wiki-secret")));
  EXPECT_THAT(errors, Not(HasSubstr(secret)));
}

TEST_F(ConfigAccess, WhatIsNoSecretIsRefusedWithoutShowingIt) {
  write("wiki-secret", std::string(secret) + "\nand more\n");
  write("main-secret", "\n");
  write("other-key.pem", secret);
  const std::string errors = errors_of(full);
  EXPECT_THAT(errors, HasSubstr("apps[0].sign_in.client_secret_file: found " + path("wiki-secret") +
                                ", which is more than one line"));
  EXPECT_THAT(errors, HasSubstr("providers[0].client_secret_file: found " + path("main-secret") +
                                ", which is empty"));
  EXPECT_THAT(errors, HasSubstr("providers[1].client_key_file: found " + path("other-key.pem") +
                                ", which can't be used"));
  EXPECT_THAT(errors, Not(HasSubstr(secret)));
}

TEST_F(ConfigAccess, AProviderMayHaveItsOwnAuthorities) {
  std::string text = full;
  text.insert(text.find("    client_id: hawser"), "    ca_file: edge.pem\n");
  write_certificate();
  EXPECT_THAT(read(text).providers[0].ca_pem, HasSubstr("BEGIN CERTIFICATE"));
  write("edge.pem", "torn");
  EXPECT_THAT(errors_of(text), HasSubstr("providers[0].ca_file"));
}

TEST_F(ConfigAccess, ASecretThatIsNotThereIsRefused) {
  std::filesystem::remove(path("wiki-secret"));
  EXPECT_THAT(errors_of(full), HasSubstr(path("wiki-secret") + ", which can't be read (No such"));
}

TEST_F(ConfigAccess, AnAppThatLetsNobodyInIsWarnedOf) {
  constexpr std::string_view closed = R"(
trust_domain: edge.example
advertise: edge.example:7443
tls: [{certificate: edge.pem, key: edge-key.pem}]
providers: [{name: main, issuer: "https://login.example", client_id: hawser, client_secret_file: main-secret}]
apps:
  - name: wiki
    host: wiki.example
    origin: http://127.0.0.1:9000
    sign_in: {provider: main}
    access:
      - {name: trial, who: {anyone_signed_in: true}, effect: allow, shadow: true}
      - {name: closed, effect: deny, message: Closed until Monday.}
)";
  EXPECT_THAT(warnings(read(closed), 0), ElementsAre(HasSubstr("no rule of app wiki")));
  EXPECT_THAT(warnings(read(full), 0), IsEmpty());
  std::string silent = full;
  silent.replace(silent.find("openid, email, offline_access"), 29, "openid, email");
  EXPECT_THAT(warnings(read(silent), 0), ElementsAre(HasSubstr("lacks offline_access")));
}

TEST_F(ConfigAccess, TheSummaryTellsHowEachAppIsReached) {
  EXPECT_THAT(summary(read(full), 0), HasSubstr("(3 rules, sign-in by main)"));
  EXPECT_THAT(summary(read(full), 0),
              HasSubstr("providers:    main (https://login.example/realms/Main), other"));
  EXPECT_THAT(summary(read(full), 0), HasSubstr("    to register at main as redirect URI: "
                                                "https://wiki.example:8443/.hawser/callback\n"));
}

}  // namespace
}  // namespace hawser::control
