// SPDX-License-Identifier: Apache-2.0
#include "event_views.h"

#include <algorithm>
#include <ctime>
#include <string_view>

#include "access_views.h"
#include "members.h"
#include "table.h"

namespace hawser::ctl {
namespace {

using nlohmann::json;

std::string utc(uint64_t time_ms) {
  const auto seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

// "" where it is not there.
std::string at(const json& object, const char* outer, const char* inner) {
  const json* part = member(object, outer);
  const json* value = part == nullptr ? nullptr : member(*part, inner);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::string joined(const json& texts) {
  std::string all;
  for (const json& each : texts)
    if (each.is_string()) all += (all.empty() ? "" : ", ") + each.get<std::string>();
  return all;
}

std::string line(std::string_view name, const std::string& value) {
  if (value.empty() || value == "-") return {};
  std::string result(name);
  result.resize(12, ' ');
  return result + printable(value) + "\n";
}

std::string person_of(const json& story) {
  if (!flag(story, "signed_in")) return "nobody has signed in";
  std::string person = text(story, "user");
  if (const std::string names = joined(list(story, "names")); !names.empty())
    person += ", of " + names;
  return person;
}

std::string sign_in_of(const json& story) {
  if (!flag(story, "signed_in")) return {};
  std::string told = "session " + text(story, "session");
  if (const std::string acr = text(story, "acr"); !acr.empty() && acr != "-")
    told += ", acr " + acr;
  if (const std::string amr = joined(list(story, "amr")); !amr.empty()) told += ", amr " + amr;
  if (const uint64_t when_s = number(story, "signed_in_s"); when_s != 0)
    told += ", signed in " + utc(when_s * 1000);
  return told;
}

std::string end_of(const json& story) {
  if (!flag(story, "ended")) return "still running";
  std::string told = "status " + std::to_string(number(story, "status")) + " after " +
                     std::to_string(number(story, "total_ms")) + " ms";
  const auto add = [&](const char* words, const char* name) {
    const std::string value = text(story, name);
    if (!value.empty() && value != "-") told += std::string(", ") + words + value;
  };
  add("answered by the engine: ", "answer");
  add("error ", "error");
  if (text(story, "ended_by") != "complete") add("by the ", "ended_by");
  add("", "reason");
  return told;
}

std::string story_view(const json& story) {
  std::string shown;
  shown += line("time", utc(number(story, "time_ms")) + ", worker " +
                            std::to_string(number(story, "worker")));
  shown += line("request",
                text(story, "method") + " https://" + text(story, "host") + text(story, "path"));
  const std::string country = text(story, "country");
  shown += line("client",
                text(story, "client") + (country.empty() || country == "-" ? "" : ", " + country));
  shown += line("app", text(story, "app"));
  if (!text(story, "verdict").empty()) {
    shown += line("person", person_of(story));
    shown += line("sign-in", sign_in_of(story));
  }
  shown += line("end", end_of(story));
  const std::string connector = text(story, "connector");
  shown += line("connector", connector);
  if (text(story, "verdict").empty()) return shown;
  if (flag(story, "rules_changed")) {
    return shown + line("decision", text(story, "verdict") + ", by rule \"" + text(story, "rule") +
                                        "\" of a configuration that has changed since");
  }
  return shown + "\n" + access_test_view(story);
}

}  // namespace

std::string event_line_view(const json& event) {
  const json* unmapped = member(event, "unmapped");
  std::string shown = utc(number(event, "time")) + "  ";
  std::string kind = unmapped == nullptr ? "-" : text(*unmapped, "kind");
  kind.resize(std::max<size_t>(kind.size(), 14), ' ');
  shown += kind + "  " + text(event, "message");
  if (const uint64_t count = number(event, "count"); count > 1)
    shown += ", " + std::to_string(count) + " times";
  const auto add = [&](const char* words, const std::string& value) {
    if (!value.empty()) shown += std::string("; ") + words + value;
  };
  add("rule ", at(event, "policy", "name"));
  const std::string detail = text(event, "status_detail");
  const bool is_told = detail == "-" || text(event, "message").find(detail) != std::string::npos;
  add("", is_told ? "" : detail);
  add("", at(event, "entity", "uid"));
  add("from ", at(event, "src_endpoint", "ip"));
  const json* actor = member(event, "actor");
  if (actor != nullptr) add("by ", at(*actor, "user", "name"));
  add("request ", at(event, "metadata", "correlation_uid"));
  return printable(shown) + "\n";
}

std::string verify_view(const json& report) {
  std::string shown;
  const uint64_t first = number(report, "first");
  shown += line("events", counted(number(report, "count"), "event") +
                              " as they were written, from " + std::to_string(first) + " on");
  if (const json* checkpoint = member(report, "checkpoint");
      checkpoint != nullptr && checkpoint->is_object()) {
    shown += line("checkpoint", "up to " + std::to_string(number(*checkpoint, "sequence")) + ", " +
                                    utc(number(*checkpoint, "logged_ms")) + "; " +
                                    counted(number(*checkpoint, "removed"), "event") +
                                    " had their time");
  }
  shown += line("end", "event " + std::to_string(number(report, "last")) + ", SHA-256 " +
                           text(report, "head_sha256"));
  shown += line("key", text(report, "key"));
  const json* broken = member(report, "first_break");
  if (broken == nullptr || !broken->is_object()) return shown + "the chain is whole\n";
  return shown +
         printable("the chain is BROKEN at event " + std::to_string(number(*broken, "sequence")) +
                   ": " + text(*broken, "what")) +
         "\n";
}

std::string explain_view(const json& answer) {
  std::string shown = "request " + printable(text(answer, "request_id")) + ", " +
                      utc(number(answer, "began_ms")) + "\n";
  for (const json& story : list(answer, "stories")) shown += "\n" + story_view(story);
  const json events = list(answer, "events");
  if (!events.empty()) shown += "\nEVENTS\n";
  for (const json& event : events) shown += event_line_view(event);
  if (list(answer, "stories").empty())
    shown += "\nits worker does not remember it any more; the request log has its line\n";
  return shown;
}

}  // namespace hawser::ctl
