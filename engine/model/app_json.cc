// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <utility>

#include "model/access_json.h"
#include "model/app.h"
#include "model/control_calls.h"
#include "model/json_members.h"
#include "model/revision.h"

namespace hawser::model {
namespace {

using nlohmann::json;

constexpr size_t origin_limit = 64;

json origins_json(const std::vector<Origin>& origins) {
  json list = json::array();
  for (const Origin& origin : origins) {
    list.push_back({{"url", origin.url()}, {"weight", origin.weight}});
  }
  return list;
}

json timeouts_json(const Timeouts& timeouts) {
  json object = json::object();
  for (const TimeoutField& field : timeout_fields) {
    object[std::string(field.name) + "_ms"] = timeouts.*field.value_ms;
  }
  return object;
}

json limits_json(const AppLimits& limits) {
  return {{"body_bytes", limits.body_bytes},
          {"connections", limits.connections},
          {"requests_per_second", limits.requests_per_second},
          {"per_client", limits.per_client}};
}

json identity_json(const std::vector<IdentityField>& fields) {
  json list = json::array();
  for (const IdentityField& each : fields)
    list.push_back({{"field", each.field}, {"claim", each.claim}, {"values", each.values}});
  return list;
}

json app_json(const App& app) {
  return {
      {"name", app.name},
      {"tenant", app.tenant},
      {"host", app.host.to_string()},
      {"path", app.path_prefix},
      {"group", app.group},
      {"origins", origins_json(app.origins)},
      {"origin_tls",
       {{"ca_pem", app.origin_tls.ca_pem},
        {"verify", app.origin_tls.verify},
        {"server_name", app.origin_tls.server_name}}},
      {"host_header", app.host_header == HostHeader::origin ? "origin" : "public"},
      {"http2", app.http2},
      {"rewrite_origin", app.rewrite_origin},
      {"upgrades", app.upgrades},
      {"timeouts", timeouts_json(app.timeouts)},
      {"limits", limits_json(app.limits)},
      {"hsts_s", app.hsts_s},
      {"identity", identity_json(app.identity)},
      {"verify_identity", app.verify_identity},
      {"access", app.access == Access::passthrough ? "passthrough" : "rules"},
      {"revision", app.revision},
  };
}

void decode_place(JsonMembers& members, App& app) {
  std::string host;
  members.read("host", host);
  auto pattern = HostPattern::parse(host);
  if (!pattern.ok()) return members.fail("host", pattern.error().reason);
  app.host = std::move(pattern).value();
  std::string path = "/";
  members.read("path", path);
  auto prefix = parse_path_prefix(path);
  if (!prefix.ok()) return members.fail("path", prefix.error().reason);
  app.path_prefix = std::move(prefix).value();
}

core::Result<Origin> decode_origin(const json& value) {
  JsonMembers members(value);
  std::string url;
  uint64_t weight = 1;
  members.read("url", url);
  members.read("weight", weight);
  if (!members.ok()) return members.error();
  if (weight == 0 || weight > origin_weight_limit) return core::Error{"a weight out of range"};
  auto origin = Origin::parse_url(url);
  if (origin.ok()) origin->weight = static_cast<uint32_t>(weight);
  return origin;
}

void decode_origins(JsonMembers& members, std::vector<Origin>& origins) {
  const json* list = members.list("origins");
  if (list == nullptr || list->empty() || list->size() > origin_limit) {
    return members.fail("origins", "a list of 1 to 64 origins");
  }
  for (const json& item : *list) {
    auto origin = decode_origin(item);
    if (!origin.ok()) return members.fail("origins", origin.error().reason);
    origins.push_back(std::move(origin).value());
  }
}

core::Result<void> decode_identity(const json& list, std::vector<IdentityField>& target) {
  for (const json& item : list) {
    JsonMembers members(item);
    IdentityField field;
    members.read("field", field.field);
    members.read("claim", field.claim);
    members.read("values", field.values);
    if (!members.ok()) return members.error();
    target.push_back(std::move(field));
  }
  return {};
}

core::Result<void> decode_origin_tls(const json& value, OriginTls& target) {
  JsonMembers members(value);
  members.read("ca_pem", target.ca_pem);
  members.read("verify", target.verify);
  members.read("server_name", target.server_name);
  if (members.ok()) return {};
  return members.error();
}

core::Result<void> decode_timeouts(const json& value, Timeouts& target) {
  JsonMembers members(value);
  for (const TimeoutField& field : timeout_fields) {
    members.read((std::string(field.name) + "_ms").c_str(), target.*field.value_ms);
  }
  if (members.ok()) return {};
  return members.error();
}

void decode_host_header(JsonMembers& members, HostHeader& target) {
  std::string word = "origin";
  members.read("host_header", word);
  if (word == "public") {
    target = HostHeader::public_host;
  } else if (word != "origin") {
    members.fail("host_header", "origin or public");
  }
}

}  // namespace

std::string encode_app(const App& app) { return write_json(app_json(app)); }

// Access, upgrades, limits and HSTS aren't read: an engine has decided before a connector hears of
// a request.
core::Result<App> decode_app(std::string_view text) {
  auto object = parse_json_object(text, control_body_limit_bytes);
  if (!object.ok()) return object.error();
  JsonMembers members(*object);
  App app;
  members.read("name", app.name);
  members.read("tenant", app.tenant);
  members.read("group", app.group);
  members.read("revision", app.revision);
  if (!is_name(app.name)) members.fail("name", "the app's name");
  decode_place(members, app);
  decode_origins(members, app.origins);
  decode_host_header(members, app.host_header);
  members.read("http2", app.http2);
  members.read("rewrite_origin", app.rewrite_origin);
  members.read("verify_identity", app.verify_identity);
  if (const json* identity = members.list("identity")) {
    if (auto read = decode_identity(*identity, app.identity); !read.ok()) return read.error();
  }
  if (const json* tls = members.object("origin_tls")) {
    if (auto read = decode_origin_tls(*tls, app.origin_tls); !read.ok()) return read.error();
  }
  if (const json* timeouts = members.object("timeouts")) {
    if (auto read = decode_timeouts(*timeouts, app.timeouts); !read.ok()) return read.error();
  }
  if (!members.ok()) return members.error();
  return app;
}

uint64_t content_revision(const App& app) {
  json content = app_json(app);
  content.erase("revision");
  content["access"] = access_json(app);  // connectors hear no more of it than this number
  return revision_of(write_json(content));
}

}  // namespace hawser::model
