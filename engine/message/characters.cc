// SPDX-License-Identifier: Apache-2.0
#include "message/characters.h"

namespace hawser::message {

std::string printable(std::string_view text, size_t limit) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out;
  const bool cut = text.size() > limit;
  for (const char c : text.substr(0, limit)) {
    if (c >= 0x20 && c < 0x7f && c != '\\') {
      out += c;
    } else {
      const auto octet = static_cast<uint8_t>(c);
      out += "\\x";
      out += hex[octet >> 4];
      out += hex[octet & 15];
    }
  }
  if (cut) out += "...";
  return out;
}

}  // namespace hawser::message
