// SPDX-License-Identifier: Apache-2.0
#include "connector/response_rewrite.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "connector/origin_request.h"

namespace hawser::connector {
namespace {

using message::FieldName;

class ResponseRewriteTest : public ::testing::Test {
 protected:
  ResponseRewriteTest() { ask("wiki.example:8443", "/a/b"); }

  // The app is published at `public_path`; the first origin is the one that was asked.
  void publish(const std::string& public_path, const std::vector<std::string>& origins) {
    app_.path_prefix = public_path;
    app_.origins.clear();
    for (const std::string& url : origins) app_.origins.push_back(*model::Origin::parse_url(url));
  }
  void ask(std::string_view authority, std::string path) {
    EXPECT_EQ(message::parse_authority(authority, asked_), "");
    path_ = std::move(path);
  }
  std::string rewritten(FieldName name, std::string_view value) {
    message::Fields fields;
    fields.add("X-First", "1");
    fields.add(name, value);
    const std::string at_origin = origin_path(path_, app_.path_prefix, app_.origins[0].path);
    rewrite_response_names(fields, {app_, app_.origins[0], asked_, path_, at_origin});
    EXPECT_EQ(fields.size(), 2u);
    return std::string(*fields.get(name));
  }
  std::string location(std::string_view value) { return rewritten(FieldName::location, value); }
  std::string cookie(std::string_view attributes) {
    const std::string value = "sid=1" + std::string(attributes);
    return rewritten(FieldName::set_cookie, value).substr(5);
  }
  std::string request_field(FieldName name, std::string_view value) {
    message::Fields fields;
    fields.add(name, value);
    rewrite_request_names(fields, {app_, app_.origins[0], asked_, path_, path_});
    return std::string(*fields.get(name));
  }

  std::string destination(std::string_view value) {
    message::Fields fields;
    fields.add(FieldName::destination, value);
    rewrite_destination(fields, {app_, app_.origins[0], asked_, path_, path_});
    return std::string(*fields.get(FieldName::destination));
  }

