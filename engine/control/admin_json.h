// SPDX-License-Identifier: Apache-2.0
// The admin API's answers as JSON; schema/admin_api.yaml names every member.
// Owner: AdminApi. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/admin_host.h"
#include "control/connector_registry.h"
#include "control/tokens.h"
#include "model/snapshot.h"

namespace hawser::control {

std::string status_json(const EngineStatus& status, const std::vector<ConnectorRecord>& connectors,
                        const std::vector<LiveChannel>& channels, int64_t now_ms);
std::string memory_json(const core::MemoryReport& report);
std::string apps_json(const model::Snapshot& snapshot,
                      const std::vector<ConnectorRecord>& connectors,
                      const std::vector<LiveChannel>& channels);
std::string connectors_json(const std::vector<ConnectorRecord>& connectors,
                            const std::vector<LiveChannel>& channels);
std::string connector_json(const ConnectorRecord& connector,
                           const std::vector<LiveChannel>& channels);
std::string sessions_json(const std::vector<SessionRecord>& sessions);
std::string tokens_json(const std::vector<TokenRecord>& tokens, int64_t now_ms);
std::string new_token_json(const NewToken& token, bool group_has_apps);

}  // namespace hawser::control
