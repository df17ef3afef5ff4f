// SPDX-License-Identifier: Apache-2.0
// Reads the rules of an app's `access`. Owner: load_config(). Thread: any.
#pragma once

#include "config/value.h"
#include "model/app.h"

namespace hawser::control {

// `has_geo`: the file names one that tells countries.
void read_rules(const config::Value& list, bool has_geo, model::App& app);

}  // namespace hawser::control
