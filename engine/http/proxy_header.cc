// SPDX-License-Identifier: Apache-2.0
#include "http/proxy_header.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "message/characters.h"

namespace hawser::http {

namespace {

using Status = ProxyHeader::Status;

constexpr std::string_view text_signature = "PROXY ";
constexpr size_t text_limit_bytes = 107;  // CRLF included
constexpr std::string_view binary_signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr size_t binary_fixed_bytes = 16;

ProxyHeader failed(const char* fault) { return {Status::failed, 0, std::nullopt, fault}; }

// No sign, no leading zero, at most 65535.
std::optional<uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || !message::all_in(message::digit_char, text))
    return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  uint32_t port = 0;
  for (const char c : text) port = port * 10 + static_cast<uint32_t>(c - '0');
  if (port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

bool is_address(int family, std::string_view text) {
  std::array<uint8_t, sizeof(in6_addr)> address;
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

// --- version 1: "PROXY TCP4 source destination port port"

ProxyHeader read_text_line(std::string_view line) {
  std::array<std::string_view, 6> words;
  size_t count = 0;
  for (std::string_view rest = line; count < words.size(); ++count) {
    const size_t space = rest.find(' ');
    words[count] = rest.substr(0, space);
    if (space == std::string_view::npos) {
      ++count;
      break;
    }
    rest.remove_prefix(space + 1);
    if (count + 1 == words.size()) return failed("more words than the PROXY line has");
  }
  ProxyHeader header{Status::complete, line.size() + 2, std::nullopt, ""};
  if (count >= 2 && words[1] == "UNKNOWN") return header;  // what follows is to be ignored
  const bool v6 = words[1] == "TCP6";
  if (!v6 && words[1] != "TCP4") return failed("neither TCP4 nor TCP6 nor UNKNOWN");
  const int family = v6 ? AF_INET6 : AF_INET;
  if (count != words.size() || !is_address(family, words[2]) || !is_address(family, words[3]))
    return failed("an address that is none of its family");
  const auto source_port = parse_port(words[4]);
  if (!source_port || !parse_port(words[5])) return failed("a port that is none");
  auto source = core::Address::from_ip(words[2], *source_port);
  if (!source.ok()) return failed("an address that is none");
  header.source = *source;
  return header;
}

ProxyHeader read_text(std::string_view bytes) {
  const std::string_view seen = bytes.substr(0, text_limit_bytes);
  const size_t end = seen.find("\r\n");
  const size_t line_bytes = std::min(end, seen.size());
  if (std::any_of(seen.begin(), seen.begin() + static_cast<ptrdiff_t>(line_bytes),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\r'; }))
    return failed("a control character in the PROXY line");
  if (end != std::string_view::npos) {
    const std::string_view line = seen.substr(0, end);
    if (line.find('\r') != line.npos) return failed("a control character in the PROXY line");
    return read_text_line(line);
  }
  if (seen.size() == text_limit_bytes) return failed("the PROXY line is longer than 107 bytes");
  return {};
}

// --- version 2

uint8_t octet(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }
size_t two_octets(std::string_view bytes, size_t at) {
  return static_cast<size_t>(octet(bytes, at)) << 8 | octet(bytes, at + 1);
}

bool extensions_are_whole(std::string_view rest) {
  while (!rest.empty()) {
    if (rest.size() < 3) return false;
    const size_t size = 3 + two_octets(rest, 1);
    if (rest.size() < size) return false;
    rest.remove_prefix(size);
  }
  return true;
}

core::Address source_v4(std::string_view addresses) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  std::memcpy(&v4.sin_addr, addresses.data(), sizeof v4.sin_addr);
  v4.sin_port = htons(static_cast<uint16_t>(two_octets(addresses, 8)));
  return core::Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
}

core::Address source_v6(std::string_view addresses) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  std::memcpy(&v6.sin6_addr, addresses.data(), sizeof v6.sin6_addr);
  v6.sin6_port = htons(static_cast<uint16_t>(two_octets(addresses, 32)));
  return core::Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

ProxyHeader read_binary(std::string_view bytes) {
  constexpr uint8_t local = 0x20, proxied = 0x21, unspecified = 0x00, tcp4 = 0x11, tcp6 = 0x21;
  if (bytes.size() > 12 && octet(bytes, 12) != local && octet(bytes, 12) != proxied)
    return failed("another version or command than those of PROXY 2");
  if (bytes.size() < binary_fixed_bytes) return {};
  const size_t rest_bytes = two_octets(bytes, 14);
  const size_t total_bytes = binary_fixed_bytes + rest_bytes;
  if (total_bytes > proxy_header_limit_bytes) return failed("the PROXY header is too long");
  const uint8_t family = octet(bytes, 13);
  const bool speaks_for_itself = octet(bytes, 12) == local;
  if (!speaks_for_itself && family != unspecified && family != tcp4 && family != tcp6)
    return failed("neither TCP over IPv4 nor over IPv6");
  const size_t address_bytes = speaks_for_itself || family == unspecified ? 0
                               : family == tcp4                           ? 12
                                                                          : 36;
  if (rest_bytes < address_bytes) return failed("the PROXY header is too short for its addresses");
  if (bytes.size() < total_bytes) return {};
  ProxyHeader header{Status::complete, total_bytes, std::nullopt, ""};
  if (address_bytes == 0) return header;  // what follows is to be ignored
  const std::string_view rest = bytes.substr(binary_fixed_bytes, rest_bytes);
  if (!extensions_are_whole(rest.substr(address_bytes)))
    return failed("an extension that does not fit into the PROXY header");
  header.source = family == tcp4 ? source_v4(rest) : source_v6(rest);
  return header;
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes) {
  for (const std::string_view signature : {text_signature, binary_signature}) {
    const size_t seen = std::min(bytes.size(), signature.size());
    if (bytes.substr(0, seen) != signature.substr(0, seen)) continue;
    if (seen < signature.size()) return {};
    return signature == text_signature ? read_text(bytes) : read_binary(bytes);
  }
  return failed("no PROXY header");
}

}  // namespace hawser::http
