// SPDX-License-Identifier: Apache-2.0
// Views: the admin API's answers as text for a terminal.
// Owner: the command that prints. Thread: main.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hawser::ctl {

std::string status_view(const nlohmann::json& status);
std::string memory_view(const nlohmann::json& answer);
std::string apps_view(const nlohmann::json& answer);
std::string connectors_view(const nlohmann::json& answer, int64_t now_ms);
std::string sessions_view(const nlohmann::json& answer, int64_t now_ms);
std::string tokens_view(const nlohmann::json& answer, int64_t now_ms);

}  // namespace hawser::ctl
