// SPDX-License-Identifier: Apache-2.0
#include "model/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hawser::model {
namespace {

using testing::ElementsAre;

App app(const std::string& name, const std::string& group = "default") {
  App made;
  made.name = name;
  made.group = group;
  made.host = HostPattern::parse(name + ".example").value();
  made.origins = {Origin::parse_url("http://127.0.0.1:9000").value()};
  return made;
}

TEST(Snapshot, FindsAppsByName) {
  const auto snapshot = Snapshot::make({app("wiki"), app("mail")});
  ASSERT_NE(snapshot->find_app("mail"), nullptr);
  EXPECT_EQ(snapshot->find_app("mail")->host.name, "mail.example");
  EXPECT_EQ(snapshot->find_app("news"), nullptr);
}

TEST(Snapshot, GathersAppsIntoGroups) {
  const auto snapshot = Snapshot::make({app("wiki"), app("lab-1", "lab"), app("mail")});
  ASSERT_EQ(snapshot->groups().size(), 2u);
  EXPECT_THAT(snapshot->find_group("default")->apps, ElementsAre("wiki", "mail"));
  EXPECT_THAT(snapshot->find_group("lab")->apps, ElementsAre("lab-1"));
  EXPECT_EQ(snapshot->find_group("none"), nullptr);
}

TEST(Snapshot, EqualContentHasEqualRevisionsAndAChangeAnother) {
  const auto first = Snapshot::make({app("wiki"), app("mail")});
  const auto again = Snapshot::make({app("wiki"), app("mail")});
  App changed = app("mail");
  changed.timeouts.connect_ms = 1;
  const auto other = Snapshot::make({app("wiki"), changed});
  EXPECT_EQ(first->revision(), again->revision());
  EXPECT_NE(first->revision(), other->revision());
  EXPECT_EQ(first->find_app("wiki")->revision, other->find_app("wiki")->revision);
  EXPECT_NE(first->find_app("mail")->revision, other->find_app("mail")->revision);
}

TEST(Snapshot, MayBeEmpty) {
  const auto snapshot = Snapshot::make({});
  EXPECT_TRUE(snapshot->apps().empty());
  EXPECT_NE(snapshot->revision(), 0u);
}

TEST(ContentRevision, ChangesWithEveryField) {
  const std::vector<void (*)(App&)> changes = {
      [](App& a) { a.name = "other"; },
      [](App& a) { a.tenant = "other"; },
      [](App& a) { a.host.wildcard = true; },
      [](App& a) { a.path_prefix = "/a/"; },
      [](App& a) { a.group = "lab"; },
      [](App& a) { a.origins[0].weight = 2; },
      [](App& a) { a.origins[0].path = "/b/"; },
      [](App& a) { a.origin_tls.ca_pem = "x"; },
      [](App& a) { a.origin_tls.verify = false; },
      [](App& a) { a.origin_tls.server_name = "x"; },
      [](App& a) { a.host_header = HostHeader::public_host; },
      [](App& a) { a.http2 = true; },
      [](App& a) { a.rewrite_origin = true; },
      [](App& a) { a.upgrades.clear(); },
      [](App& a) { a.timeouts.total_ms = 7; },
      [](App& a) { a.limits.body_bytes = 7; },
      [](App& a) { a.limits.connections = 7; },
      [](App& a) { a.limits.requests_per_second = 7; },
      [](App& a) { a.limits.per_client = 7; },
      [](App& a) { a.hsts_s = 7; },
      [](App& a) { a.access = Access::rules; },
      [](App& a) { a.sign_in.provider = "main"; },
      [](App& a) { a.sign_in.client.id = "wiki"; },
      [](App& a) { a.sign_in.client.authentication = ClientAuthentication::private_key; },
      [](App& a) { a.session.max_age_s = 7; },
      [](App& a) { a.session.idle_s = 7; },
      [](App& a) { a.rules.resize(1); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    App changed = app("wiki");
    changes[i](changed);
    EXPECT_NE(content_revision(changed), content_revision(app("wiki"))) << i;
  }
}

TEST(ContentRevision, ChangesWithEveryFieldOfARule) {
  const std::vector<void (*)(AccessRule&)> changes = {
      [](AccessRule& r) { r.name = "other"; },
      [](AccessRule& r) { r.who.anyone_signed_in = true; },
      [](AccessRule& r) { r.who.users = {"a"}; },
      [](AccessRule& r) { r.who.groups = {"a"}; },
      [](AccessRule& r) {
        r.who.claims = {{"a", {"b"}}};
      },
      [](AccessRule& r) { r.from.networks = {*Network::parse("192.0.2.1")}; },
      [](AccessRule& r) { r.from.countries = {"AT"}; },
      [](AccessRule& r) { r.strength.acr = {"a"}; },
      [](AccessRule& r) { r.strength.amr = {"a"}; },
      [](AccessRule& r) { r.strength.max_age_s = 7; },
      [](AccessRule& r) { r.methods = {"GET"}; },
      [](AccessRule& r) { r.paths = {"/a/"}; },
      [](AccessRule& r) { r.effect = RuleEffect::deny; },
      [](AccessRule& r) { r.message = "a"; },
      [](AccessRule& r) { r.shadow = true; },
  };
  App plain = app("wiki");
  plain.rules.resize(1);
  for (size_t i = 0; i < changes.size(); ++i) {
    App changed = plain;
    changes[i](changed.rules[0]);
    EXPECT_NE(content_revision(changed), content_revision(plain)) << i;
  }
}

TEST(Snapshot, HasItsProvidersAndARevisionThatFollowsThemButNotTheirSecrets) {
  Provider provider;
  provider.name = "main";
  const auto first = Snapshot::make({app("wiki")}, {provider});
  ASSERT_NE(first->find_provider("main"), nullptr);
  EXPECT_EQ(first->find_provider("other"), nullptr);
  provider.client.secret = "s";
  EXPECT_EQ(Snapshot::make({app("wiki")}, {provider})->revision(), first->revision());
  provider.issuer = "https://login.example";
  EXPECT_NE(Snapshot::make({app("wiki")}, {provider})->revision(), first->revision());
}

}  // namespace
}  // namespace hawser::model
