// SPDX-License-Identifier: Apache-2.0
// Commands: what hawserctl does, one function each; they print and give the exit code.
// Owner: main. Thread: main.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "admin_client.h"
#include "core/result.h"

namespace hawser::ctl {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

struct Session {
  AdminClient client;
  bool json = false;
};

// Prints an answer, as the view tells it or as JSON.
using View = std::function<std::string(const nlohmann::json&)>;
int show(const Session& session, const core::Result<nlohmann::json>& answer, const View& view);

int show_status(const Session& session);
int show_memory(const Session& session);
int list_apps(const Session& session);
int list_connectors(const Session& session);
int revoke_connector(const Session& session, const std::string& id);
int list_tokens(const Session& session);
int create_token(const Session& session, const std::string& group, uint64_t ttl_ms);
int revoke_token(const Session& session, const std::string& id);

}  // namespace hawser::ctl
