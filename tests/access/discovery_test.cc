// SPDX-License-Identifier: Apache-2.0
#include "access/discovery.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "access/token_request.h"

namespace hawser::access {
namespace {

using nlohmann::json;

constexpr const char* issuer = "https://login.example/tenant";

json description() {
  return {{"issuer", issuer},
          {"authorization_endpoint", "https://login.example/authorize?p=1"},
          {"token_endpoint", "https://login.example/token"},
          {"jwks_uri", "https://keys.example:8443/jwks"},
          {"response_types_supported", {"code", "id_token"}},
          {"code_challenge_methods_supported", {"plain", "S256"}}};
}

bool taken(const std::function<void(json&)>& change) {
  json changed = description();
  change(changed);
  return ProviderMetadata::parse(changed.dump(), issuer).ok();
}

TEST(Discovery, TellsWhereEverythingIs) {
  const auto metadata = ProviderMetadata::parse(description().dump(), issuer);
  ASSERT_TRUE(metadata.ok());
  EXPECT_EQ(metadata->keys.authority(), "keys.example:8443");
  EXPECT_EQ(metadata->token_endpoint.target, "/token");
  EXPECT_EQ(metadata->end_session_endpoint, "");
  EXPECT_FALSE(metadata->names_itself);
}

TEST(Discovery, AnotherIssuersDescriptionIsRefused) {
  EXPECT_FALSE(taken([](json& d) { d["issuer"] = "https://login.example/tenant/"; }));
  EXPECT_FALSE(taken([](json& d) { d.erase("issuer"); }));
}

TEST(Discovery, EveryEndpointIsOfHttps) {
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri"}) {
    EXPECT_FALSE(taken([name](json& d) { d.erase(name); })) << name;
    for (const char* url :
         {"http://login.example/x", "https://a@login.example/x", "/x", "https://login.example/x#y",
          "https://login.example/a b", "javascript:1"})
      EXPECT_FALSE(taken([&](json& d) { d[name] = url; })) << name << " " << url;
  }
  EXPECT_FALSE(taken([](json& d) { d["end_session_endpoint"] = "javascript:alert(1)"; }));
}

TEST(Discovery, AProviderWithoutOurFlowIsRefused) {
  EXPECT_FALSE(taken([](json& d) { d["response_types_supported"] = {"id_token"}; }));
  EXPECT_FALSE(taken([](json& d) { d["code_challenge_methods_supported"] = {"plain"}; }));
  EXPECT_TRUE(taken([](json& d) { d.erase("code_challenge_methods_supported"); }));
}

TEST(Discovery, IsReadBelowTheIssuer) {
  EXPECT_EQ(ProviderMetadata::location(issuer)->target, "/tenant/.well-known/openid-configuration");
  EXPECT_EQ(ProviderMetadata::location("https://login.example/")->target,
            "/.well-known/openid-configuration");
}

http::ClientResponse answer(int status, const std::string& body,
                            const std::string& type = "application/json; charset=utf-8") {
  http::ClientResponse response;
  response.status = status;
  response.fields.add("Content-Type", type);
  response.body = body;
  return response;
}

TEST(TokenAnswer, AFailureTellsWhoseItIs) {
  const auto fault = [](int status, const std::string& body) {
    return read_token_answer(answer(status, body)).error().fault;
  };
  EXPECT_EQ(fault(400, R"({"error":"invalid_grant"})"), SignInFault::code_refused);
  EXPECT_EQ(fault(401, R"({"error":"invalid_client"})"), SignInFault::provider_misconfigured);
  EXPECT_EQ(fault(503, ""), SignInFault::provider_unreachable);
  EXPECT_EQ(fault(200, "<html>"), SignInFault::provider_misconfigured);
  EXPECT_EQ(fault(200, R"({"access_token":"a","token_type":"Bearer"})"),
            SignInFault::token_refused);
  EXPECT_EQ(fault(200, R"({"id_token":"a","token_type":"DPoP"})"), SignInFault::token_refused);
  EXPECT_EQ(fault(200, R"({"id_token":"a"})"), SignInFault::token_refused);
  EXPECT_EQ(fault(302, ""), SignInFault::provider_misconfigured);
}

TEST(TokenAnswer, WhatIsNoJsonByItsOwnWordIsNotTakenForIt) {
  const std::string good = R"({"id_token":"a","token_type":"Bearer"})";
  EXPECT_TRUE(read_token_answer(answer(200, good)));
  for (const char* type : {"text/html", "", "application/json-seq", "text/html; application/json"})
    EXPECT_EQ(read_token_answer(answer(200, good, type)).error().fault,
              SignInFault::provider_misconfigured)
        << type;
}

TEST(TokenAnswer, ANameThatAProviderChoseIsMadePlain) {
  EXPECT_EQ(plain_error_name("access_denied"), "access_denied");
  EXPECT_EQ(plain_error_name("<script>\n"), "_script__");
  EXPECT_EQ(plain_error_name(std::string(100, 'a')).size(), 64u);
}

}  // namespace
}  // namespace hawser::access
