// SPDX-License-Identifier: Apache-2.0
// The admin API's calls about access as JSON; schema/admin_api.yaml names every member.
// Owner: AdminApi. Thread: any.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "control/refusal.h"
#include "model/access_question.h"
#include "model/snapshot.h"

namespace hawser::control {

struct AccessCall {
  std::string app;
  model::AccessQuestion question;
};
Outcome<AccessCall> read_access_call(std::string_view body);
nlohmann::json steps_json(const std::vector<model::AccessAnswer::Step>& steps);
std::string access_answer_json(const std::string& app, const model::AccessAnswer& answer);

// Where nobody is asked who they are, and rules that decide nothing.
std::string audit_json(const model::Snapshot& snapshot);

}  // namespace hawser::control
