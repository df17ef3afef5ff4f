// SPDX-License-Identifier: Apache-2.0
// Address: one IPv4 or IPv6 address with a port, or a local (unix) socket's path.
// An IPv4 address mapped into IPv6 (::ffff:192.0.2.1) becomes the IPv4 address, so that one peer
// has one spelling and one rule. Owner: whoever holds it. Thread: any.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::core {

class Address {
 public:
  Address();
  // "192.0.2.1:443", "[2001:db8::1]:443", "unix:/path"; no names are resolved here.
  static Result<Address> parse(std::string_view text);
  // An IP literal without brackets, and a port.
  static Result<Address> from_ip(std::string_view ip, uint16_t port);
  static Address from_sockaddr(const sockaddr* address, socklen_t length);

  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t raw_length() const { return length_; }
  bool is_local() const;  // a unix socket
  bool is_ipv6() const;
  uint16_t port() const;
  void set_port(uint16_t port);
  std::string ip() const;         // "192.0.2.1", "2001:db8::1"; "" for a unix socket
  std::string to_string() const;  // as parse() takes it
  bool operator==(const Address& other) const;

 private:
  // Private, though clang-tidy takes it for public.
  union {  // NOLINTBEGIN(readability-identifier-naming)
    sockaddr_storage storage_;
    sockaddr_in v4_;
    sockaddr_in6 v6_;
    sockaddr_un local_;
  };  // NOLINTEND(readability-identifier-naming)
  socklen_t length_ = 0;
};

}  // namespace hawser::core
