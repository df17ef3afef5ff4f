// SPDX-License-Identifier: Apache-2.0
#include "control/admin_api.h"

#include <nlohmann/json.hpp>

#include "admin_fixture.h"

namespace hawser::control {
namespace {

using nlohmann::json;

class AdminApiTest : public AdminFixture {
 protected:
  Answer call(const std::string& method, const std::string& path, const std::string& body = "") {
    Caught<Answer> caught;
    const size_t question = path.find('?');
    const std::string query = question == std::string::npos ? "" : path.substr(question + 1);
    const std::string plain = path.substr(0, question);
    api_.handle({method, plain, query, body, now_ms(), {"ada", "1000"}}, caught.done());
    return *caught;
  }
  json get(const std::string& path) {
    const Answer answer = call("GET", path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.content_type, "application/json");
    return json::parse(answer.body);
  }
};

TEST_F(AdminApiTest, StatusTellsHowTheEngineIs) {
  const Enrolled connector = enrolled();
  enrolled();
  connect(connector.id);
  connect(connector.id);
  const json status = get("/v1/status");
  EXPECT_EQ(status["version"], "0.1.0");
  EXPECT_EQ(status["ready"], true);
  EXPECT_EQ(status["connectors_enrolled"], 2);
  EXPECT_EQ(status["connectors_connected"], 1);
  EXPECT_EQ(status["channels"], 2);
  EXPECT_EQ(status["now_ms"], now_ms());
}

TEST_F(AdminApiTest, MemoryIsToldByPurpose) {
  host_.held.add_heap(1'000'000, 1'500'000);
  host_.held.add_on_heap(core::MemoryPurpose::tls, 600'000);
  host_.held.add_objects(core::MemoryPurpose::sessions, 100, 1000);
  host_.held.set_resident_bytes(1'600'000);
  const json memory = get("/v1/memory");
  EXPECT_EQ(memory["sum_bytes"], 1'500'000);
  EXPECT_EQ(memory["resident_bytes"], 1'600'000);
  std::map<std::string, json> parts;
  for (const json& part : memory["purposes"]) parts[part["purpose"]] = part;
  EXPECT_EQ(parts.size(), core::memory_purposes);
  EXPECT_EQ(parts["tls"]["bytes"], 600'000);
  EXPECT_FALSE(parts["tls"].contains("count"));
  EXPECT_EQ(parts["sessions"]["count"], 100);
  EXPECT_EQ(parts["sessions"]["counted"], "sessions");
  EXPECT_EQ(parts["other"]["bytes"], 300'000);
  EXPECT_EQ(parts["allocator"]["bytes"], 500'000);
  EXPECT_EQ(call("POST", "/v1/memory").status, 405);
  EXPECT_EQ(call("GET", "/v1/memory/tls").status, 404);
}

TEST_F(AdminApiTest, AppsTellWhoServesThem) {
  publish("wiki", "inside");
  publish("shop", "other");
  connect(enrolled("inside").id);
  const json apps = get("/v1/apps")["apps"];
  ASSERT_EQ(apps.size(), 2u);
  EXPECT_EQ(apps[0]["name"], "wiki");
  EXPECT_EQ(apps[0]["host"], "wiki.example");
  EXPECT_EQ(apps[0]["connectors_connected"], 1);
  EXPECT_EQ(apps[0]["origins"][0], "http://127.0.0.1:9000/");
  EXPECT_EQ(apps[1]["connectors_connected"], 0);
}

TEST_F(AdminApiTest, ConnectorsTellTheirChannels) {
  const Enrolled connector = enrolled("inside");
  EXPECT_EQ(get("/v1/connectors")["connectors"][0]["state"], "offline");
  connect(connector.id);
  const json shown = get("/v1/connectors")["connectors"][0];
  EXPECT_EQ(shown["id"], connector.id.to_string());
  EXPECT_EQ(shown["name"], "app-host-1");
  EXPECT_EQ(shown["group"], "inside");
  EXPECT_EQ(shown["state"], "connected");
  EXPECT_EQ(shown["channels"][0]["peer"], "192.0.2.7:50123");
  EXPECT_EQ(shown["certificate_not_after_ms"],
            tls::read_certificate_pem(connector.answer.certificate_pem)->not_after_ms);
}

TEST_F(AdminApiTest, RevokingAConnectorClosesItsChannelsAtOnce) {
  const Enrolled connector = enrolled();
  connect(connector.id);
  const std::string path = "/v1/connectors/" + connector.id.to_string() + "/revoke";
  EXPECT_EQ(call("POST", path).status, 200);
  EXPECT_EQ(host_.revoked, std::vector<model::Uuid>{connector.id});
  EXPECT_EQ(host_.acts.back(), "connector_revoked " + connector.id.to_string() + " by ada");
  EXPECT_EQ(get("/v1/connectors")["connectors"][0]["state"], "revoked");
  EXPECT_EQ(call("POST", path).status, 200);  // again: no harm
}

TEST_F(AdminApiTest, WhoIsNotEnrolledCannotBeRevoked) {
  const Answer unknown = call("POST", "/v1/connectors/" + random_uuid().to_string() + "/revoke");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(code_of(unknown), "connector_unknown");
  EXPECT_EQ(code_of(call("POST", "/v1/connectors/app-host-1/revoke")), "bad_id");
  EXPECT_TRUE(host_.revoked.empty());
}

TEST_F(AdminApiTest, ATokenIsMadeShownOnceAndListedWithoutItsText) {
  publish("wiki", "inside");
  const Answer made = call("POST", "/v1/tokens", R"({"group": "inside", "ttl_ms": 60000})");
  ASSERT_EQ(made.status, 201) << made.body;
  const json token = json::parse(made.body);
  EXPECT_TRUE(model::EnrolmentToken::parse(token["token"].get<std::string>()).ok());
  EXPECT_EQ(token["expires_ms"], now_ms() + 60000);
  EXPECT_EQ(token["group_has_apps"], true);
  const Answer listed = call("GET", "/v1/tokens");
  EXPECT_EQ(listed.body.find(token["token"].get<std::string>()), std::string::npos);
  const json shown = json::parse(listed.body)["tokens"][0];
  EXPECT_EQ(shown["id"], token["id"]);
  EXPECT_EQ(shown["state"], "open");
  EXPECT_EQ(host_.acts.back(), "token_created " + token["id"].get<std::string>() + " by ada");
}

TEST_F(AdminApiTest, ATokenForAGroupWithoutAppsSaysSo) {
  EXPECT_EQ(json::parse(call("POST", "/v1/tokens", R"({"group": "typo"})").body)["group_has_apps"],
            false);
}

TEST_F(AdminApiTest, AnEmptyWishIsTheDefaultGroupForAnHour) {
  const json token = json::parse(call("POST", "/v1/tokens").body);
  EXPECT_EQ(token["group"], "default");
  EXPECT_EQ(token["expires_ms"], now_ms() + static_cast<int64_t>(hour_ms));
}

TEST_F(AdminApiTest, UsedAndExpiredTokensAreToldApart) {
  const Enrolled connector = enrolled();
  make_token();
  clock_.advance_ms(hour_ms);
  const json tokens = get("/v1/tokens")["tokens"];
  ASSERT_EQ(tokens.size(), 2u);
  for (const json& token : tokens) {
    const bool used = token["state"] == "used";
    EXPECT_EQ(token["state"], used ? "used" : "expired");
    EXPECT_EQ(token.contains("connector_id"), used);
    if (used) {
      EXPECT_EQ(token["connector_id"], connector.id.to_string());
    }
  }
}

TEST_F(AdminApiTest, ARevokedTokenIsGone) {
  const NewToken made = make_token();
  EXPECT_EQ(call("DELETE", "/v1/tokens/" + made.record.id).status, 200);
  EXPECT_EQ(get("/v1/tokens")["tokens"].size(), 0u);
  EXPECT_EQ(code_of(call("DELETE", "/v1/tokens/" + made.record.id)), "token_unknown");
  EXPECT_EQ(code_of(enrol(made.text)), "token_unknown");
}

TEST_F(AdminApiTest, BadWishesAreNamed) {
  EXPECT_EQ(code_of(call("POST", "/v1/tokens", "{")), "bad_json");
  EXPECT_EQ(code_of(call("POST", "/v1/tokens", R"({"group": 7})")), "bad_json");
  EXPECT_EQ(code_of(call("POST", "/v1/tokens", R"({"grup": "x"})")), "bad_json");
  EXPECT_EQ(code_of(call("POST", "/v1/tokens", R"({"group": "No"})")), "bad_group");
  EXPECT_EQ(code_of(call("POST", "/v1/tokens", R"({"ttl_ms": 1})")), "bad_ttl");
}

TEST_F(AdminApiTest, WhatIsNoCallIsNamed) {
  for (const char* path : {"/", "/v1", "/v1/", "/v2/status", "/v1/status/", "/v1/nothing",
                           "/v1/connectors/x", "/v1/connectors/x/y", "/v1/tokens/x/y/z/w"}) {
    const Answer answer = call("GET", path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(code_of(answer), "no_such_call") << path;
  }
  EXPECT_EQ(call("POST", "/v1/status").status, 405);
  EXPECT_EQ(call("DELETE", "/v1/tokens").status, 405);
  EXPECT_EQ(call("GET", "/v1/tokens/0123456789abcdef").status, 405);
}

TEST_F(AdminApiTest, AnAccessTestTellsWhatEachRuleSays) {
  publish_guarded();
  const Answer answer = call("POST", "/v1/access/test",
                             R"({"app":"guarded","ip":"192.0.2.1","method":"POST","path":"/a",
      "person":{"user":"ada","groups":["staff"],"claims":{"kind":["a"]},"acr":"pwd","amr":["pwd"],
                "signed_in_ago_s":60}})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json told = json::parse(answer.body);
  EXPECT_EQ(told["app"], "guarded");
  EXPECT_EQ(told["verdict"], "step_up");
  EXPECT_EQ(told["rule"], "staff");
  ASSERT_EQ(told["steps"].size(), 2u);
  EXPECT_EQ(told["steps"][0]["shadow"], true);
  EXPECT_EQ(told["steps"][0]["effect"], "deny");
  EXPECT_EQ(told["steps"][0]["finding"], "matched");
  EXPECT_EQ(told["steps"][1]["finding"], "not_strong_enough");
  EXPECT_EQ(told["steps"][1]["wants"], "acr mfa");
}

TEST_F(AdminApiTest, AnAccessTestWithoutAPersonIsAboutNobody) {
  publish_guarded();
  const Answer answer =
      call("POST", "/v1/access/test", R"({"app":"guarded","ip":"::1","person":null})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body)["verdict"], "sign_in");
}

TEST_F(AdminApiTest, AnAccessTestThatCannotBeMeantIsRefused) {
  publish_guarded();
  const auto code = [&](const std::string& body) {
    const Answer answer = call("POST", "/v1/access/test", body);
    return std::to_string(answer.status) + " " +
           json::parse(answer.body)["code"].get<std::string>();
  };
  EXPECT_EQ(code(""), "400 bad_json");
  EXPECT_EQ(code(R"({"app":"guarded"})"), "400 bad_json");
  EXPECT_EQ(code(R"({"app":"guarded","ip":"here"})"), "400 bad_json");
  EXPECT_EQ(code(R"({"app":"guarded","ip":"::1","method":"A B"})"), "400 bad_json");
  EXPECT_EQ(code(R"({"app":"guarded","ip":"::1","groups":["staff"]})"), "400 bad_json");
  EXPECT_EQ(code(R"({"app":"guarded","ip":"::1","person":{"group":["a"]}})"), "400 bad_json");
  EXPECT_EQ(code(R"({"app":"guarded","ip":"::1","person":{"groups":"a"}})"), "400 bad_json");
  EXPECT_EQ(code(R"({"app":"guarded","ip":"::1","person":{"claims":{"a":"b"}}})"), "400 bad_json");
  EXPECT_EQ(
      code(R"({"app":"guarded","ip":"::1","person":{"signed_in_ago_s":18446744073709551615}})"),
      "400 bad_json");
  EXPECT_EQ(code(R"({"app":"guarded","ip":"::1","path":"/a/../b"})"), "400 bad_question");
  EXPECT_EQ(code(R"({"app":"other","ip":"::1"})"), "404 app_unknown");
  EXPECT_EQ(call("GET", "/v1/access/test").status, 405);
}

TEST_F(AdminApiTest, TheAuditListsPassthroughAppsAndShadowRules) {
  publish("wiki", "inside");
  publish_guarded();
  const json audit = get("/v1/audit");
  ASSERT_EQ(audit["passthrough"].size(), 1u);
  EXPECT_EQ(audit["passthrough"][0]["app"], "wiki");
  EXPECT_EQ(audit["passthrough"][0]["host"], "wiki.example");
  ASSERT_EQ(audit["shadow_rules"].size(), 1u);
  EXPECT_EQ(audit["shadow_rules"][0]["app"], "guarded");
  EXPECT_EQ(audit["shadow_rules"][0]["rule"], "nobody");
  EXPECT_EQ(audit["shadow_rules"][0]["effect"], "deny");
}

}  // namespace
}  // namespace hawser::control
