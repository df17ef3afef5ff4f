// SPDX-License-Identifier: Apache-2.0
#include "relay/websocket_key.h"

#include <array>
#include <cstdint>

#include "tls/digest.h"

namespace hawser::relay {

std::string make_websocket_key(core::Loop& loop) {
  std::array<uint8_t, 16> random{};
  loop.fill_random(random);
  return tls::base64({reinterpret_cast<const char*>(random.data()), random.size()});
}

std::string websocket_accept_of(std::string_view key) {
  const auto digest = tls::sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  return tls::base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace hawser::relay
