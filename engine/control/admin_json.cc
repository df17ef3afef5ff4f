// SPDX-License-Identifier: Apache-2.0
#include "control/admin_json.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "model/json_members.h"

namespace hawser::control {
namespace {

using nlohmann::json;
using ChannelsOf = std::map<model::Uuid, std::vector<const LiveChannel*>>;

ChannelsOf by_connector(const std::vector<LiveChannel>& channels) {
  ChannelsOf result;
  for (const LiveChannel& channel : channels) result[channel.connector].push_back(&channel);
  return result;
}

json to_json(const LiveChannel& channel) {
  return {{"worker", channel.worker},
          {"peer", channel.peer},
          {"bulk", channel.bulk},
          {"since_ms", channel.since_ms},
          {"open_streams", channel.open_streams}};
}

const char* state_of(const ConnectorRecord& record, bool connected) {
  if (record.revoked()) return "revoked";
  return connected ? "connected" : "offline";
}

// The end of the certificate in use: the newest that has been seen, else the newest.
int64_t certificate_not_after_ms(const ConnectorRecord& record) {
  const auto& certificates = record.certificates;
  const auto seen = std::find_if(certificates.begin(), certificates.end(),
                                 [](const auto& each) { return each.seen; });
  if (seen != certificates.end()) return seen->not_after_ms;
  return certificates.empty() ? 0 : certificates.front().not_after_ms;
}

json to_json(const ConnectorRecord& record, const ChannelsOf& channels) {
  json live = json::array();
  if (const auto found = channels.find(record.id); found != channels.end()) {
    for (const LiveChannel* channel : found->second) live.push_back(to_json(*channel));
  }
  json result{{"id", record.id.to_string()},
              {"name", record.name},
              {"tenant", record.tenant},
              {"group", record.group},
              {"state", state_of(record, !live.empty())},
              {"created_ms", record.created_ms},
              {"certificate_not_after_ms", certificate_not_after_ms(record)}};
  if (record.revoked()) result["revoked_ms"] = record.revoked_ms;
  result["channels"] = std::move(live);
  return result;
}

// How many connectors of each group have a channel now.
std::map<std::string, uint64_t> connected_by_group(const std::vector<ConnectorRecord>& connectors,
                                                   const ChannelsOf& channels) {
  std::map<std::string, uint64_t> counts;
  for (const ConnectorRecord& record : connectors) {
    if (!record.revoked() && channels.count(record.id) != 0) ++counts[record.group];
  }
  return counts;
}

const char* state_of(const TokenRecord& token, int64_t now_ms) {
  if (token.used()) return "used";
  return token.expired(now_ms) ? "expired" : "open";
}

json to_json(const TokenRecord& token, const char* state) {
  json result{{"id", token.id},
              {"group", token.group},
              {"state", state},
              {"created_ms", token.created_ms},
              {"expires_ms", token.expires_ms}};
  if (token.used()) {
    result["used_ms"] = token.used_ms;
    result["connector_id"] = token.connector_id;
  }
  return result;
}

json to_json(const model::App& app, uint64_t connected) {
  json origins = json::array();
  for (const model::Origin& origin : app.origins) origins.push_back(origin.url());
  return {{"name", app.name},
          {"tenant", app.tenant},
          {"host", app.host.to_string()},
          {"path", app.path_prefix},
          {"group", app.group},
          {"origins", std::move(origins)},
          {"revision", app.revision},
          {"connectors_connected", connected}};
}

}  // namespace

std::string status_json(const EngineStatus& status, const std::vector<ConnectorRecord>& connectors,
                        const std::vector<LiveChannel>& channels, int64_t now_ms) {
  std::set<model::Uuid> connected;
  for (const LiveChannel& channel : channels) connected.insert(channel.connector);
  const auto enrolled = std::count_if(connectors.begin(), connectors.end(),
                                      [](const auto& record) { return !record.revoked(); });
  return model::write_json(
      {{"version", status.version},
       {"engine_id", status.engine_id},
       {"trust_domain", status.trust_domain},
       {"started_ms", status.started_ms},
       {"now_ms", now_ms},
       {"ready", status.ready},
       {"draining", status.draining},
       {"not_ready_reason", status.not_ready_reason},
       {"workers", status.workers},
       {"config_revision", status.config_revision},
       {"client_listeners", status.client_listeners},
       {"connector_listeners", status.connector_listeners},
       {"redirect_listeners", status.redirect_listeners},
       {"metrics_listener",
        status.metrics_listener.empty() ? json(nullptr) : json(status.metrics_listener)},
       {"client_sessions", status.client_sessions},
       {"open_exchanges", status.open_exchanges},
       {"queued_exchanges", status.queued_exchanges},
       {"exchanges_total", status.exchanges_total},
       {"body_bytes_held", status.body_bytes_held},
       {"body_bytes_limit", status.body_bytes_limit},
       {"resident_bytes", status.resident_bytes},
       {"connectors_enrolled", enrolled},
       {"connectors_connected", connected.size()},
       {"channels", channels.size()}});
}

std::string memory_json(const core::MemoryReport& report) {
  json parts = json::array();
  for (size_t i = 0; i < core::memory_purposes; ++i) {
    const auto purpose = static_cast<core::MemoryPurpose>(i);
    const core::MemoryReport::Part part = report.part(purpose);
    const core::MemoryPurposeWords& words = core::words_of(purpose);
    json told{{"purpose", words.name}, {"bytes", part.bytes}, {"about", words.about}};
    if (!words.counted.empty()) {
      told["count"] = part.count;
      told["counted"] = words.counted;
    }
    parts.push_back(std::move(told));
  }
  return model::write_json({{"purposes", std::move(parts)},
                            {"sum_bytes", report.sum_bytes()},
                            {"resident_bytes", report.resident_bytes()}});
}

std::string apps_json(const model::Snapshot& snapshot,
                      const std::vector<ConnectorRecord>& connectors,
                      const std::vector<LiveChannel>& channels) {
  const auto connected = connected_by_group(connectors, by_connector(channels));
  json list = json::array();
  for (const model::App& app : snapshot.apps()) {
    const auto found = connected.find(app.group);
    list.push_back(to_json(app, found == connected.end() ? 0 : found->second));
  }
  return model::write_json({{"revision", snapshot.revision()}, {"apps", std::move(list)}});
}

std::string connectors_json(const std::vector<ConnectorRecord>& connectors,
                            const std::vector<LiveChannel>& channels) {
  const ChannelsOf live = by_connector(channels);
  json list = json::array();
  for (const ConnectorRecord& record : connectors) list.push_back(to_json(record, live));
  return model::write_json({{"connectors", std::move(list)}});
}

std::string connector_json(const ConnectorRecord& connector,
                           const std::vector<LiveChannel>& channels) {
  return model::write_json(to_json(connector, by_connector(channels)));
}

std::string sessions_json(const std::vector<SessionRecord>& sessions) {
  json list = json::array();
  for (const SessionRecord& session : sessions) {
    list.push_back({{"id", session.id},
                    {"app", session.app},
                    {"provider", session.provider},
                    {"user", session.user},
                    {"created_ms", session.created_ms},
                    {"expires_ms", session.expires_ms}});
  }
  return model::write_json({{"sessions", std::move(list)}});
}

std::string tokens_json(const std::vector<TokenRecord>& tokens, int64_t now_ms) {
  json list = json::array();
  for (const TokenRecord& token : tokens) list.push_back(to_json(token, state_of(token, now_ms)));
  return model::write_json({{"tokens", std::move(list)}});
}

std::string new_token_json(const NewToken& token, bool group_has_apps) {
  json result = to_json(token.record, "open");
  result["token"] = token.text;
  result["group_has_apps"] = group_has_apps;
  return model::write_json(result);
}

}  // namespace hawser::control
