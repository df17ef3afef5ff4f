// SPDX-License-Identifier: Apache-2.0
#include "control/event_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "control/record_json.h"
#include "control/store.h"
#include "model/json_members.h"

namespace hawser::control {
namespace {

using model::Event;
using model::EventKind;
using nlohmann::json;

constexpr int iam_category = 3;

struct EventClass {
  int uid;
  const char* name;
};
constexpr EventClass authentication{3002, "Authentication"};
constexpr EventClass authorize_session{3003, "Authorize Session"};
constexpr EventClass entity_management{3004, "Entity Management"};

struct Activity {
  int id;
  const char* name;
};
constexpr Activity logon{1, "Logon"};
constexpr Activity logoff{2, "Logoff"};
constexpr Activity assign_privileges{1, "Assign Privileges"};
constexpr Activity create{1, "Create"};
constexpr Activity read{2, "Read"};
constexpr Activity update{3, "Update"};
constexpr Activity remove{4, "Delete"};

struct Shape {
  EventClass of;
  Activity activity;
  const char* entity = nullptr;  // of Entity Management: what kind of thing
};

Shape administered_shape(const std::string& act) {
  const auto is = [&](std::string_view name) { return act == name; };
  if (is("token_created")) return {entity_management, create, "enrolment token"};
  if (is("token_revoked")) return {entity_management, remove, "enrolment token"};
  if (is("connector_enrolled")) return {entity_management, create, "connector"};
  if (is("connector_revoked")) return {entity_management, remove, "connector"};
  if (is("sessions_revoked")) return {entity_management, remove, "sessions"};
  if (is("keys_rotated")) return {entity_management, update, "sealing keys"};
  if (is("signing_keys_rotated")) return {entity_management, update, "signing keys"};
  if (is("events_head_lost")) return {entity_management, update, "event chain"};
  return {entity_management, update, "configuration"};
}

Shape shape_of(const Event& event) {
  switch (event.kind) {
    case EventKind::signed_in:
    case EventKind::sign_in_failed:
      return {authentication, logon};
    case EventKind::signed_out:
    case EventKind::revoked:
      return {authentication, logoff};
    case EventKind::denied:
    case EventKind::stepped_up:
      return {authorize_session, assign_privileges};
    case EventKind::form_parked:
      if (event.reason == "parked") return {entity_management, create, "parked form"};
      if (event.reason == "released") return {entity_management, read, "parked form"};
      return {entity_management, remove, "parked form"};
    case EventKind::administered:
      break;
  }
  return administered_shape(event.reason);
}

bool is_failure(const Event& event) {
  return event.failed || event.kind == EventKind::denied || event.kind == EventKind::sign_in_failed;
}

std::string message_of(const Event& event) {
  const std::string who = event.user.empty() ? "somebody who has not signed in" : event.user;
  const std::string app = event.app.empty() ? "" : " of " + event.app;
  switch (event.kind) {
    case EventKind::signed_in:
      return who + " signed in to " + event.app;
    case EventKind::sign_in_failed:
      return "a sign-in failed: " + event.reason;
    case EventKind::stepped_up:
      return who + " has to sign in again, more strongly, for " + event.app;
    case EventKind::denied:
      return who + " was denied " + event.app;
    case EventKind::signed_out:
      return who + " signed out of " + event.app;
    case EventKind::revoked:
      return "the session of " + who + app + " was ended";
    case EventKind::form_parked:
      return "a form" + app + ": " + event.reason;
    case EventKind::administered:
      break;
  }
  return event.reason + (event.failed ? " (refused)" : "");
}

void add(json& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

json user_of(const Event& event) {
  if (event.user.empty()) return {{"name", "unknown"}, {"type_id", 0}, {"type", "Unknown"}};
  return {{"name", event.user}, {"type_id", 1}, {"type", "User"}};
}

json actor_of(const Event& event) {
  if (event.actor.empty() && event.actor_uid.empty()) return {{"app_name", "hawser-engine"}};
  json user{{"name", event.actor}, {"type_id", 2}, {"type", "Admin"}};
  add(user, "uid", event.actor_uid);
  return {{"user", std::move(user)}};
}

void add_metadata(json& line, const Event& event, const EventPlace& place) {
  json metadata{
      {"version", ocsf_version},
      {"product",
       {{"name", "Hawser"},
        {"vendor_name", "Hawser"},
        {"version", place.version},
        {"uid", place.engine_id}}},
      {"uid", place.engine_id + "/" + std::to_string(place.sequence)},
      {"sequence", place.sequence},
      {"logged_time", place.logged_ms},
      {"log_name", "audit"},
      {"event_code",
       event.kind == EventKind::administered ? event.reason : std::string(name_of(event.kind))}};
  add(metadata, "correlation_uid", event.request_id);
  line["metadata"] = std::move(metadata);
}

void add_outcome(json& line, const Event& event) {
  const bool failure = is_failure(event);
  const bool step_up = event.kind == EventKind::stepped_up;
  const bool grave = event.failed && event.kind == EventKind::administered;
  line["status_id"] = step_up ? 99 : failure ? 2 : 1;
  line["status"] = step_up ? "Step-up" : failure ? "Failure" : "Success";
  line["severity_id"] = grave ? 3 : failure ? 2 : 1;
  line["severity"] = grave ? "Medium" : failure ? "Low" : "Informational";
  add(line, "status_detail", event.reason);
  line["message"] = message_of(event) + (event.detail.empty() ? "" : " (" + event.detail + ")");
  if (event.kind != EventKind::denied && !step_up) return;
  line["metadata"]["profiles"] = json::array({"security_control"});
  line["action_id"] = 2;
  line["action"] = "Denied";
  line["disposition_id"] = step_up ? 23 : 2;
  line["disposition"] = step_up ? "Challenge" : "Blocked";
  line["privileges"] = json::array({"access"});
  if (!event.rule.empty()) line["policy"] = {{"name", event.rule}};
}

void add_person(json& line, const Event& event, const Shape& shape) {
  line["user"] = user_of(event);
  if (!event.session.empty()) {
    json session{{"uid", event.session}, {"is_remote", true}};
    if (!event.amr.empty()) {
      session["is_mfa"] = event.amr.size() > 1 ||
                          std::find(event.amr.begin(), event.amr.end(), "mfa") != event.amr.end();
    }
    line["session"] = std::move(session);
  }
  if (shape.of.uid == authorize_session.uid) {
    line["dst_endpoint"] = {{"svc_name", event.app}};
    add(line["dst_endpoint"], "hostname", event.host);
    return;
  }
  line["service"] = {{"name", event.app.empty() ? "unknown" : event.app}};
  line["auth_protocol_id"] = 4;
  line["auth_protocol"] = "OpenID";
  line["is_remote"] = true;
}

void add_request(json& line, const Event& event) {
  if (!event.client_ip.empty()) line["src_endpoint"] = {{"ip", event.client_ip}};
  if (event.method.empty()) return;
  json url{{"scheme", "https"}};
  add(url, "hostname", event.host);
  add(url, "path", event.path);
  line["http_request"] = {{"http_method", event.method}, {"url", std::move(url)}};
  add(line["http_request"], "uid", event.request_id);
}

void add_entity(json& line, const Event& event, const Shape& shape) {
  json entity{{"type", shape.entity}};
  entity["name"] = event.object.empty() ? shape.entity : event.object;
  add(entity, "uid", event.object);
  line["entity"] = std::move(entity);
  if (event.kind == EventKind::administered) return;
  line["actor"] = {{"user", user_of(event)}};
}

json unmapped_of(const Event& event, const EventPlace& place) {
  json own{{"kind", name_of(event.kind)}, {"previous_sha256", place.previous_sha256_hex}};
  add(own, "app", event.app);
  add(own, "provider", event.provider);
  add(own, "rule", event.rule);
  add(own, "detail", event.detail);
  add(own, "acr", event.acr);
  if (!event.amr.empty()) own["amr"] = event.amr;
  if (event.dropped != 0) own["dropped_before"] = event.dropped;
  return own;
}

// "" where it is not there.
std::string text_at(const json& object, const char* outer, const char* inner) {
  const auto found = object.find(outer);
  if (found == object.end() || !found->is_object()) return {};
  const auto value = found->find(inner);
  return value != found->end() && value->is_string() ? value->get<std::string>() : std::string();
}

}  // namespace

std::string event_line(const Event& event, const EventPlace& place) {
  const Shape shape = shape_of(event);
  json line{{"category_uid", iam_category},
            {"category_name", "Identity & Access Management"},
            {"class_uid", shape.of.uid},
            {"class_name", shape.of.name},
            {"activity_id", shape.activity.id},
            {"activity_name", shape.activity.name},
            {"type_uid", shape.of.uid * 100 + shape.activity.id},
            {"time", event.time_ms}};
  add_metadata(line, event, place);
  add_outcome(line, event);
  if (event.count > 1) {
    line["count"] = event.count;
    line["start_time"] = event.first_ms;
    line["end_time"] = event.time_ms;
  }
  if (shape.entity != nullptr) {
    add_entity(line, event, shape);
  } else {
    add_person(line, event, shape);
  }
  if (event.kind == EventKind::administered || event.kind == EventKind::revoked)
    line["actor"] = actor_of(event);
  add_request(line, event);
  line["unmapped"] = unmapped_of(event, place);
  return model::write_json(line);
}

core::Result<EventLine> read_event_line(std::string_view text) {
  const auto line = model::parse_json_object(text, store_value_limit_bytes);
  if (!line.ok()) return line.error();
  EventLine read;
  model::JsonMembers members(*line);
  read_time(members, "time", read.time_ms);
  const json* metadata = members.object("metadata");
  if (!members.ok() || metadata == nullptr) return core::Error{"not an event of ours"};
  model::JsonMembers about(*metadata);
  about.read("sequence", read.sequence);
  read_time(about, "logged_time", read.logged_ms);
  about.read("correlation_uid", read.request_id);
  if (!about.ok()) return about.error();
  read.previous_sha256_hex = text_at(*line, "unmapped", "previous_sha256");
  read.kind = text_at(*line, "unmapped", "kind");
  read.app = text_at(*line, "unmapped", "app");
  const std::string user = text_at(*line, "user", "name");
  // Who has not signed in has no name to be found by.
  if (text_at(*line, "user", "type") == "User") read.user = user;
  return read;
}

}  // namespace hawser::control
