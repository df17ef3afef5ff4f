// SPDX-License-Identifier: Apache-2.0
#include "access/return_url.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hawser::access {
namespace {

using namespace std::string_view_literals;

constexpr char fallback[] = "/wiki/";

constexpr std::string_view refused_returns[] = {
    ""sv,
    "?x"sv,
    "#x"sv,
    " /"sv,
    "\t//evil.example"sv,
    "evil.example"sv,
    "@evil.example"sv,
    ":@evil.example"sv,
    ".evil.example"sv,
    ":8443@evil.example"sv,
    "https://evil.example/"sv,
    "HTTPS://evil.example/"sv,
    "http://evil.example/"sv,
    "https:evil.example"sv,
    "https:/evil.example"sv,
    "https:///evil.example"sv,
    "https:\\\\evil.example"sv,
    "javascript:alert(1)"sv,
    "java\tscript:alert(1)"sv,
    "data:text/html,x"sv,
    "vbscript:x"sv,
    "\\\\evil.example"sv,
    "\\/evil.example"sv,
    "/\\evil.example"sv,
    "/\\/evil.example"sv,
    "/\t/evil.example"sv,
    "/\n/evil.example"sv,
    "/\r\nSet-Cookie: a=b"sv,
    "/\0/evil.example"sv,
    "/%00"sv,
    "/a\x00 b"sv,
    "/..//evil.example"sv,
    "/../.hawser/logout"sv,
    "/./.hawser/logout"sv,
    "/%2e%2e//evil.example"sv,
    "/.hawser/logout?app=wiki"sv,
    "/.hawser"sv,
    "/%2ehawser/logout"sv,
    "/.hawser%2Flogout"sv,
    "/.%68awser/login?app=wiki"sv,
    "/page#//evil.example"sv,
    "/ /evil.example"sv,
    "/\x7f"sv,
    "/\xff"sv,
    "/%ff"sv,
    "/%c0%af%c0%afevil.example"sv,
    "/%"sv,
    "\xE3\x80\x82.evil.example"sv,       // U+3002, a dot to some
    "\xEF\xBC\x8F\xEF\xBC\x8F.evil"sv,   // U+FF0F, a slash to some
    "/\xE2\x81\x84\xE2\x81\x84.evil"sv,  // U+2044, raw
    "/<script>"sv,
    "/%5cevil.example"sv,
};

constexpr std::string_view kept_returns[] = {
    "//evil.example/"sv,         "///evil.example/"sv,     "//evil.example@wiki.example/"sv,
    "/%2F/evil.example"sv,       "/%2f%2fevil.example"sv,  "/%255c%255cevil.example"sv,
    "/%252f%252fevil.example"sv, "/@evil.example"sv,       "/https://evil.example/"sv,
    "/;@evil.example"sv,         "/page?//evil.example"sv, "/%E3%80%82evil.example"sv,
    "/%09/evil.example"sv,
};

TEST(ReturnUrl, APageOfTheHostIsKept) {
  for (const char* page : {"/", "/page", "/page?a=b%20c&d", "/a/?next=https://evil.example/",
                           "/%E2%98%83", "/@evil.example", "/a;b=c", "/a:b@c"})
    EXPECT_EQ(checked_return(page, fallback), page);
}

TEST(ReturnUrl, WhatIsNoPageOfTheHostLeadsToTheApp) {
  EXPECT_EQ(checked_return(std::nullopt, fallback), fallback);
  for (const std::string_view spelling : refused_returns)
    EXPECT_EQ(checked_return(std::string(spelling), fallback), fallback) << spelling;
}

// Behind "https://HOST:PORT" these are paths, however they look: no parser of URLs reads another
// host out of that.
TEST(ReturnUrl, WhatIsKeptIsAPathBehindAHost) {
  for (const std::string_view spelling : kept_returns) {
    const std::string kept = checked_return(std::string(spelling), fallback);
    EXPECT_EQ(kept, spelling);
    EXPECT_EQ(kept.front(), '/');
    EXPECT_EQ(kept.find_first_of("\\#\t\r\n \"<>"), std::string::npos) << spelling;
  }
}

}  // namespace
}  // namespace hawser::access
