// SPDX-License-Identifier: Apache-2.0
#include "views.h"

#include <set>
#include <string_view>

#include "members.h"
#include "table.h"

namespace hawser::ctl {
namespace {

using nlohmann::json;

int64_t time_of(const json& object, const char* name) {
  return static_cast<int64_t>(number(object, name));
}
std::string joined(const json& texts) {
  std::string result;
  for (const json& each : texts) {
    if (!each.is_string()) continue;
    result += (result.empty() ? "" : ", ") + each.get<std::string>();
  }
  return result.empty() ? "-" : result;
}

std::string state_line(const json& status) {
  const std::string up =
      ", up " + span_of(time_of(status, "now_ms") - time_of(status, "started_ms"));
  if (flag(status, "draining")) return "draining" + up;
  if (flag(status, "ready")) return "ready" + up;
  return "not ready (" + text(status, "not_ready_reason") + ")" + up;
}

std::string line(std::string_view name, const std::string& value) {
  std::string result(name);
  result.resize(12, ' ');
  return result + printable(value) + "\n";
}

// The addresses that a connector's channels come from, each once.
std::string peers_of(const json& channels) {
  std::set<std::string> hosts;
  for (const json& channel : channels) {
    const std::string peer = text(channel, "peer");
    hosts.insert(peer.substr(0, peer.rfind(':')));
  }
  std::string result;
  for (const std::string& host : hosts) result += (result.empty() ? "" : ", ") + host;
  return result.empty() ? "-" : result;
}

}  // namespace

std::string status_view(const json& status) {
  std::string shown;
  shown += line("engine", text(status, "engine_id") + ", version " + text(status, "version"));
  shown += line("state", state_line(status));
  shown += line("domain", text(status, "trust_domain"));
  std::string listening = "clients " + joined(list(status, "client_listeners")) + "; connectors " +
                          joined(list(status, "connector_listeners"));
  if (const json redirects = list(status, "redirect_listeners"); !redirects.empty())
    listening += "; redirect " + joined(redirects);
  if (const std::string metrics = text(status, "metrics_listener"); metrics != "-")
    listening += "; metrics " + metrics;
  shown += line("listening", listening);
  shown +=
      line("connectors", with_thousands(number(status, "connectors_connected")) + " connected of " +
                             with_thousands(number(status, "connectors_enrolled")) + " enrolled, " +
                             counted(number(status, "channels"), "channel"));
  shown += line("clients", counted(number(status, "client_sessions"), "session") + ", " +
                               counted(number(status, "open_exchanges"), "exchange") + " open, " +
                               with_thousands(number(status, "queued_exchanges")) + " waiting, " +
                               with_thousands(number(status, "exchanges_total")) + " so far");
  shown += line("memory", readable_size(number(status, "resident_bytes")) + "; bodies hold " +
                              readable_size(number(status, "body_bytes_held")) + " of " +
                              readable_size(number(status, "body_bytes_limit")));
  shown += line("workers", with_thousands(number(status, "workers")));
  return shown + line("revision", std::to_string(number(status, "config_revision")));
}

std::string memory_view(const json& answer) {
  Table table({"PURPOSE", "MEMORY", "COUNT", "WHAT IT IS"});
  for (const json& part : list(answer, "purposes")) {
    const bool counts = member(part, "counted") != nullptr;
    table.add({text(part, "purpose"), readable_size(number(part, "bytes")),
               counts ? with_thousands(number(part, "count")) + " " + text(part, "counted") : "-",
               text(part, "about")});
  }
  return table.to_string() + "sum " + readable_size(number(answer, "sum_bytes")) + "; resident " +
         readable_size(number(answer, "resident_bytes")) + ", as the kernel counts it\n";
}

std::string apps_view(const json& answer) {
  Table table({"NAME", "PUBLISHED AT", "GROUP", "CONNECTORS", "ORIGIN"});
  for (const json& app : list(answer, "apps")) {
    const std::string path = text(app, "path");
    table.add({text(app, "name"), text(app, "host") + (path == "/" ? "" : path), text(app, "group"),
               with_thousands(number(app, "connectors_connected")), joined(list(app, "origins"))});
  }
  return table.empty() ? "no app is published\n" : table.to_string();
}

std::string connectors_view(const json& answer, int64_t now_ms) {
  Table table({"NAME", "ID", "GROUP", "STATE", "CHANNELS", "FROM", "CERTIFICATE ENDS", "ENROLLED"});
  for (const json& connector : list(answer, "connectors")) {
    const json channels = list(connector, "channels");
    table.add({text(connector, "name"), text(connector, "id"), text(connector, "group"),
               text(connector, "state"), with_thousands(channels.size()), peers_of(channels),
               relative_time(time_of(connector, "certificate_not_after_ms"), now_ms),
               relative_time(time_of(connector, "created_ms"), now_ms)});
  }
  if (!table.empty()) return table.to_string();
  return "no connector has enrolled; make a token with `hawserctl token create`\n";
}

std::string sessions_view(const json& answer, int64_t now_ms) {
  Table table({"ID", "USER", "APP", "SIGNED IN", "ENDS"});
  for (const json& session : list(answer, "sessions")) {
    table.add({text(session, "id"), text(session, "user"), text(session, "app"),
               relative_time(time_of(session, "created_ms"), now_ms),
               relative_time(time_of(session, "expires_ms"), now_ms)});
  }
  return table.empty() ? "nobody is signed in\n" : table.to_string();
}

std::string tokens_view(const json& answer, int64_t now_ms) {
  Table table({"ID", "GROUP", "STATE", "EXPIRES", "CREATED", "USED BY"});
  for (const json& token : list(answer, "tokens")) {
    table.add({text(token, "id"), text(token, "group"), text(token, "state"),
               relative_time(time_of(token, "expires_ms"), now_ms),
               relative_time(time_of(token, "created_ms"), now_ms), text(token, "connector_id")});
  }
  return table.empty() ? "no token is out\n" : table.to_string();
}

}  // namespace hawser::ctl
