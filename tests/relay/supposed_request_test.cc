// SPDX-License-Identifier: Apache-2.0
#include "relay/supposed_request.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::relay {
namespace {

model::App guarded(const std::string& host, std::vector<std::string> paths) {
  model::App app;
  app.name = "guarded";
  app.host = *model::HostPattern::parse(host);
  app.access = model::Access::rules;
  app.rules.resize(1);
  app.rules[0].name = "closed";
  app.rules[0].paths = std::move(paths);
  app.origins.push_back(*model::Origin::parse_url("http://127.0.0.1:9000"));
  return app;
}

// "400: why", or "" where the rules are asked.
std::string told(const model::App& app, const std::string& method, const std::string& path) {
  model::AccessQuestion question;
  question.method = method;
  question.path = path;
  const Router router(model::Snapshot::make({app}));
  const auto refused = refused_before_rules(router, app, question);
  if (!refused) return {};
  EXPECT_EQ(refused->verdict, "refused");
  return std::to_string(refused->status) + ": " + refused->message;
}

TEST(SupposedRequest, AMethodThatTheEngineDoesNotServeGets501) {
  const model::App app = guarded("wiki.example", {});
  EXPECT_TRUE(told(app, "get", "/").starts_with("501: ")) << "methods are told apart by case";
  EXPECT_TRUE(told(app, "FROB", "/").starts_with("501: "));
  EXPECT_TRUE(told(app, "CONNECT", "/").starts_with("501: "));
  EXPECT_EQ(told(app, "PROPFIND", "/"), "");
}

TEST(SupposedRequest, APathInTwoReadingsGets400WhereItDecides) {
  const std::string refused = "400: the path can be read in two ways, and here it decides";
  for (const char* host : {"wiki.example", "*.example"}) {
    const model::App app = guarded(host, {"/closed/"});
    EXPECT_EQ(told(app, "GET", "//closed/"), refused) << host;
    EXPECT_EQ(told(app, "GET", "/a%2Fb"), refused) << host;
    EXPECT_EQ(told(app, "GET", "/closed;v=1/a"), refused) << host;
    EXPECT_EQ(told(app, "GET", "/open;v=1/a"), "") << host;
  }
  EXPECT_EQ(told(guarded("wiki.example", {}), "GET", "//closed/"), "") << "no path decides";
}

TEST(SupposedRequest, APathThatIsAlwaysRefusedGets400) {
  const model::App app = guarded("wiki.example", {});
  EXPECT_TRUE(told(app, "GET", "/a/../b").starts_with("400: "));
  EXPECT_TRUE(told(app, "GET", "/%00").starts_with("400: "));
}

}  // namespace
}  // namespace hawser::relay
