// SPDX-License-Identifier: Apache-2.0
#include "model/ip_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace hawser::model {
namespace {

constexpr uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

core::Result<IpAddress> IpAddress::parse(std::string_view text) {
  const auto bad = [] { return core::Error{"not an IPv4 or IPv6 address"}; };
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.empty() || text.size() >= sizeof terminated || text.find('\0') != text.npos)
    return bad();
  std::copy(text.begin(), text.end(), terminated);
  IpAddress address;
  if (inet_pton(AF_INET, terminated, address.bytes_.data()) == 1) return address;
  std::array<uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, terminated, bytes.data()) != 1) return bad();
  if (std::memcmp(bytes.data(), mapped_prefix, sizeof mapped_prefix) == 0) {
    std::copy(bytes.begin() + 12, bytes.end(), address.bytes_.begin());
    return address;
  }
  address.ipv6_ = true;
  address.bytes_ = bytes;
  return address;
}

IpAddress IpAddress::ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  IpAddress address;
  address.bytes_ = {a, b, c, d};
  return address;
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const {
  if (!ipv6_) return bytes_[0] == 127;
  return bytes_[15] == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](uint8_t byte) { return byte == 0; });
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(ipv6_ ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof text);
  return text;
}

core::Result<Network> Network::parse(std::string_view text) {
  const size_t slash = text.find('/');
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address.ok()) return address.error();
  Network network;
  network.address_ = *address;
  network.prefix_ = address->bits();
  if (slash == text.npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  int prefix = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (code != std::errc{} || end != digits.data() + digits.size() || prefix < 0 ||
      prefix > address->bits() || (digits.size() > 1 && digits[0] == '0')) {
    return core::Error{"the prefix after \"/\" is a number from 0 to " +
                       std::to_string(address->bits())};
  }
  for (int i = prefix; i < address->bits(); ++i) {
    if (address->bit(i)) return core::Error{"bits are set behind the prefix of this network"};
  }
  network.prefix_ = prefix;
  return network;
}

bool Network::contains(const IpAddress& address) const {
  if (address.is_ipv6() != address_.is_ipv6()) return false;
  for (int i = 0; i < prefix_; ++i) {
    if (address.bit(i) != address_.bit(i)) return false;
  }
  return true;
}

std::string Network::to_string() const {
  if (prefix_ == address_.bits()) return address_.to_string();
  return address_.to_string() + '/' + std::to_string(prefix_);
}

}  // namespace hawser::model
