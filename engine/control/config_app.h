// SPDX-License-Identifier: Apache-2.0
// Reads `apps:` of engine.yaml. Owner: load_config(). Thread: any.
#pragma once

#include <span>
#include <vector>

#include "config/map_reader.h"
#include "model/app.h"
#include "model/provider.h"

namespace hawser::control {

struct AppSurroundings {
  const model::Timeouts& timeouts;  // in force where an app has none of its own
  std::span<const model::Provider> providers;
  bool has_geo = false;  // whether the file names one that tells countries
};
std::vector<model::App> read_apps(const config::Value& list, const AppSurroundings& around);

// The keys of `timeouts:`, of the file and of an app alike; keys in `planned` aren't read.
void read_timeouts(const config::Value& value, std::span<const config::PlannedKey> planned,
                   model::Timeouts& target);

}  // namespace hawser::control
