// SPDX-License-Identifier: Apache-2.0
// `limits` of an app. Owner: nobody (a function). Thread: any.
#pragma once

#include "config/map_reader.h"
#include "model/app_limits.h"

namespace hawser::control {

// The keys of `limits`; each may be `off`.
void read_app_limits(config::MapReader& app, model::AppLimits& target);

}  // namespace hawser::control
