// SPDX-License-Identifier: Apache-2.0
// What scenarios have in common: requests, how a crowd comes up, how it is held. Owner: none.
// Thread: main.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenario.h"

namespace hawser::load {

constexpr uint64_t tick_ms = 100;
constexpr uint64_t settle_ms = 500;  // for what the beginning left to be done with
constexpr double mib = 1024.0 * 1024.0;

// `more`: further field lines, each with its end.
std::string request_for(const Scenario& scenario, const std::string& method,
                        const std::string& path, const std::string& more);

// Brings the crowd to so many. An error where not all were tried in time, or none came up; for a
// crowd whose clients come again nobody waits.
std::optional<core::Error> bring_up(core::Loop& loop, const Scenario& scenario, Crowd& crowd,
                                    size_t clients);

Outcome outcome(std::vector<Row> rows, const Crowd& crowd);

// Brings up the crowd, keeps it there for so long, calling `on_tick` on each client every tick_ms
// from the beginning on, and gives one row of figures; `add_more` adds to it. Uses on_answered.
core::Result<Outcome> hold(
    core::Loop& loop, Scenario& scenario, Crowd& crowd, const std::function<void(Client&)>& on_tick,
    const std::function<void(Row&)>& add_more = [](Row&) {});

}  // namespace hawser::load
