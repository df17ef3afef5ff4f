// SPDX-License-Identifier: Apache-2.0
// Reads an app's `machines`: which programs pass without a person's sign-in. Owner: load_config().
// Thread: any; it reads files, so never a worker's.
#pragma once

#include "config/value.h"
#include "model/app_access.h"

namespace hawser::control {

void read_machines(const config::Value& value, model::Machines& target);

}  // namespace hawser::control
