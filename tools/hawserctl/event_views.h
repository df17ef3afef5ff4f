// SPDX-License-Identifier: Apache-2.0
// Views: events and the story of a request, as people read them. Owner: nobody. Thread: main.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hawser::ctl {

// One event, with the line's end.
std::string event_line_view(const nlohmann::json& event);
std::string verify_view(const nlohmann::json& report);
std::string explain_view(const nlohmann::json& answer);

}  // namespace hawser::ctl
