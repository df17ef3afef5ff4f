// SPDX-License-Identifier: Apache-2.0
#include "tls/client_hello.h"

#include <openssl/bytestring.h>
#include <openssl/tls1.h>

namespace hawser::tls {

namespace {

std::string_view view(const CBS& bytes) {
  return {reinterpret_cast<const char*>(CBS_data(&bytes)), CBS_len(&bytes)};
}

bool offers(std::span<const uint8_t> offered, std::string_view protocol) {
  CBS list;
  CBS name;
  CBS_init(&list, offered.data(), offered.size());
  while (CBS_get_u8_length_prefixed(&list, &name))
    if (view(name) == protocol) return true;
  return false;
}

}  // namespace

std::span<const uint8_t> extension(const SSL_CLIENT_HELLO& hello, uint16_t type) {
  const uint8_t* body = nullptr;
  size_t length = 0;
  if (!SSL_early_callback_ctx_extension_get(&hello, type, &body, &length)) return {};
  return {body, length};
}

std::span<const uint8_t> offered_protocols(const SSL_CLIENT_HELLO& hello) {
  const auto body = extension(hello, TLSEXT_TYPE_application_layer_protocol_negotiation);
  CBS bytes;
  CBS list;
  CBS_init(&bytes, body.data(), body.size());
  if (!CBS_get_u16_length_prefixed(&bytes, &list)) return {};
  return {CBS_data(&list), CBS_len(&list)};
}

std::string_view choose_protocol(const std::vector<std::string>& preferred,
                                 std::span<const uint8_t> offered) {
  for (const std::string& protocol : preferred)
    if (offers(offered, protocol)) return protocol;
  return {};
}

std::string requested_server_name(const SSL_CLIENT_HELLO& hello) {
  const auto body = extension(hello, TLSEXT_TYPE_server_name);
  CBS bytes;
  CBS list;
  CBS name;
  uint8_t type = 0;
  CBS_init(&bytes, body.data(), body.size());
  if (!CBS_get_u16_length_prefixed(&bytes, &list) || !CBS_get_u8(&list, &type) ||
      type != TLSEXT_NAMETYPE_host_name || !CBS_get_u16_length_prefixed(&list, &name))
    return {};
  return lower_case(view(name));
}

std::string lower_case(std::string_view name) {
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace hawser::tls