  model::App app_;
  message::Authority asked_;
  std::string path_;
};

TEST_F(ResponseRewriteTest, TheOriginsNameBecomesThePublicOne) {
  publish("/", {"http://127.0.0.1:9000"});
  EXPECT_EQ(location("http://127.0.0.1:9000/x?y=http://127.0.0.1:9000/#z"),
            "https://wiki.example:8443/x?y=http://127.0.0.1:9000/#z");
  EXPECT_EQ(location("http://127.0.0.1:9000"), "https://wiki.example:8443/");
  EXPECT_EQ(location("http://127.0.0.1:9000?q"), "https://wiki.example:8443/?q");
  EXPECT_EQ(location("HTTP://127.0.0.1:9000/x"), "https://wiki.example:8443/x");
  EXPECT_EQ(location("//127.0.0.1:9000/x"), "//wiki.example:8443/x");
  EXPECT_EQ(rewritten(FieldName::content_location, "http://127.0.0.1:9000/x"),
            "https://wiki.example:8443/x");
}

TEST_F(ResponseRewriteTest, ThePublicNameIsTheOneThatTheClientAsked) {
  publish("/", {"http://127.0.0.1:9000"});
  ask("Wiki.Example", "/");
  EXPECT_EQ(location("http://127.0.0.1:9000/x"), "https://wiki.example/x");
  ask("[2001:db8::1]:8443", "/");
  EXPECT_EQ(location("http://127.0.0.1:9000/x"), "https://[2001:db8::1]:8443/x");
}

TEST_F(ResponseRewriteTest, NamesAreComparedAsNames) {
  publish("/", {"http://wiki.corp", "https://wiki.corp:8443", "http://[fd00::1]:81"});
  const std::string x = "https://wiki.example:8443/x";
  EXPECT_EQ(location("http://wiki.corp/x"), x);
  EXPECT_EQ(location("http://wiki.corp:80/x"), x);
  EXPECT_EQ(location("http://wiki.corp:/x"), x);
  EXPECT_EQ(location("http://WIKI.Corp./x"), x);
  EXPECT_EQ(location("https://wiki.corp:8443/x"), x);
  EXPECT_EQ(location("http://[FD00:0::1]:81/x"), x);
  EXPECT_EQ(location("//wiki.corp/x"), "//wiki.example:8443/x");
}

TEST_F(ResponseRewriteTest, AnApplicationThatHeedsXForwardedProtoIsUnderstood) {
  publish("/", {"http://127.0.0.1:9000"});
  EXPECT_EQ(location("https://127.0.0.1:9000/x"), "https://wiki.example:8443/x");
}

TEST_F(ResponseRewriteTest, WhatPointsElsewhereStays) {
  publish("/wiki/", {"http://wiki.corp:9000/base/"});
  ask("wiki.example:8443", "/wiki/a/b");
  for (const std::string value : {"http://other.corp:9000/base/x",
                                  "http://wiki.corp/base/x",
                                  "https://wiki.corp/base/x",
                                  "http://wiki.corp:9001/base/x",
                                  "http://wiki.corp:9000/elsewhere",
                                  "/elsewhere",
                                  "/based",
                                  "//other.corp/base/x",
                                  "ftp://wiki.corp:9000/base/x",
                                  "mailto:a@wiki.corp",
                                  "http://user@wiki.corp:9000/base/x",
                                  "http://wiki.corp:9000@evil.example/base/x",
                                  "http://wiki.corp:9000.evil.example/base/x",
                                  "http:/base/x",
                                  "http:base/x",
                                  "",
                                  "http://wiki.corp:port/base/",
                                  "https://wiki.example:8443/wiki/x",
                                  "https://wiki.example:8443/other/",
                                  "/base/../x",
                                  "\\\\wiki.corp:9000\\base\\x",
                                  "/base\\x",
                                  "http://",
                                  "//",
                                  ":",
                                  "?page=2",
                                  "#top",
                                  "c",
                                  "./c",
                                  "../a/c",
                                  "x:y"}) {
    EXPECT_EQ(location(value), value);
  }
}

TEST_F(ResponseRewriteTest, APublicPrefixThatDiffersFromTheOriginsPathWorks) {
  publish("/wiki/", {"http://wiki.corp/base/", "http://wiki-2.corp/second/"});
  EXPECT_EQ(location("/base/x?y"), "/wiki/x?y");
  EXPECT_EQ(location("/base"), "/wiki");
  EXPECT_EQ(location("http://wiki.corp/base/x"), "https://wiki.example:8443/wiki/x");
  EXPECT_EQ(location("http://wiki-2.corp/second/x"), "https://wiki.example:8443/wiki/x");
  EXPECT_EQ(location("http://wiki-2.corp/base/x"), "http://wiki-2.corp/base/x");
  publish("/wiki/", {"http://wiki.corp"});
  EXPECT_EQ(location("/x"), "/wiki/x");
  EXPECT_EQ(location("/"), "/wiki/");
  EXPECT_EQ(location("http://wiki.corp"), "https://wiki.example:8443/wiki/");
  publish("/", {"http://wiki.corp/base/"});
  EXPECT_EQ(location("/base/x"), "/x");
  EXPECT_EQ(location("/base"), "/");
}

TEST_F(ResponseRewriteTest, ATranslatedPathIsNeverTakenForAHost) {
  publish("/", {"http://wiki.corp/base/"});
  EXPECT_EQ(location("/base//evil.example/x"), "https://wiki.example:8443//evil.example/x");
}

TEST_F(ResponseRewriteTest, ARelativeReferenceMeansWhatTheOriginMeant) {
  publish("/wiki/", {"http://wiki.corp/base/"});
  ask("wiki.example", "/wiki");  // the origin was asked for "/base/"
  EXPECT_EQ(location("login?x"), "/wiki/login?x");
  ask("wiki.example", "/wiki/a/b");
  EXPECT_EQ(location("../login"), "../login");
  EXPECT_EQ(location("../../base/login"), "/wiki/login");
  publish("/deep/wiki/", {"http://wiki.corp"});
  ask("wiki.example", "/deep/wiki/a");
  EXPECT_EQ(location("../../login"), "/deep/wiki/login");
}

TEST_F(ResponseRewriteTest, AnOriginThatGetsThePublicHostMayCallItselfByIt) {
  publish("/wiki/", {"http://127.0.0.1:9000"});
  app_.host_header = model::HostHeader::public_host;
  EXPECT_EQ(location("http://wiki.example:8443/x"), "https://wiki.example:8443/wiki/x");
  EXPECT_EQ(location("http://wiki.example:9000/x"), "https://wiki.example:8443/wiki/x");
  EXPECT_EQ(location("http://wiki.example/x"), "https://wiki.example:8443/wiki/x");
  EXPECT_EQ(location("https://wiki.example:8443/x"), "https://wiki.example:8443/wiki/x");
  EXPECT_EQ(location("https://wiki.example:8443/wiki/x"), "https://wiki.example:8443/wiki/x");
  EXPECT_EQ(location("https://wiki.example:99/x"), "https://wiki.example:99/x");
}

TEST_F(ResponseRewriteTest, RefreshIsReadAsBrowsersRead) {
  publish("/wiki/", {"http://wiki.corp"});
  const auto refresh = [&](std::string_view value) { return rewritten(FieldName::refresh, value); };
  EXPECT_EQ(refresh("5; url=http://wiki.corp/x"), "5; url=https://wiki.example:8443/wiki/x");
  EXPECT_EQ(refresh("0;URL='/x'"), "0;URL='/wiki/x'");
  EXPECT_EQ(refresh("0, Url = \"/x\" "), "0, Url = \"/wiki/x\" ");
  EXPECT_EQ(refresh("3;/x"), "3;/wiki/x");
  EXPECT_EQ(refresh("5"), "5");
  EXPECT_EQ(refresh("5; url=https://other.example/"), "5; url=https://other.example/");
  EXPECT_EQ(refresh("5; url="), "5; url=");
}

TEST_F(ResponseRewriteTest, ACookiesDomainBecomesThePublicHost) {
  publish("/", {"http://wiki.corp.example2:9000", "http://wiki-2.corp.example2"});
  EXPECT_EQ(cookie("; Domain=wiki.corp.example2; Secure"), "; Domain=wiki.example; Secure");
  EXPECT_EQ(cookie(";domain=.WIKI-2.corp.example2"), ";domain=wiki.example");
  EXPECT_EQ(cookie("; Domain=corp.example2"), "; Domain=wiki.example");
  EXPECT_EQ(cookie("; Domain=other.corp.example2"), "; Domain=other.corp.example2");
  EXPECT_EQ(cookie("; Domain=wiki.example"), "; Domain=wiki.example");
  EXPECT_EQ(cookie("; Domain=.example"), "; Domain=.example");
  EXPECT_EQ(cookie("; Domain="), "; Domain=");
  publish("/", {"http://127.0.0.1:9000"});
  EXPECT_EQ(cookie("; Domain=127.0.0.1"), "; Domain=wiki.example");
  EXPECT_EQ(cookie("; Domain=0.0.1"), "; Domain=0.0.1");
}

TEST_F(ResponseRewriteTest, ACookiesPathBecomesThePublicOne) {
  publish("/wiki/", {"http://wiki.corp/base/"});
  EXPECT_EQ(cookie("; Path=/base/; HttpOnly"), "; Path=/wiki/; HttpOnly");
  EXPECT_EQ(cookie("; PATH = /base/admin"), "; PATH =/wiki/admin");
  EXPECT_EQ(cookie("; Path=/base"), "; Path=/wiki");
  EXPECT_EQ(cookie("; Path=/"), "; Path=/wiki/") << "above the origin's path: the whole app";
  EXPECT_EQ(cookie("; Path=/other"), "; Path=/other");
  EXPECT_EQ(cookie("; Path"), "; Path");
  EXPECT_EQ(cookie("; Path=; Expires=Sun, 06 Nov 1994 08:49:37 GMT"),
            "; Path=; Expires=Sun, 06 Nov 1994 08:49:37 GMT");
  publish("/wiki/", {"http://wiki.corp/wiki/"});
  EXPECT_EQ(cookie("; Path=/"), "; Path=/") << "the paths are the same on both sides";
}

TEST_F(ResponseRewriteTest, ACookieThatBrowsersTieToTheHostStays) {
  publish("/wiki/", {"http://wiki.corp"});
  const std::string tied = "__Host-sid=1; Path=/; Secure";
  EXPECT_EQ(rewritten(FieldName::set_cookie, tied), tied);
}

TEST_F(ResponseRewriteTest, EveryCookieIsRewrittenAndNoValueIs) {
  publish("/wiki/", {"http://wiki.corp"});
  message::Fields fields;
  fields.add(FieldName::set_cookie, "a=Path=/x; Path=/");
  fields.add(FieldName::set_cookie, "b=2");
  fields.add(FieldName::set_cookie, "c=3; Path=/c");
  rewrite_response_names(fields, {app_, app_.origins[0], asked_, "/wiki/", "/"});
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields.at(0).value, "a=Path=/x; Path=/wiki/");
  EXPECT_EQ(fields.at(1).value, "b=2");
  EXPECT_EQ(fields.at(2).value, "c=3; Path=/wiki/c");
}

TEST_F(ResponseRewriteTest, OriginAndRefererOfThePublicSideNameTheOrigin) {
  publish("/wiki/", {"http://wiki.corp:9000/base/"});
  EXPECT_EQ(request_field(FieldName::origin, "https://wiki.example:8443"), "http://wiki.corp:9000");
  EXPECT_EQ(request_field(FieldName::referer, "https://wiki.example:8443/wiki/a?b"),
            "http://wiki.corp:9000/base/a?b");
}

TEST_F(ResponseRewriteTest, WhoeverElseAsksIsStillToldApart) {
  publish("/wiki/", {"http://wiki.corp:9000/base/"});
  for (const std::string value :
       {"null", "https://evil.example", "https://wiki.example", "http://wiki.example:8443",
        "https://wiki.example:8443.evil", "https://wiki.example:8443@evil", "wiki.example:8443"}) {
    EXPECT_EQ(request_field(FieldName::origin, value), value);
  }
  const std::string neighbour = "https://wiki.example:8443/other/";
  EXPECT_EQ(request_field(FieldName::referer, neighbour), neighbour);
}

TEST_F(ResponseRewriteTest, ADestinationIsNamedAsTheApplicationKnowsItself) {
  publish("/wiki/", {"http://wiki.corp:9000/base/"});
  EXPECT_EQ(destination("https://wiki.example:8443/wiki/a%20b"),
            "http://wiki.corp:9000/base/a%20b");
  EXPECT_EQ(destination("/wiki/a"), "/base/a");
  app_.host_header = model::HostHeader::public_host;
  EXPECT_EQ(destination("https://wiki.example:8443/wiki/a"), "http://wiki.example:8443/base/a");
  for (const std::string value :
       {"https://other.example/wiki/a", "https://wiki.example:8443/other/a",
        "//wiki.example/wiki/a", "/other/a", "wiki/a", ""}) {
    EXPECT_EQ(destination(value), value);
  }
}

TEST_F(ResponseRewriteTest, AnAllowedOriginThatIsTheApplicationsIsThePublicOne) {
  publish("/wiki/", {"http://wiki.corp:9000/base/", "https://wiki.corp/"});
  const auto allowed = [&](std::string_view value) {
    return rewritten(FieldName::access_control_allow_origin, value);
  };
  EXPECT_EQ(allowed("http://wiki.corp:9000"), "https://wiki.example:8443");
  EXPECT_EQ(allowed("https://WIKI.corp:443"), "https://wiki.example:8443");
  for (const std::string value : {"*", "null", "https://other.example", "http://wiki.corp",
                                  "http://wiki.corp:9000/", "wiki.corp:9000", ""}) {
    EXPECT_EQ(allowed(value), value);
  }
}

// Whatever an origin sends, what comes out is a value that a field may hold.
TEST_F(ResponseRewriteTest, EveryCutOfAReferenceEndsInAnAnswer) {
  publish("/wiki/", {"http://[fd00::1]:9000/base/"});
  const std::string text = "http://[fd00::1]:9000/base/%2e%2e/base/x;y?z#/..//";
  for (size_t begin = 0; begin <= text.size(); ++begin) {
    for (size_t size = 0; size <= text.size() - begin; ++size) {
      const std::string part = text.substr(begin, size);
      location(part);
      cookie("; Path=" + part + "; Domain=" + part);
      rewritten(FieldName::refresh, "1;url=" + part);
      request_field(FieldName::referer, part);
    }
  }
}

}  // namespace
}  // namespace hawser::connector
