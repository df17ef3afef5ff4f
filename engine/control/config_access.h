// SPDX-License-Identifier: Apache-2.0
// Reads what an app says of who may pass: `access`, `sign_in` and `session`. Owner: load_config().
// Thread: any; it reads files, so never a worker's.
#pragma once

#include <span>

#include "config/map_reader.h"
#include "model/app.h"
#include "model/provider.h"

namespace hawser::control {

// `app` has its path already: rules lie inside it. `has_geo`: the file names one that tells
// countries.
void read_access(config::MapReader& map, std::span<const model::Provider> providers, bool has_geo,
                 model::App& app);

}  // namespace hawser::control
