// SPDX-License-Identifier: Apache-2.0
// Characters: the classes of octets that RFC 9110 and RFC 3986 name, as one table, and comparison
// of ASCII text without regard to case. Owner: nobody. Thread: any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace hawser::message {

enum CharacterClass : uint8_t {
  token_char = 1,        // tchar, RFC 9110 5.6.2
  field_value_char = 2,  // VCHAR, obs-text, SP, HTAB: RFC 9110 5.5
  path_char = 4,         // pchar and "/" (RFC 3986 3.3), and "[", "]", "|" that browsers send raw
  query_char = 8,        // as above, and "\", "^", "`", "{", "}" that browsers send raw, and "?"
  host_char = 16,        // what a name that we publish may contain: letters, digits, "-", "_", "."
  digit_char = 32,
  hex_char = 64,
};

namespace detail {
constexpr bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}
constexpr uint8_t classes_of(unsigned octet) {
  const char c = static_cast<char>(octet);
  const bool digit = octet >= '0' && octet <= '9';
  const bool letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
  unsigned classes = 0;
  if (digit || letter || (octet < 128 && octet != 0 && is_one_of(c, "!#$%&'*+-.^_`|~")))
    classes |= token_char;
  if (octet == '\t' || (octet >= 0x20 && octet != 0x7f)) classes |= field_value_char;
  const bool plain = octet > 0x20 && octet < 0x7f;
  if (digit || letter || (plain && is_one_of(c, "-._~!$&'()*+,;=:@/%[]|"))) classes |= path_char;
  if (plain && !is_one_of(c, "\"#<>")) classes |= query_char;
  if (digit || letter || (plain && is_one_of(c, "-_."))) classes |= host_char;
  if (digit) classes |= digit_char;
  if (digit || (octet >= 'a' && octet <= 'f') || (octet >= 'A' && octet <= 'F'))
    classes |= hex_char;
  return static_cast<uint8_t>(classes);
}
constexpr std::array<uint8_t, 256> make_classes() {
  std::array<uint8_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) table[i] = classes_of(i);
  return table;
}
inline constexpr std::array<uint8_t, 256> classes = make_classes();
}  // namespace detail

constexpr bool is_in(CharacterClass wanted, char c) {
  return (detail::classes[static_cast<uint8_t>(c)] & wanted) != 0;
}
namespace detail {
// Whether one of eight octets is a control character (HTAB among them) or DEL.
inline bool has_control(uint64_t octets) {
  constexpr uint64_t ones = 0x0101010101010101;
  constexpr uint64_t tops = 0x80 * ones;
  const uint64_t del = octets ^ (0x7f * ones);
  return (((octets - 0x20 * ones) & ~octets) & tops) != 0 || (((del - ones) & ~del) & tops) != 0;
}
// As far as two texts of one size are equal, in eights of octets.
inline size_t equal_words(std::string_view a, std::string_view b) {
  size_t i = 0;
  for (uint64_t ours = 0, theirs = 0; i + sizeof ours <= a.size(); i += sizeof ours) {
    std::memcpy(&ours, a.data() + i, sizeof ours);
    std::memcpy(&theirs, b.data() + i, sizeof theirs);
    if (ours != theirs) break;
  }
  return i;
}
// As far as eight octets at a time are beyond doubt of field_value_char.
inline size_t plain_values(std::string_view text) {
  size_t i = 0;
  for (uint64_t octets = 0; i + sizeof octets <= text.size(); i += sizeof octets) {
    std::memcpy(&octets, text.data() + i, sizeof octets);
    if (has_control(octets)) break;
  }
  return i;
}
}  // namespace detail

// The index of the first character outside of the class, or text.size().
constexpr size_t span_of(CharacterClass wanted, std::string_view text) {
  size_t i = 0;
  if (!std::is_constant_evaluated() && wanted == field_value_char) i = detail::plain_values(text);
  while (i < text.size() && is_in(wanted, text[i])) ++i;
  return i;
}
constexpr bool all_in(CharacterClass wanted, std::string_view text) {
  return span_of(wanted, text) == text.size();
}
constexpr bool is_token(std::string_view text) { return !text.empty() && all_in(token_char, text); }

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  size_t i = 0;
  if (!std::is_constant_evaluated()) i = detail::equal_words(a, b);
  for (; i < a.size(); ++i)
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}
constexpr std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}
// The value of one hex digit; -1 for anything else.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
// For messages to people and logs: what is not printable ASCII as \xNN, cut after `limit`
// characters.
std::string printable(std::string_view text, size_t limit = 60);

}  // namespace hawser::message
