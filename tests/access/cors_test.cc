// SPDX-License-Identifier: Apache-2.0
#include "access/cors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hawser::access {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Cors : public testing::Test {
 protected:
  Cors() {
    app.name = "wiki";
    app.cors.origins = {"https://other.example", "https://third.example:8443"};
    head.method = message::Method::options;
    head.fields.add("Origin", "https://other.example");
    head.fields.add("Access-Control-Request-Method", "PUT");
  }
  Question question() { return {&app, head, "192.0.2.1", "request", {}}; }
  Answer answer() { return preflight_answer(question()); }
  static std::string value(const message::Fields& fields, std::string_view name) {
    return std::string(fields.get(name).value_or("(none)"));
  }
  static size_t cors_fields(const message::Fields& fields) {
    size_t count = 0;
    fields.for_each([&](const message::FieldView& field) {
      if (std::string_view(field.name).starts_with("Access-Control-")) ++count;
    });
    return count;
  }

  model::App app;
  message::RequestHead head;
};

TEST_F(Cors, APreflightOfAListedSiteIsToldWhatItAskedFor) {
  head.fields.add("Access-Control-Request-Headers", "content-type,x-a");
  head.fields.add("Access-Control-Request-Headers", "authorization");
  const Answer told = answer();
  EXPECT_EQ(told.head.status, 204);
  EXPECT_EQ(value(told.head.fields, "Access-Control-Allow-Origin"), "https://other.example");
  EXPECT_EQ(value(told.head.fields, "Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(value(told.head.fields, "Access-Control-Allow-Methods"), "PUT");
  EXPECT_EQ(value(told.head.fields, "Access-Control-Allow-Headers"),
            "content-type, x-a, authorization");
  EXPECT_EQ(value(told.head.fields, "Access-Control-Max-Age"), "600");
  EXPECT_THAT(value(told.head.fields, "Vary"), StartsWith("Origin"));
}

TEST_F(Cors, APreflightOfAnotherSiteIsToldNothing) {
  for (const char* origin : {"https://evil.example", "https://other.example:443", "null", "",
                             "https://other.example https://third.example:8443",
                             "HTTPS://other.example", "https://other.example.evil.example"}) {
    head.fields.set("Origin", origin);
    const Answer told = answer();
    EXPECT_EQ(told.head.status, 403) << origin;
    EXPECT_EQ(cors_fields(told.head.fields), 0u) << origin;
    EXPECT_THAT(told.body, HasSubstr("preflight_refused"));
  }
}

TEST_F(Cors, WhoNamesTwoSitesIsNeither) {
  head.fields.add("Origin", "https://third.example:8443");
  EXPECT_EQ(answer().head.status, 403);
}

TEST_F(Cors, OnlyNamesComeBack) {
  for (const auto& [field, bad] :
       {std::pair<const char*, std::string>{"Access-Control-Request-Method", "PUT, DELETE"},
        {"Access-Control-Request-Method", ""},
        {"Access-Control-Request-Method", std::string(33, 'A')},
        {"Access-Control-Request-Headers", "a b"},
        {"Access-Control-Request-Headers", "a,\"b\""},
        {"Access-Control-Request-Headers", std::string(2048, 'a')}}) {
    const message::Fields before = head.fields;
    head.fields.set(field, bad);
    const Answer told = answer();
    EXPECT_EQ(told.head.status, 403) << bad;
    EXPECT_EQ(cors_fields(told.head.fields), 0u) << bad;
    head.fields = before;
  }
}

TEST_F(Cors, APreflightIsAnOptionsThatAsksForAMethod) {
  EXPECT_TRUE(is_preflight(head));
  head.fields.remove("Access-Control-Request-Method");
  EXPECT_FALSE(is_preflight(head));
  head.fields.add("Access-Control-Request-Method", "PUT");
  head.method = message::Method::put;
  EXPECT_FALSE(is_preflight(head));
}

TEST_F(Cors, AnAnswerIsReadableForListedSitesAlone) {
  message::Fields told;
  add_cors_fields(question(), told);
  EXPECT_EQ(value(told, "Access-Control-Allow-Origin"), "https://other.example");
  EXPECT_EQ(value(told, "Access-Control-Allow-Credentials"), "true");
  EXPECT_THAT(value(told, "Access-Control-Expose-Headers"), HasSubstr("WWW-Authenticate"));
  EXPECT_EQ(value(told, "Vary"), "Origin");
  message::Fields others;
  head.fields.set("Origin", "https://evil.example");
  add_cors_fields(question(), others);
  EXPECT_EQ(cors_fields(others), 0u);
  EXPECT_EQ(value(others, "Vary"), "Origin") << "a cache must not hand it to a listed site";
}

TEST_F(Cors, AnAppWithoutOtherSitesSaysNothingOfThem) {
  app.cors.origins.clear();
  message::Fields told;
  add_cors_fields(question(), told);
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace hawser::access
