// SPDX-License-Identifier: Apache-2.0
// What a server decides by the client's first message: names of the protocols and of the server.
// Not for other layers. Owner: nobody; what is returned refers to the message or to `preferred`.
// Thread: any.
#pragma once

#include <openssl/base.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawser::tls {

// The body of the extension, empty when the message has none.
std::span<const uint8_t> extension(const SSL_CLIENT_HELLO& hello, uint16_t type);

// The list of protocols inside the ALPN extension.
std::span<const uint8_t> offered_protocols(const SSL_CLIENT_HELLO& hello);

// The first of `preferred` that is offered, "" for none. `offered`: each name after its length.
std::string_view choose_protocol(const std::vector<std::string>& preferred,
                                 std::span<const uint8_t> offered);

// Lower case; "" when none was sent.
std::string requested_server_name(const SSL_CLIENT_HELLO& hello);

std::string lower_case(std::string_view name);

}  // namespace hawser::tls
