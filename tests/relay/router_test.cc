// SPDX-License-Identifier: Apache-2.0
#include "relay/router.h"

#include <gtest/gtest.h>

namespace hawser::relay {
namespace {

model::App app(const std::string& name, const std::string& host, const std::string& prefix = "/") {
  model::App app;
  app.name = name;
  app.host = *model::HostPattern::parse(host);
  app.path_prefix = prefix;
  app.origins.push_back(*model::Origin::parse_url("http://127.0.0.1:9000"));
  return app;
}

class RouterTest : public ::testing::Test {
 protected:
  std::string find(std::string_view host, std::string_view path) {
    const Route route = router_.find(host, path);
    if (route.miss == RouteMiss::no_such_host) return "no such host";
    if (route.miss == RouteMiss::no_such_path) return "no such path";
    return route.app->name;
  }
  Router router_{model::Snapshot::make({
      app("exact", "wiki.example"),
      app("wild", "*.example"),
      app("deeper", "*.corp.example"),
      app("docs", "multi.example", "/docs/"),
      app("manuals", "multi.example", "/docs/manuals/"),
      app("coffee", "multi.example", "/caf%C3%A9/"),
  })};
};

TEST_F(RouterTest, AnExactHostGoesBeforeAWildcard) {
  EXPECT_EQ(find("wiki.example", "/"), "exact");
}

TEST_F(RouterTest, AWildcardCoversEveryDepthAndNotTheNameItself) {
  EXPECT_EQ(find("a.example", "/"), "wild");
  EXPECT_EQ(find("a.b.example", "/"), "wild");
  EXPECT_EQ(find("example", "/"), "no such host");
}

TEST_F(RouterTest, TheLongestWildcardWins) {
  EXPECT_EQ(find("x.corp.example", "/"), "deeper");
  EXPECT_EQ(find("corp.example", "/"), "wild");
}

TEST_F(RouterTest, TheLongestPathPrefixWins) {
  EXPECT_EQ(find("multi.example", "/docs/a"), "docs");
  EXPECT_EQ(find("multi.example", "/docs/manuals/a"), "manuals");
}

TEST_F(RouterTest, APrefixCoversItsOwnNameButNotALongerWord) {
  EXPECT_EQ(find("multi.example", "/docs"), "docs");
  EXPECT_EQ(find("multi.example", "/docsx"), "no such path");
  EXPECT_EQ(find("multi.example", "/"), "no such path");
}

TEST_F(RouterTest, ParametersThatMightLeadToAnotherAppDecide) {
  for (const char* path : {"/docs;v=1/manuals;v=1/a", "/docs/;v=1/manuals/a", "/;x/docs/a"})
    EXPECT_TRUE(router_.parameters_decide("multi.example", path)) << path;
  for (const char* path : {"/docs/manuals/a;v=1", "/docs/manuals/;jsessionid=1", "/other;v=1/a"})
    EXPECT_FALSE(router_.parameters_decide("multi.example", path)) << path;
}

TEST_F(RouterTest, APrefixIsComparedInItsCanonicalForm) {
  EXPECT_EQ(find("multi.example", "/caf\xc3\xa9/a"), "coffee");
}

TEST_F(RouterTest, OptionsForTheWholeServerGoesToTheAppOfTheWholeHost) {
  EXPECT_EQ(find("wiki.example", "*"), "exact");
  EXPECT_EQ(find("multi.example", "*"), "no such path");
}

TEST_F(RouterTest, AnUnknownHostIsNeverGuessed) {
  EXPECT_EQ(find("other.test", "/"), "no such host");
}

TEST_F(RouterTest, ThePathDecidesOnlyWhereAppsAreToldApartByIt) {
  EXPECT_TRUE(router_.path_decides("multi.example"));
  EXPECT_FALSE(router_.path_decides("wiki.example"));
}

TEST(Router, WhatOneAppIsToldOfAPersonIsTakenFromTheRequestsOfAll) {
  model::App told = app("told", "one.example", "/private/");
  told.identity.push_back({"Remote-User", "email", {}});
  told.identity.push_back({"X-Groups", "groups", {}});
  const Router router(model::Snapshot::make({app("site", "one.example"), told}));
  message::Fields fields;
  for (const char* name : {"Remote-User", "remote_user", "HTTP_REMOTE_USER", "x.groups",
                           "-X-Groups", "Remote-Users", "Accept", "Referer"})
    fields.add(name, "admin");
  router.identity_fields().remove_from(fields);
  EXPECT_FALSE(fields.has("Remote-User"));
  EXPECT_EQ(fields.size(), 3u) << "those that are others' names";
}

TEST(Router, ThePathDecidesWhereARuleLooksAtIt) {
  model::App guarded = app("guarded", "guarded.example");
  guarded.rules.resize(2);
  const auto decides = [&] {
    return Router(model::Snapshot::make({guarded})).path_decides("guarded.example");
  };
  EXPECT_FALSE(decides());
  guarded.rules[1].paths = {"/admin/"};
  EXPECT_TRUE(decides());
}

}  // namespace
}  // namespace hawser::relay
