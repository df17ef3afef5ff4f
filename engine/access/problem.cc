// SPDX-License-Identifier: Apache-2.0
#include "access/problem.h"

#include "core/log.h"

namespace hawser::access {
namespace {

void add(std::string& json, std::string_view name, std::string_view value) {
  json += ",\"" + std::string(name) + "\":\"";
  core::append_json_escaped(json, value);
  json += '"';
}

}  // namespace

std::string json_of(const Problem& problem, std::string_view request_id) {
  std::string json = R"({"type":"about:blank")";
  add(json, "title", problem.title);
  json += ",\"status\":" + std::to_string(problem.status);
  add(json, "detail", problem.detail);
  add(json, "reason", problem.reason);
  for (const auto& [name, value] : problem.more) add(json, name, value);
  add(json, "request_id", request_id);
  return json + "}\n";
}

}  // namespace hawser::access
