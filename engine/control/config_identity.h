// SPDX-License-Identifier: Apache-2.0
// What an app's application is told of a person: `identity` and
// `assertion`, and whether its connector sees for itself: `verify_identity`. Owner: nobody (a
// function). Thread: any.
#pragma once

#include <vector>

#include "config/map_reader.h"
#include "model/app.h"

namespace hawser::control {

// Returns the keys that ask for something, for they need somebody to tell of.
std::vector<config::Value> read_identity(config::MapReader& map, model::App& app);

}  // namespace hawser::control
