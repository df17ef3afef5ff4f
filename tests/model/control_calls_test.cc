// SPDX-License-Identifier: Apache-2.0
#include "model/control_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hawser::model {
namespace {

using testing::HasSubstr;

App full_app() {
  App app;
  app.name = "wiki";
  app.host = HostPattern::parse("*.wiki.example").value();
  app.path_prefix = "/wiki/";
  app.group = "lab";
  app.origins = {Origin::parse_url("https://wiki.corp:8443/base/").value(),
                 Origin::parse_url("http://[fd00::1]").value()};
  app.origins[0].weight = 3;
  app.origin_tls = {"-----BEGIN CERTIFICATE-----\n", false, "wiki.internal"};
  app.host_header = HostHeader::public_host;
  app.http2 = true;
  app.rewrite_origin = true;
  app.timeouts.connect_ms = 1234;
  app.timeouts.total_ms = 0;
  app.revision = (uint64_t{1} << 53) - 1;
  return app;
}

TEST(AppAnswer, ReadsBackWhatItWrites) {
  const auto decoded = decode_app(encode_app(full_app()));
  ASSERT_TRUE(decoded.ok()) << decoded.error().reason;
  EXPECT_EQ(*decoded, full_app());
}

TEST(AppAnswer, UnknownMembersAreIgnored) {
  const auto decoded = decode_app(
      R"({"name":"wiki","host":"wiki.example","colour":{"a":[1]},
          "origins":[{"url":"http://a/","zone":"b"}],"timeouts":{"later_ms":"x"}})");
  ASSERT_TRUE(decoded.ok()) << decoded.error().reason;
  EXPECT_EQ(decoded->name, "wiki");
}

TEST(AppAnswer, AbsentMembersHaveTheirDefaults) {
  const auto decoded =
      decode_app(R"({"name":"wiki","host":"wiki.example","origins":[{"url":"http://a/"}]})");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->tenant, default_tenant);
  EXPECT_EQ(decoded->timeouts, Timeouts{});
  EXPECT_TRUE(decoded->origin_tls.verify);
}

TEST(AppAnswer, WhatCannotBeServedRightIsRefused) {
  for (
      const char* text :
      {"", "[]", "{", "{}", "null", R"({"name":"wiki","host":"wiki.example"})",
       R"({"name":"wiki","host":"wiki.example","origins":[]})",
       R"({"name":"wiki","host":"wiki.example","origins":[{}]})",
       R"({"name":"wiki","host":"wiki.example","origins":["http://a/"]})",
       R"({"name":"wiki","host":"wiki.example","origins":[{"url":"ftp://a/"}]})",
       R"({"name":"wiki","host":"wiki.example","origins":[{"url":"http://a/","weight":0}]})",
       R"({"name":"wiki","host":"wiki.example","origins":[{"url":"http://a/","weight":-1}]})",
       R"({"name":"Wiki","host":"wiki.example","origins":[{"url":"http://a/"}]})",
       R"({"name":"wiki","host":"","origins":[{"url":"http://a/"}]})",
       R"({"name":"wiki","host":"a","path":"b","origins":[{"url":"http://a/"}]})",
       R"({"name":"wiki","host":"a","host_header":"x","origins":[{"url":"http://a/"}]})",
       R"({"name":"wiki","host":"a","origin_tls":{"verify":0},"origins":[{"url":"http://a/"}]})",
       R"({"name":"wiki","host":"a","timeouts":{"head_ms":1.5},"origins":[{"url":"http://a/"}]})"}) {
    EXPECT_FALSE(decode_app(text).ok()) << text;
  }
}

TEST(AppAnswer, EveryCutOfAnAnswerIsRefused) {
  const std::string text = encode_app(full_app());
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(decode_app(text.substr(0, length)).ok());
  }
}

TEST(AppAnswer, HostileJsonIsRefusedWithoutHarm) {
  EXPECT_FALSE(decode_app(std::string(500'000, '[')).ok());
  EXPECT_FALSE(decode_app(std::string(control_body_limit_bytes + 1, ' ')).ok());
  EXPECT_FALSE(decode_app("{\"name\":\"\xff\"}").ok());
}

TEST(AppAnswer, BytesThatAreNoTextDoNotStopTheWriter) {
  App app = full_app();
  app.origin_tls.ca_pem = "# M\xfcller\n-----BEGIN CERTIFICATE-----\n";
  const auto decoded = decode_app(encode_app(app));
  ASSERT_TRUE(decoded.ok());
  EXPECT_THAT(decoded->origin_tls.ca_pem, HasSubstr("-----BEGIN CERTIFICATE-----\n"));
}

TEST(ConfigAnswer, ReadsBackWhatItWrites) {
  const ConfigAnswer answer{7, "default", "lab", {"a:1", "b:2"}, "pem", true};
  EXPECT_EQ(decode_config_answer(encode_config_answer(answer)).value(), answer);
  EXPECT_EQ(decode_config_answer("{}").value(), ConfigAnswer{});
  EXPECT_FALSE(decode_config_answer(R"({"engines":[1]})").ok());
  EXPECT_FALSE(decode_config_answer(R"({"revision":"7"})").ok());
}

TEST(Renewal, ReadsBackWhatItWrites) {
  const RenewRequest request{"csr"};
  EXPECT_EQ(decode_renew_request(encode_renew_request(request)).value(), request);
  EXPECT_FALSE(decode_renew_request("{}").ok());
  const RenewAnswer answer{"certificate", "authorities"};
  EXPECT_EQ(decode_renew_answer(encode_renew_answer(answer)).value(), answer);
  EXPECT_FALSE(decode_renew_answer("{}").ok());
}

TEST(HealthReport, ReadsBackWhatItWrites) {
  const HealthReport report{"0.1.0", "boot", 5, 6, 7, {{"wiki", "http://a/", false, "refused"}}};
  EXPECT_EQ(decode_health_report(encode_health_report(report)).value(), report);
  EXPECT_FALSE(decode_health_report(R"({"origins":[{"reachable":"no"}]})").ok());
}

}  // namespace
}  // namespace hawser::model
