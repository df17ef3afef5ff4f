// SPDX-License-Identifier: Apache-2.0
#include "model/ids.h"

#include <algorithm>

namespace hawser::model {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool is_dash_place(size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

void set_version(Uuid& id, int version) {
  id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0f) | (version << 4));
  id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3f) | 0x80);
}

}  // namespace

core::Result<Uuid> Uuid::parse(std::string_view text) {
  const core::Error bad{"an id is 36 characters, such as 0b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5d"};
  if (text.size() != 36) return bad;
  Uuid id;
  size_t nibble = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_dash_place(i)) {
      if (text[i] != '-') return bad;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return bad;
    id.bytes[nibble / 2] = static_cast<uint8_t>((id.bytes[nibble / 2] << 4) | value);
    ++nibble;
  }
  return id;
}

std::string Uuid::to_string() const {
  std::string text;
  append_to(text);
  return text;
}

void Uuid::append_to(std::string& text) const {
  char written[36];
  size_t size = 0;
  for (const uint8_t byte : bytes) {
    if (is_dash_place(size)) written[size++] = '-';
    written[size++] = hex_digits[byte >> 4];
    written[size++] = hex_digits[byte & 0x0f];
  }
  text.append(written, size);
}

Uuid uuid_v4(std::span<const uint8_t, 16> entropy) {
  Uuid id;
  std::copy(entropy.begin(), entropy.end(), id.bytes.begin());
  set_version(id, 4);
  return id;
}

Uuid uuid_v7(uint64_t unix_time_ms, std::span<const uint8_t, 10> entropy) {
  Uuid id;
  for (size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<uint8_t>(unix_time_ms >> (40 - 8 * i));
  }
  std::copy(entropy.begin(), entropy.end(), id.bytes.begin() + 6);
  set_version(id, 7);
  return id;
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > name_limit) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace hawser::model
