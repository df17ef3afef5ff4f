// SPDX-License-Identifier: Apache-2.0
#include "connector/origin_request.h"

#include <gtest/gtest.h>

namespace hawser::connector {
namespace {

TEST(OriginPath, WhatFollowsThePrefixStaysAsItWasSpelled) {
  EXPECT_EQ(origin_path("/a%2Fb//c", "/", "/"), "/a%2Fb//c");
  EXPECT_EQ(origin_path("/a/b", "/", "/base/"), "/base/a/b");
  EXPECT_EQ(origin_path("/wiki/a%2Fb", "/wiki/", "/"), "/a%2Fb");
  EXPECT_EQ(origin_path("/wiki/a/", "/wiki/", "/base/sub/"), "/base/sub/a/");
  EXPECT_EQ(origin_path("/a/b/c", "/a/b/", "/x/"), "/x/c");
  // Another spelling of the prefix is still the prefix.
  EXPECT_EQ(origin_path("/w%69ki/a", "/wiki/", "/base/"), "/base/a");
}

TEST(OriginPath, ThePrefixWithoutItsSlashIsTheOriginsPath) {
  EXPECT_EQ(origin_path("/wiki", "/wiki/", "/base/"), "/base/");
}

TEST(OriginPath, TheAsteriskStays) { EXPECT_EQ(origin_path("*", "/wiki/", "/base/"), "*"); }

TEST(HostForOrigin, ThePublicNameHasOneSpelling) {
  model::App app;
  app.host_header = model::HostHeader::public_host;
  const auto said = [&](std::string_view asked) {
    message::RequestHead head;
    head.target.scheme = "https";
    EXPECT_EQ(message::parse_authority(asked, head.target.authority), "");
    std::string host;
    write_host_for_origin(head, app, model::Origin(), host);
    return host;
  };
  for (const char* asked : {"wiki.example", "WIKI.example:", "wiki.example.", "wiki.example:443"})
    EXPECT_EQ(said(asked), "wiki.example") << asked;
  EXPECT_EQ(said("Wiki.example:8443"), "wiki.example:8443");
}

TEST(PickOrigin, GoesByWeight) {
  model::App app;
  for (const uint32_t weight : {1u, 0u, 3u}) {
    app.origins.emplace_back();
    app.origins.back().weight = weight;
  }
  std::vector<int> counts(3);
  for (uint64_t random = 0; random < 400; ++random) ++counts[pick_origin(app, random)];
  EXPECT_EQ(counts, (std::vector<int>{100, 0, 300}));
}

}  // namespace
}  // namespace hawser::connector
