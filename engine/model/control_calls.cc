// SPDX-License-Identifier: Apache-2.0
#include "model/control_calls.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "model/json_body.h"

namespace hawser::model {
namespace {

using nlohmann::json;

constexpr size_t health_limit = 1024;  // origins in one report

json health_json(const OriginHealth& origin) {
  return {{"app", origin.app},
          {"url", origin.url},
          {"reachable", origin.reachable},
          {"reason", origin.reason}};
}

void decode_origin_health(JsonMembers& members, std::vector<OriginHealth>& target) {
  const json* list = members.list("origins");
  if (list == nullptr) return;
  if (list->size() > health_limit) return members.fail("origins", "a shorter list");
  for (const json& item : *list) {
    JsonMembers fields(item);
    OriginHealth origin;
    fields.read("app", origin.app);
    fields.read("url", origin.url);
    fields.read("reachable", origin.reachable);
    fields.read("reason", origin.reason);
    if (!fields.ok()) return members.fail("origins", fields.error().reason);
    target.push_back(std::move(origin));
  }
}

}  // namespace

std::string encode_config_answer(const ConfigAnswer& answer) {
  return write_json({{"revision", answer.revision},
                     {"tenant", answer.tenant},
                     {"group", answer.group},
                     {"engines", answer.engines},
                     {"authorities_pem", answer.authorities_pem},
                     {"renew", answer.renew}});
}

core::Result<ConfigAnswer> decode_config_answer(std::string_view text) {
  return read_body<ConfigAnswer>(text, control_body_limit_bytes,
                                 [](JsonMembers& members, ConfigAnswer& answer) {
                                   members.read("revision", answer.revision);
                                   members.read("tenant", answer.tenant);
                                   members.read("group", answer.group);
                                   members.read("authorities_pem", answer.authorities_pem);
                                   members.read("renew", answer.renew);
                                   members.read("engines", answer.engines);
                                 });
}

std::string encode_renew_request(const RenewRequest& request) {
  return write_json({{"certificate_request_pem", request.certificate_request_pem}});
}

core::Result<RenewRequest> decode_renew_request(std::string_view text) {
  return read_body<RenewRequest>(
      text, control_body_limit_bytes, [](JsonMembers& members, RenewRequest& request) {
        members.read("certificate_request_pem", request.certificate_request_pem);
        if (request.certificate_request_pem.empty()) {
          members.fail("certificate_request_pem", "a certificate request");
        }
      });
}

std::string encode_renew_answer(const RenewAnswer& answer) {
  return write_json(
      {{"certificate_pem", answer.certificate_pem}, {"authorities_pem", answer.authorities_pem}});
}

core::Result<RenewAnswer> decode_renew_answer(std::string_view text) {
  return read_body<RenewAnswer>(text, control_body_limit_bytes,
                                [](JsonMembers& members, RenewAnswer& answer) {
                                  members.read("certificate_pem", answer.certificate_pem);
                                  members.read("authorities_pem", answer.authorities_pem);
                                  if (answer.certificate_pem.empty())
                                    members.fail("certificate_pem", "a certificate");
                                });
}

std::string encode_health_report(const HealthReport& report) {
  json origins = json::array();
  for (const OriginHealth& origin : report.origins) origins.push_back(health_json(origin));
  return write_json({{"version", report.version},
                     {"boot_id", report.boot_id},
                     {"uptime_s", report.uptime_s},
                     {"open_streams", report.open_streams},
                     {"memory_bytes", report.memory_bytes},
                     {"origins", std::move(origins)}});
}

core::Result<HealthReport> decode_health_report(std::string_view text) {
  return read_body<HealthReport>(text, control_body_limit_bytes,
                                 [](JsonMembers& members, HealthReport& report) {
                                   members.read("version", report.version);
                                   members.read("boot_id", report.boot_id);
                                   members.read("uptime_s", report.uptime_s);
                                   members.read("open_streams", report.open_streams);
                                   members.read("memory_bytes", report.memory_bytes);
                                   decode_origin_health(members, report.origins);
                                 });
}

}  // namespace hawser::model
