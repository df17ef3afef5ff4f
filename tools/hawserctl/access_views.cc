// SPDX-License-Identifier: Apache-2.0
#include "access_views.h"

#include <string_view>

#include "members.h"
#include "table.h"

namespace hawser::ctl {
namespace {

using nlohmann::json;

// "allow, by rule "staff"". The engine's words are a program's, so people get others.
std::string verdict_line(const json& answer) {
  const std::string verdict = text(answer, "verdict");
  const std::string name = text(answer, "rule");
  const std::string rule = "rule \"" + name + "\"";
  if (name == "passthrough" && list(answer, "steps").empty())
    return "allow: the app is passthrough, nobody is asked";
  if (verdict == "refused") {
    return "the engine answers " + std::to_string(number(answer, "status")) +
           " before any rule is asked: " + text(answer, "message");
  }
  if (verdict == "allow") return "allow, by " + rule;
  if (verdict == "sign_in") return "sign in: " + rule + " lets some people through";
  if (verdict == "step_up") return "sign in again, more strongly: " + rule + " asks for it";
  if (name.empty()) return "deny: no rule matches";
  const std::string message = text(answer, "message");
  return "deny, by " + rule + (message.empty() || message == "-" ? "" : ": " + message);
}

std::string finding_of(const json& step) {
  const std::string finding = text(step, "finding");
  const std::string wants = ": " + text(step, "wants");
  if (finding == "matched") return "matches";
  if (finding == "other_method") return "other methods" + wants;
  if (finding == "other_path") return "other paths" + wants;
  if (finding == "other_place") return "other places" + wants;
  if (finding == "nobody_signed_in") return "nobody has signed in" + wants;
  if (finding == "other_person") return "other people" + wants;
  if (finding == "not_strong_enough") return "not strongly enough" + wants;
  return finding + wants;  // of a newer engine
}

}  // namespace

std::string access_test_view(const json& answer) {
  const std::string country = text(answer, "country");
  const std::string verdict =
      printable(verdict_line(answer) + (country.empty() ? "" : " (from " + country + ")")) + "\n";
  Table table({"RULE", "EFFECT", "FINDING"});
  for (const json& step : list(answer, "steps")) {
    const std::string effect = text(step, "effect");
    table.add({text(step, "rule"), flag(step, "shadow") ? effect + " (shadow)" : effect,
               finding_of(step)});
  }
  return table.empty() ? verdict : verdict + "\n" + table.to_string();
}

std::string audit_view(const json& answer) {
  const auto place_of = [](const json& app) {
    const std::string path = text(app, "path");
    return text(app, "host") + (path == "/" ? "" : path);
  };
  Table open({"PASSTHROUGH", "PUBLISHED AT"});
  for (const json& app : list(answer, "passthrough")) open.add({text(app, "app"), place_of(app)});
  Table shadows({"SHADOW RULE", "EFFECT", "APP", "PUBLISHED AT"});
  for (const json& rule : list(answer, "shadow_rules"))
    shadows.add({text(rule, "rule"), text(rule, "effect"), text(rule, "app"), place_of(rule)});
  return (open.empty() ? "no app is passthrough\n" : open.to_string()) + "\n" +
         (shadows.empty() ? "no rule is a shadow\n" : shadows.to_string());
}

}  // namespace hawser::ctl
