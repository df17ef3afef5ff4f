// SPDX-License-Identifier: Apache-2.0
#include "model/origin.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::model {
namespace {

TEST(Origin, IsReadFromItsUrl) {
  const Origin plain = Origin::parse_url("http://127.0.0.1:9000").value();
  EXPECT_EQ(plain, (Origin{Scheme::http, "127.0.0.1", 9000, "/", 1}));
  EXPECT_EQ(plain.authority(), "127.0.0.1:9000");
  const Origin full = Origin::parse_url("https://Wiki.corp/base/").value();
  EXPECT_EQ(full, (Origin{Scheme::https, "wiki.corp", 443, "/base/", 1}));
  EXPECT_EQ(full.authority(), "wiki.corp");
  const Origin v6 = Origin::parse_url("h2c://[FD00::1]:8080/").value();
  EXPECT_EQ(v6, (Origin{Scheme::h2c, "fd00::1", 8080, "/", 1}));
  EXPECT_EQ(v6.authority(), "[fd00::1]:8080");
}

TEST(Origin, ReadsBackWhatItWrites) {
  for (const char* url : {"http://a/", "https://a:444/b/", "http://[::1]/", "h2c://my_app/"}) {
    EXPECT_EQ(Origin::parse_url(url).value().url(), url);
  }
}

TEST(Origin, RefusesWhatCouldBeReadInTwoWays) {
  for (const char* url : {"",
                          "a",
                          "//a",
                          "a:80",
                          "ftp://a",
                          "HTTP://a",
                          "http://",
                          "http:///",
                          "http://a:",
                          "http://a:0",
                          "http://a:65536",
                          "http://u@a",
                          "http://u:p@a/",
                          "http://a?q",
                          "http://a/?q",
                          "http://a/#f",
                          "http://a/b",
                          "http://a//",
                          "http://a/../",
                          "http://a/./",
                          "http://a/b\\/",
                          "http://a/%2f/",
                          "http://a/%2F/",
                          "http://a/%41/",
                          "http://a/%c3%a4/",
                          "http://a/%/",
                          "http://a/%00/",
                          "http://a b/",
                          "http://::1/",
                          "http://[::1/",
                          "http://[::1]x/",
                          "http://a/ /",
                          "http://a\\b/",
                          " http://a"}) {
    EXPECT_FALSE(Origin::parse_url(url).ok()) << url;
  }
}

TEST(PathPrefix, BeginsAndEndsWithASlash) {
  for (const char* path : {"/", "/wiki/", "/a/b.c/~d/", "/%C3%A4/", "/a;b=c/", "/...a/"}) {
    EXPECT_TRUE(parse_path_prefix(path).ok()) << path;
  }
  EXPECT_EQ(parse_path_prefix("/wiki").error().reason, "end it with \"/\": `/wiki/`");
  EXPECT_EQ(parse_path_prefix("wiki/").error().reason, "begin the path with \"/\"");
  EXPECT_FALSE(parse_path_prefix("/" + std::string(2000, 'a') + "/").ok());
}

}  // namespace
}  // namespace hawser::model
