// SPDX-License-Identifier: Apache-2.0
// The opening handshake of HTTP/1.1's WebSocket, kept for a client that spoke HTTP/2: such a client
// sends no key and checks no answer to it (RFC 8441 5.1), so we do both towards the application.
// Owner: nobody. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "core/loop.h"

namespace hawser::relay {

// A key as Sec-WebSocket-Key has it: 16 random bytes (RFC 6455 4.1).
std::string make_websocket_key(core::Loop& loop);

// The Sec-WebSocket-Accept that answers `key` (RFC 6455 4.2.2).
std::string websocket_accept_of(std::string_view key);

}  // namespace hawser::relay
