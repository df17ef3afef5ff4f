// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "core/log.h"

namespace hawser::core {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

bool plain(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

// Whether all of eight octets are plain().
bool are_plain(uint64_t octets) {
  constexpr uint64_t ones = 0x0101010101010101;
  constexpr uint64_t tops = 0x80 * ones;
  const auto has = [&](uint8_t c) {
    const uint64_t differs = octets ^ (c * ones);
    return (differs - ones) & ~differs;
  };
  const uint64_t below_space = (octets - 0x20 * ones) & ~octets;
  return ((octets | below_space | has('"') | has('\\') | has(0x7f)) & tops) == 0;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The length of the UTF-8 sequence at the front of `text` (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF); 0 where there is none.
size_t utf8_length(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  size_t length = 0;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length), continues))
    return 0;
  const bool bad = (first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) > 0x9f) ||
                   (first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) > 0x8f);
  return bad ? 0 : length;
}

void append_control(std::string& out, unsigned char c) {
  constexpr char hex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      out.append("\\u00").append(1, hex[c >> 4]).append(1, hex[c & 15]);
  }
}

}  // namespace

size_t json_plain_run(std::string_view value) {
  size_t i = 0;
  for (uint64_t octets = 0; i + sizeof octets <= value.size(); i += sizeof octets) {
    std::memcpy(&octets, value.data() + i, sizeof octets);
    if (!are_plain(octets)) break;
  }
  while (i < value.size() && plain(static_cast<unsigned char>(value[i]))) ++i;
  return i;
}

void append_json_escaped(std::string& out, std::string_view value, size_t limit_bytes) {
  const bool cut = value.size() > limit_bytes;
  if (cut) value = value.substr(0, limit_bytes);
  while (!value.empty()) {
    const size_t run = json_plain_run(value);
    out.append(value.substr(0, run));
    value.remove_prefix(run);
    if (value.empty()) break;
    const auto c = static_cast<unsigned char>(value.front());
    size_t taken = 1;
    if (c < 0x80) {
      append_control(out, c);
    } else if (const size_t length = utf8_length(value); length > 0) {
      out.append(value.substr(0, length));
      taken = length;
    } else {
      out.append(replacement);
    }
    value.remove_prefix(taken);
  }
  if (cut) out.append("...");
}

}  // namespace hawser::core
