// SPDX-License-Identifier: Apache-2.0
// Reads an app's `cors`: whose scripts may see what the gate answers. Owner: load_config(). Thread:
// any.
#pragma once

#include "config/value.h"
#include "model/app_access.h"

namespace hawser::control {

void read_cors(const config::Value& value, model::Cors& target);

}  // namespace hawser::control
