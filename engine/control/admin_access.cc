// SPDX-License-Identifier: Apache-2.0
#include "control/admin_access.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "control/admin_api.h"
#include "message/characters.h"
#include "model/json_members.h"

namespace hawser::control {
namespace {

using model::JsonMembers;
using nlohmann::json;

constexpr uint64_t ago_limit_s = uint64_t{10} * 365 * 86'400;

Refusal bad(const std::string& detail) { return {400, "bad_json", detail}; }

// The first member that isn't one of these.
std::string unknown_member(const json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object.items()) {
    const std::string& member = name;
    const auto is_it = [&](std::string_view each) { return each == member; };
    if (std::none_of(known.begin(), known.end(), is_it))
      return "member \"" + member + "\": unknown";
  }
  return {};
}

bool add_texts(const json& list, std::vector<std::string>& target) {
  for (const json& each : list) {
    if (!each.is_string()) return false;
    target.push_back(each.get<std::string>());
  }
  return true;
}

void read_supposed_claims(JsonMembers& members, std::vector<model::ClaimValues>& target) {
  const json* claims = members.object("claims");
  if (claims == nullptr) return;
  for (const auto& [claim, values] : claims->items()) {
    model::ClaimValues each{claim, {}};
    if (!values.is_array() || !add_texts(values, each.values))
      return members.fail("claims", "a list of texts for each claim");
    target.push_back(std::move(each));
  }
}

Outcome<model::SupposedPerson> read_person(const json& object) {
  const std::string unknown =
      unknown_member(object, {"user", "groups", "claims", "acr", "amr", "signed_in_ago_s"});
  if (!unknown.empty()) return bad(unknown);
  model::SupposedPerson person;
  JsonMembers members(object);
  members.read("user", person.user);
  members.read("groups", person.groups);
  read_supposed_claims(members, person.claims);
  members.read("acr", person.acr);
  members.read("amr", person.amr);
  members.read("signed_in_ago_s", person.signed_in_ago_s);
  if (person.signed_in_ago_s > ago_limit_s) members.fail("signed_in_ago_s", "at most ten years");
  if (!members.ok()) return bad(members.error().reason);
  return person;
}

}  // namespace

Outcome<AccessCall> read_access_call(std::string_view body) {
  const auto object = model::parse_json_object(body, admin_body_limit_bytes);
  if (!object.ok()) return bad(object.error().reason);
  const std::string unknown = unknown_member(*object, {"app", "person", "ip", "method", "path"});
  if (!unknown.empty()) return bad(unknown);
  AccessCall call;
  JsonMembers members(*object);
  std::string ip;
  members.read("app", call.app);
  members.read("ip", ip);
  members.read("method", call.question.method);
  members.read("path", call.question.path);
  const json* person = members.object("person");
  if (!members.ok()) return bad(members.error().reason);
  const auto client = model::IpAddress::parse(ip);
  if (!client.ok()) return bad("member \"ip\": " + client.error().reason);
  call.question.client = *client;
  if (!message::is_token(call.question.method)) return bad("member \"method\": expected a method");
  if (person == nullptr) return call;
  auto supposed = read_person(*person);
  if (!supposed.ok()) return supposed.error();
  call.question.person = std::move(*supposed);
  return call;
}

json steps_json(const std::vector<model::AccessAnswer::Step>& steps) {
  json told = json::array();
  for (const model::AccessAnswer::Step& step : steps) {
    told.push_back({{"rule", step.rule},
                    {"effect", step.effect == model::RuleEffect::allow ? "allow" : "deny"},
                    {"shadow", step.shadow},
                    {"finding", step.finding},
                    {"wants", step.wants}});
  }
  return told;
}

std::string access_answer_json(const std::string& app, const model::AccessAnswer& answer) {
  return model::write_json({{"app", app},
                            {"verdict", answer.verdict},
                            {"rule", answer.rule},
                            {"message", answer.message},
                            {"status", answer.status},
                            {"country", answer.country},
                            {"steps", steps_json(answer.steps)}});
}

std::string audit_json(const model::Snapshot& snapshot) {
  json open = json::array();
  json shadows = json::array();
  for (const model::App& app : snapshot.apps()) {
    const json place{{"app", app.name}, {"host", app.host.to_string()}, {"path", app.path_prefix}};
    if (app.access == model::Access::passthrough) open.push_back(place);
    for (const model::AccessRule& rule : app.rules) {
      if (!rule.shadow) continue;
      json shadow = place;
      shadow["rule"] = rule.name;
      shadow["effect"] = rule.effect == model::RuleEffect::allow ? "allow" : "deny";
      shadows.push_back(std::move(shadow));
    }
  }
  return model::write_json({{"revision", snapshot.revision()},
                            {"passthrough", std::move(open)},
                            {"shadow_rules", std::move(shadows)}});
}

}  // namespace hawser::control
