// SPDX-License-Identifier: Apache-2.0
// Views of the admin API's answers about access as text for a terminal.
// Owner: the command that prints. Thread: main.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hawser::ctl {

std::string access_test_view(const nlohmann::json& answer);
std::string audit_view(const nlohmann::json& answer);

}  // namespace hawser::ctl
