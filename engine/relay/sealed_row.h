// SPDX-License-Identifier: Apache-2.0
// The sealed part of a session's row: what renewal, sign-out, a second opinion and new rules need
// of a person's tokens. Owner: nobody. Thread: the control thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "access/key_ring.h"
#include "access/provider_link.h"

namespace hawser::relay {

std::string seal_row(const access::KeyRing& keys, const access::Tokens& tokens);
std::string seal_row(const access::KeyRing& keys, const nlohmann::json& row);
// An object; nothing where it was not sealed by us.
std::optional<nlohmann::json> open_row(const access::KeyRing& keys, std::string_view sealed);

}  // namespace hawser::relay
