// SPDX-License-Identifier: Apache-2.0
// Host and port of an authority (RFC 9110 4.2, RFC 3986 3.2.2).
#include <arpa/inet.h>

#include "message/characters.h"
#include "message/target.h"

namespace hawser::message {

namespace {

constexpr size_t host_limit_bytes = 253;

std::string_view parse_port(std::string_view text, uint16_t& port) {
  if (text.empty()) return "";  // "host:" is allowed and says nothing
  if (!all_in(digit_char, text)) return "the port is not a number";
  if (text.size() > 5) return "the port is too long";
  uint32_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<uint32_t>(c - '0');
  if (value == 0 || value > 65535) return "the port is out of range";
  port = static_cast<uint16_t>(value);
  return "";
}

std::string_view parse_ipv6(std::string_view literal, Authority& into) {
  char text[INET6_ADDRSTRLEN];
  if (literal.size() >= sizeof text) return "the IPv6 address is too long";
  literal.copy(text, literal.size());
  text[literal.size()] = '\0';
  in6_addr address;
  if (inet_pton(AF_INET6, text, &address) != 1) return "the IPv6 address is not valid";
  if (inet_ntop(AF_INET6, &address, text, sizeof text) == nullptr) return "not an IPv6 address";
  into.host.assign(1, '[');
  into.host += text;  // one spelling of each address
  into.host += ']';
  return "";
}

std::string_view parse_name(std::string_view name, Authority& into) {
  if (name.find('@') != std::string_view::npos) return "the authority holds user information";
  if (!all_in(host_char, name)) return "the host holds a character that no host name has";
  if (name.size() > 1 && name.back() == '.') name.remove_suffix(1);
  if (name.size() > host_limit_bytes) return "the host is too long";
  if (name.front() == '.' || name.back() == '.' || name.find("..") != std::string_view::npos)
    return "the host has an empty label";
  into.host.resize(name.size());
  for (size_t i = 0; i < name.size(); ++i) into.host[i] = to_lower(name[i]);
  return "";
}

uint16_t default_port(std::string_view scheme) { return scheme == "http" ? 80 : 443; }

}  // namespace

void Authority::clear() {
  host.clear();
  raw.clear();
  port = 0;
}

uint16_t Authority::port_or_default(std::string_view scheme) const {
  return port != 0 ? port : default_port(scheme);
}

uint16_t Authority::named_port(std::string_view scheme) const {
  return port == default_port(scheme) ? 0 : port;
}

std::string Authority::canonical(std::string_view scheme) const {
  std::string text;
  append_canonical(text, scheme);
  return text;
}

void Authority::append_canonical(std::string& text, std::string_view scheme) const {
  text += host;
  const uint16_t named = named_port(scheme);
  if (named == 0) return;
  text += ':';
  text += std::to_string(named);  // five digits at most: no memory
}

std::string_view parse_authority(std::string_view text, Authority& into) {
  into.clear();
  size_t host_size = text.find(':');
  const bool literal = !text.empty() && text.front() == '[';
  if (literal) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return "the IPv6 address lacks its bracket";
    host_size = close + 1;
    if (host_size < text.size() && text[host_size] != ':') return "unexpected text after the host";
  }
  const std::string_view host = text.substr(0, host_size);
  if (host.empty()) return "the host is empty";
  std::string_view fault =
      literal ? parse_ipv6(host.substr(1, host.size() - 2), into) : parse_name(host, into);
  if (fault.empty() && host_size < text.size())
    fault = parse_port(text.substr(host_size + 1), into.port);
  if (!fault.empty()) {
    into.clear();
    return fault;
  }
  into.raw.assign(text);
  return "";
}

core::Result<Authority> parse_authority(std::string_view text) {
  Authority authority;
  const std::string_view fault = parse_authority(text, authority);
  if (!fault.empty()) return core::Error{std::string(fault)};
  return authority;
}

}  // namespace hawser::message
