// SPDX-License-Identifier: Apache-2.0
#include "access_commands.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "access_views.h"
#include "model/json_members.h"
#include "table.h"

namespace hawser::ctl {
namespace {

using nlohmann::json;

// None where a claim has no "=".
bool add_claims(const std::vector<std::string>& written, json& claims) {
  for (const std::string& each : written) {
    const size_t equals = each.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::cerr << "hawserctl: --claim \"" << printable(each) << "\": write NAME=VALUE\n";
      return false;
    }
    claims[each.substr(0, equals)].push_back(each.substr(equals + 1));
  }
  return true;
}

}  // namespace

int test_access(const Session& session, const AccessWish& wish) {
  json question{{"app", wish.app}, {"ip", wish.ip}, {"method", wish.method}, {"path", wish.path}};
  if (wish.signed_in) {
    json claims = json::object();
    if (!add_claims(wish.claims, claims)) return exit_usage;
    question["person"] = {{"user", wish.user},
                          {"groups", wish.groups},
                          {"claims", std::move(claims)},
                          {"acr", wish.acr},
                          {"amr", wish.amr},
                          {"signed_in_ago_s", wish.signed_in_ago_ms / 1000}};
  }
  return show(
      session,
      session.client.call(message::Method::post, "/v1/access/test", model::write_json(question)),
      access_test_view);
}

int show_audit(const Session& session) {
  return show(session, session.client.call(message::Method::get, "/v1/audit"), audit_view);
}

}  // namespace hawser::ctl
