// SPDX-License-Identifier: Apache-2.0
// Digests, comparison of secrets, encodings and authenticated encryption for the layers above.
// Owner: nobody. Thread: any.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::tls {

std::array<uint8_t, 32> sha256(std::string_view bytes);
std::array<uint8_t, 64> sha512(std::string_view bytes);
std::array<uint8_t, 20> sha1(std::string_view bytes);  // for RFC 6455 alone; it protects nothing
std::string sha256_hex(std::string_view bytes);
std::array<uint8_t, 32> hmac_sha256(std::string_view key, std::string_view bytes);

// Constant time for equal lengths.
bool equal_secrets(std::string_view a, std::string_view b);

std::string base64(std::string_view bytes);                         // with padding
std::string base64url(std::string_view bytes);                      // without padding
core::Result<std::string> base64url_decode(std::string_view text);  // strict, without padding
std::string hex(std::string_view bytes);                            // lower case
void append_hex(std::string& text, std::string_view bytes);
core::Result<std::string> hex_decode(std::string_view text);  // either case
std::string random_bytes(size_t count);                       // from the library's generator

// AES-256-GCM-SIV; `key` is 32 bytes. The nonce is made inside and stands before the sealed bytes.
std::string aead_seal(std::string_view key, std::string_view plaintext,
                      std::string_view associated);
core::Result<std::string> aead_open(std::string_view key, std::string_view sealed,
                                    std::string_view associated);

}  // namespace hawser::tls
