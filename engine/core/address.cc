// SPDX-License-Identifier: Apache-2.0
#include "core/address.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace hawser::core {

namespace {

constexpr std::string_view local_prefix = "unix:";
constexpr socklen_t local_path_offset = offsetof(sockaddr_un, sun_path);

Error not_an_address(std::string_view text, const char* expected) {
  return Error{"\"" + std::string(text) + "\" is not an address: expected " + expected, 0};
}

bool parse_port(std::string_view text, uint16_t& port) {
  if (text.empty() || text.size() > 5) return false;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc{} && end == text.data() + text.size();
}

// "fe80::1%eth0": the zone is an interface's name or number.
bool parse_zone(std::string_view zone, uint32_t& scope) {
  const auto [end, failure] = std::from_chars(zone.data(), zone.data() + zone.size(), scope);
  if (!zone.empty() && failure == std::errc{} && end == zone.data() + zone.size()) return true;
  scope = if_nametoindex(std::string(zone).c_str());
  return scope != 0;
}

}  // namespace

Address::Address() : storage_{}, length_(0) {}

Result<Address> Address::parse(std::string_view text) {
  if (text.starts_with(local_prefix)) {
    const std::string_view path = text.substr(local_prefix.size());
    Address address;
    if (path.empty() || path.size() >= sizeof(address.local_.sun_path) ||
        path.find('\0') != std::string_view::npos)
      return not_an_address(text, "unix:PATH with a path of 1 to 107 bytes");
    address.local_.sun_family = AF_UNIX;
    std::memcpy(address.local_.sun_path, path.data(), path.size());
    address.length_ = static_cast<socklen_t>(local_path_offset + path.size() + 1);
    return address;
  }
  const size_t colon = text.rfind(':');
  uint16_t port = 0;
  if (colon == std::string_view::npos || !parse_port(text.substr(colon + 1), port))
    return not_an_address(text, "IP:PORT, [IPv6]:PORT or unix:PATH");
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos))
    return not_an_address(text, "IPv6 in brackets, as in [::1]:443");
  Result<Address> address = from_ip(host, port);
  if (!address) return not_an_address(text, "IP:PORT, [IPv6]:PORT or unix:PATH");
  return address;
}

Result<Address> Address::from_ip(std::string_view ip, uint16_t port) {
  const size_t percent = ip.find('%');
  const std::string digits(ip.substr(0, percent));
  if (digits.find('\0') != std::string::npos) return not_an_address(ip, "an IPv4 or IPv6 address");
  sockaddr_in v4{};
  if (percent == std::string_view::npos && inet_pton(AF_INET, digits.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return from_sockaddr(reinterpret_cast<const sockaddr*>(&v4), sizeof(v4));
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, digits.c_str(), &v6.sin6_addr) != 1)
    return not_an_address(ip, "an IPv4 or IPv6 address");
  if (percent != std::string_view::npos && !parse_zone(ip.substr(percent + 1), v6.sin6_scope_id))
    return not_an_address(ip, "a zone that this machine has after the %");
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  return from_sockaddr(reinterpret_cast<const sockaddr*>(&v6), sizeof(v6));
}

Address Address::from_sockaddr(const sockaddr* raw, socklen_t length) {
  Address address;
  if (raw == nullptr || length < sizeof(sa_family_t)) return address;
  address.length_ = std::min<socklen_t>(length, sizeof(address.storage_));
  std::memcpy(&address.storage_, raw, address.length_);
  if (address.is_ipv6() && IN6_IS_ADDR_V4MAPPED(&address.v6_.sin6_addr)) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = address.v6_.sin6_port;
    std::memcpy(&v4.sin_addr, &address.v6_.sin6_addr.s6_addr[12], 4);
    address.storage_ = {};
    address.v4_ = v4;
    address.length_ = sizeof(v4);
  }
  return address;
}

bool Address::is_local() const { return length_ != 0 && storage_.ss_family == AF_UNIX; }

bool Address::is_ipv6() const {
  return length_ >= sizeof(sockaddr_in6) && storage_.ss_family == AF_INET6;
}

uint16_t Address::port() const {
  if (is_ipv6()) return ntohs(v6_.sin6_port);
  return storage_.ss_family == AF_INET ? ntohs(v4_.sin_port) : uint16_t{0};
}

void Address::set_port(uint16_t port) {
  if (is_ipv6()) {
    v6_.sin6_port = htons(port);
  } else if (storage_.ss_family == AF_INET) {
    v4_.sin_port = htons(port);
  }
}

std::string Address::ip() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (storage_.ss_family == AF_INET) {
    inet_ntop(AF_INET, &v4_.sin_addr, text, sizeof(text));
  } else if (is_ipv6()) {
    inet_ntop(AF_INET6, &v6_.sin6_addr, text, sizeof(text));
    if (v6_.sin6_scope_id != 0) return std::string(text) + "%" + std::to_string(v6_.sin6_scope_id);
  }
  return text;
}

std::string Address::to_string() const {
  if (is_local()) {
    const size_t room = length_ > local_path_offset ? length_ - local_path_offset : 0;
    return std::string(local_prefix) + std::string(local_.sun_path, strnlen(local_.sun_path, room));
  }
  const std::string host = ip();
  if (host.empty()) return "";
  return (is_ipv6() ? "[" + host + "]" : host) + ":" + std::to_string(port());
}

bool Address::operator==(const Address& other) const {
  if (storage_.ss_family != other.storage_.ss_family || (length_ == 0) != (other.length_ == 0))
    return false;
  if (storage_.ss_family == AF_INET)
    return v4_.sin_port == other.v4_.sin_port && v4_.sin_addr.s_addr == other.v4_.sin_addr.s_addr;
  if (is_ipv6())
    return v6_.sin6_port == other.v6_.sin6_port && v6_.sin6_scope_id == other.v6_.sin6_scope_id &&
           std::memcmp(&v6_.sin6_addr, &other.v6_.sin6_addr, sizeof(in6_addr)) == 0;
  return to_string() == other.to_string();
}

}  // namespace hawser::core
