// SPDX-License-Identifier: Apache-2.0
// Reads `providers:` of engine.yaml. Owner: load_config(). Thread: any; it reads files, so never a
// worker's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/map_reader.h"
#include "model/provider.h"

namespace hawser::control {

std::vector<model::Provider> read_providers(const config::Value& list);

// `client_id`, `client_secret_file`, `client_key_file`, which a provider and an app's `sign_in` may
// have. All of them absent: no client, and the id stays empty. A client with a key has the way
// private_key, one with a secret keeps the way that it came with.
void read_client(config::MapReader& map, model::ProviderClient& client);

// What whoever issues tokens has, a provider or not: `issuer`; `user_claim` and `groups_claim`;
// `clock_skew`.
void read_issuer(config::MapReader& map, std::string& target);
void read_claim_names(config::MapReader& map, std::string& user, std::string& groups);
void read_clock_skew(config::MapReader& map, uint64_t& target_s);

}  // namespace hawser::control
