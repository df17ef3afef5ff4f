// SPDX-License-Identifier: Apache-2.0
// IpAddress and Network: addresses without a port, and the ranges of them that rules name.
// Owner: whoever holds them. Thread: any.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::model {

class IpAddress {
 public:
  // "192.0.2.1" or "2001:db8::1", without brackets, zone or port. An IPv4 address that is written
  // as IPv6 ("::ffff:192.0.2.1") becomes the IPv4 address that it is.
  static core::Result<IpAddress> parse(std::string_view text);

  static IpAddress ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);

  bool is_ipv6() const { return ipv6_; }
  // Network order; an IPv4 address takes the first four.
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  bool is_unspecified() const;
  bool is_loopback() const;
  int bits() const { return ipv6_ ? 128 : 32; }
  bool bit(int index) const {
    return (bytes_[static_cast<size_t>(index) / 8] >> (7 - index % 8)) & 1;
  }
  std::string to_string() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  bool ipv6_ = false;
  std::array<uint8_t, 16> bytes_{};
};

class Network {
 public:
  // "192.0.2.0/24", or one address alone. Bits set behind the prefix are refused: they hide a slip.
  static core::Result<Network> parse(std::string_view text);

  bool contains(const IpAddress& address) const;
  bool contains(const Network& other) const {
    return other.prefix_ >= prefix_ && contains(other.address_);
  }
  const IpAddress& address() const { return address_; }
  int prefix() const { return prefix_; }
  std::string to_string() const;
  bool operator==(const Network&) const = default;

 private:
  IpAddress address_;
  int prefix_ = 0;
};

}  // namespace hawser::model
