// SPDX-License-Identifier: Apache-2.0
#include "control/event_json.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "event_fixture.h"

namespace hawser::control {
namespace {

using nlohmann::json;

json written(const model::Event& event) {
  return json::parse(event_line(event, {"0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5d", "0.1.0", 7,
                                        1'700'000'000'500, std::string(64, '0')}));
}

model::Event of(model::EventKind kind, const std::string& reason) {
  model::Event event = denial("ada");
  event.kind = kind;
  event.reason = reason;
  return event;
}

// Every kind, with all that it may hold.
std::vector<model::Event> every_kind() {
  std::vector<model::Event> events;
  for (const model::EventKind kind : model::event_kinds) events.push_back(of(kind, "some_reason"));
  for (const char* act : {"token_created", "token_revoked", "connector_enrolled",
                          "connector_revoked", "sessions_revoked", "configuration_reloaded",
                          "keys_rotated", "signing_keys_rotated", "events_head_lost"}) {
    model::Event event;
    event.kind = model::EventKind::administered;
    event.reason = act;
    event.object = "some id";
    event.detail = "some words";
    event.actor = "root";
    event.actor_uid = "0";
    events.push_back(event);
  }
  for (const char* what : {"parked", "released", "expired"})
    events.push_back(of(model::EventKind::form_parked, what));
  events.front().count = 3;
  events.front().first_ms = 1'699'999'999'000;
  events.front().dropped = 2;
  model::Event nobody = of(model::EventKind::denied, "no_rule_matched");
  nobody.user.clear();
  nobody.rule.clear();
  events.push_back(nobody);
  return events;
}

void add_paths(const json& value, const std::string& path, std::set<std::string>& paths) {
  if (!value.is_object()) {
    paths.insert(path);
    return;
  }
  for (const auto& [name, inner] : value.items())
    add_paths(inner, path.empty() ? name : path + "." + name, paths);
}

// The attributes that schema/events.md lists.
std::set<std::string> listed_attributes() {
  std::ifstream file(HAWSER_SOURCE_DIR "/schema/events.md");
  std::set<std::string> listed;
  bool there = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("## ", 0) == 0) there = line == "## Attributes";
    if (!there || line.rfind("| ", 0) != 0) continue;
    std::string names = line.substr(2, line.find(" |", 2) - 2);
    for (size_t end = 0; end != std::string::npos;) {
      end = names.find(", ");
      listed.insert(names.substr(0, end));
      if (end != std::string::npos) names.erase(0, end + 2);
    }
  }
  listed.erase("attribute");
  return listed;
}

TEST(EventJson, HoldsTheAttributesThatAreListedAndNoOthers) {
  std::set<std::string> found;
  for (const model::Event& event : every_kind()) add_paths(written(event), "", found);
  EXPECT_THAT(found, testing::ElementsAreArray(listed_attributes()));
}

// What OCSF 1.3.0 requires of every event, and of these classes.
TEST(EventJson, HasWhatItsClassRequires) {
  for (const model::Event& event : every_kind()) {
    const json line = written(event);
    for (const char* name : {"activity_id", "category_uid", "class_uid", "metadata", "severity_id",
                             "time", "type_uid", "status_id"})
      EXPECT_TRUE(line.contains(name)) << name << " of " << line;
    EXPECT_EQ(line["type_uid"],
              line["class_uid"].get<int>() * 100 + line["activity_id"].get<int>());
    EXPECT_EQ(line["class_uid"].get<int>() / 1000, line["category_uid"]);
    EXPECT_TRUE(line["metadata"].contains("product") && line["metadata"].contains("version"));
    const int kind = line["class_uid"];
    EXPECT_TRUE(kind == 3002 || kind == 3003 || kind == 3004);
    if (kind != 3004) {
      EXPECT_TRUE(line["user"].contains("name"));
    }
    if (kind == 3002) {
      EXPECT_TRUE(line.contains("service") || line.contains("dst_endpoint"));
    }
    if (kind == 3003) {
      EXPECT_FALSE(line["privileges"].empty());
    }
    if (kind == 3004) {
      EXPECT_TRUE(line["entity"].contains("name"));
    }
  }
}

TEST(EventJson, ADenialTellsWhoWhatAndWhichRule) {
  const json line = written(denial("ada"));
  EXPECT_EQ(line["class_uid"], 3003);
  EXPECT_EQ(line["status"], "Failure");
  EXPECT_EQ(line["disposition"], "Blocked");
  EXPECT_EQ(line["user"]["name"], "ada");
  EXPECT_EQ(line["policy"]["name"], "staff");
  EXPECT_EQ(line["status_detail"], "denied_by_rule");
  EXPECT_EQ(line["src_endpoint"]["ip"], "192.0.2.7");
  EXPECT_EQ(line["http_request"]["url"]["path"], "/reports/");
  EXPECT_EQ(line["metadata"]["correlation_uid"], "018bcfe5-6800-7000-8000-000000000001");
  EXPECT_EQ(line["session"]["is_mfa"], true);
}

TEST(EventJson, WhoHasNotSignedInIsUnknownAndCannotBeConfusedWithAName) {
  model::Event event = denial("");
  const auto nobody = read_event_line(event_line(event, {}));
  event.user = "unknown";
  const auto somebody = read_event_line(event_line(event, {}));
  EXPECT_EQ(nobody->user, "");
  EXPECT_EQ(somebody->user, "unknown");
}

TEST(EventJson, AnAdministratorsActTellsWhoItWas) {
  model::Event event;
  event.kind = model::EventKind::administered;
  event.reason = "token_revoked";
  event.object = "0011";
  event.actor = "ada";
  event.actor_uid = "1000";
  const json line = written(event);
  EXPECT_EQ(line["type_uid"], 300404);
  EXPECT_EQ(line["actor"]["user"]["name"], "ada");
  EXPECT_EQ(line["actor"]["user"]["uid"], "1000");
  EXPECT_EQ(line["entity"]["uid"], "0011");
}

TEST(EventJson, BytesThatAreNoTextDoNoHarm) {
  model::Event event = denial("a\xff\n\"b");
  const std::string line = event_line(event, {});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_TRUE(read_event_line(line).ok());
}

}  // namespace
}  // namespace hawser::control
