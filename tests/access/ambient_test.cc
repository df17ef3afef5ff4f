// SPDX-License-Identifier: Apache-2.0
#include "access/ambient.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::access {
namespace {

using message::Method;

class Ambient : public testing::Test {
 public:
  Ambient() {
    app.cors.origins = {"https://portal.example"};
    head.method = Method::get;
    head.target.authority.host = "wiki.example";
  }
  Ambient& by(Method method) {
    head.method = method;
    return *this;
  }
  Ambient& says(std::string_view name, std::string_view value) {
    head.fields.set(name, value);
    return *this;
  }
  Ambient& opens_a_page() {
    return says("Sec-Fetch-Mode", "navigate").says("Sec-Fetch-Dest", "document");
  }
  bool counts() const { return !is_made_by_another_site(head, app); }

  model::App app;
  message::RequestHead head;
};

TEST_F(Ambient, AProgramsRequestIsItsOwn) {
  EXPECT_TRUE(counts());
  EXPECT_TRUE(by(Method::post).counts());
  EXPECT_TRUE(by(Method::delete_).counts());
  EXPECT_TRUE(by(Method::get).says("Upgrade", "websocket").counts());
}

TEST_F(Ambient, TheAppsOwnPagesAndThePersonMayDoEverything) {
  for (const char* site : {"same-origin", "none"}) {
    says("Sec-Fetch-Site", site);
    EXPECT_TRUE(by(Method::get).counts());
    EXPECT_TRUE(by(Method::post).counts());
    EXPECT_TRUE(by(Method::post).says("Origin", "null").counts()) << "a page without a referrer";
  }
}

TEST_F(Ambient, AnotherSiteMayOpenAPageAndNoMore) {
  says("Sec-Fetch-Site", "cross-site");
  EXPECT_FALSE(counts()) << "an image";
  EXPECT_FALSE(says("Sec-Fetch-Mode", "navigate").says("Sec-Fetch-Dest", "iframe").counts());
  EXPECT_TRUE(opens_a_page().counts()) << "a link";
  EXPECT_FALSE(by(Method::post).counts()) << "a form that sends itself";
  EXPECT_FALSE(says("Origin", "https://portal.example").counts()) << "cookies do not go, either";
  EXPECT_FALSE(says("Origin", "https://wiki.example").counts());
}

TEST_F(Ambient, AWordThatIsNotKnownIsAnotherSites) {
  says("Sec-Fetch-Site", "cross-planet");
  EXPECT_FALSE(by(Method::post).counts());
}

TEST_F(Ambient, AnotherOriginOfTheSameSiteMayReadAndDoWhatTheAppLetsIt) {
  says("Sec-Fetch-Site", "same-site").says("Origin", "https://blog.example");
  EXPECT_TRUE(counts());
  EXPECT_FALSE(by(Method::post).counts());
  EXPECT_FALSE(by(Method::get).says("Upgrade", "websocket").counts());
  head.fields.remove("Origin");
  EXPECT_FALSE(by(Method::put).counts()) << "nobody says which";
  says("Origin", "https://portal.example");
  EXPECT_TRUE(by(Method::put).counts());
}

TEST_F(Ambient, AnOldBrowserIsKnownByItsOrigin) {
  says("Origin", "https://evil.example");
  EXPECT_FALSE(by(Method::post).counts());
  EXPECT_FALSE(says("Origin", "null").counts());
  EXPECT_FALSE(says("Origin", "https://portal.example").counts())
      << "it does not say whether that is the same site";
  EXPECT_TRUE(says("Origin", "https://wiki.example").counts());
}

TEST_F(Ambient, AWebSocketIsForTheAppsOwnPages) {
  says("Upgrade", "websocket").says("Origin", "https://evil.example");
  EXPECT_FALSE(counts());
  EXPECT_TRUE(says("Origin", "https://wiki.example").counts());
  head.fields.remove("Upgrade");
  head.extended_connect = true;
  head.method = Method::connect;
  EXPECT_TRUE(counts());
  EXPECT_FALSE(says("Origin", "https://evil.example").counts());
}

}  // namespace
}  // namespace hawser::access
