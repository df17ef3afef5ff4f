// SPDX-License-Identifier: Apache-2.0
// Reads `providers:` of engine.yaml. Owner: load_config(). Thread: any; it reads files, so never a
// worker's.
#pragma once

#include <vector>

#include "config/map_reader.h"
#include "model/provider.h"

namespace hawser::control {

std::vector<model::Provider> read_providers(const config::Value& list);

// `client_id`, `client_secret_file`, `client_key_file`, which a provider and an app's `sign_in` may
// have. All of them absent: no client, and the id stays empty. A client with a key has the way
// private_key, one with a secret keeps the way that it came with.
void read_client(config::MapReader& map, model::ProviderClient& client);

}  // namespace hawser::control
