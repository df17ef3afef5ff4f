// SPDX-License-Identifier: Apache-2.0
// Ids and names: the UUIDs of requests, connectors and engines, and the names that people give to
// apps and groups. Owner: whoever holds them. Thread: any.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::model {

struct Uuid {
  std::array<uint8_t, 16> bytes{};

  // 36 characters, lower case, as RFC 9562 writes it; anything else is refused, so that one id has
  // one spelling.
  static core::Result<Uuid> parse(std::string_view text);
  std::string to_string() const;
  void append_to(std::string& text) const;
  int version() const { return bytes[6] >> 4; }
  bool is_nil() const { return bytes == std::array<uint8_t, 16>{}; }
  auto operator<=>(const Uuid&) const = default;
};

// Random: for what must not be guessed or ordered.
Uuid uuid_v4(std::span<const uint8_t, 16> entropy);
// Ordered by time, then random: request ids. Their 16 bytes serve as a W3C trace id too.
Uuid uuid_v7(uint64_t unix_time_ms, std::span<const uint8_t, 10> entropy);

inline constexpr std::string_view default_tenant = "default";
inline constexpr std::string_view default_group = "default";
inline constexpr size_t name_limit = 63;

// The name of an app, group or tenant: [a-z0-9-]{1,63}.
bool is_name(std::string_view text);

}  // namespace hawser::model
