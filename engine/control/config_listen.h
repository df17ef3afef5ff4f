// SPDX-License-Identifier: Apache-2.0
// Reads `listen:`, `admin:`, `metrics:` and `advertise:` of engine.yaml: every address, and that
// none is meant twice. Owner: load_config(). Thread: any.
#pragma once

#include "config/map_reader.h"
#include "control/config_file.h"

namespace hawser::control {

// All but `admin`, which waits for the state folder.
void read_addresses(config::MapReader& file, NodeConfig& target);
void read_admin(config::MapReader& file, NodeConfig& target);

}  // namespace hawser::control
