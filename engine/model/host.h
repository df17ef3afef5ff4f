// SPDX-License-Identifier: Apache-2.0
// Host: host names, the patterns that apps are published under, and host:port pairs.
// Owner: whoever holds them. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::model {

// A DNS name in lower case, an IPv4 address, or an IPv6 address without brackets. Returns it in
// that form; names outside ASCII must come as A-labels ("xn--…"). Underscores are let through
// where `underscores` says so: inside names of machines they occur, in certificates they may not.
core::Result<std::string> parse_host(std::string_view text, bool underscores = false);

// "name", "192.0.2.1" or "[2001:db8::1]": an IPv6 address stands in brackets again.
std::string bracketed_host(std::string_view host);
void append_bracketed_host(std::string& text, std::string_view host);
void append_port(std::string& text, uint16_t port);  // ":7443"

// Where to dial: "edge.example:7443", "192.0.2.1:7443", "[2001:db8::1]:7443".
struct HostPort {
  std::string host;  // as parse_host() returns it
  uint16_t port = 0;

  static core::Result<HostPort> parse(std::string_view text);
  std::string to_string() const;
  bool operator==(const HostPort&) const = default;
};

// "0" to "65535", no sign, no leading zero.
core::Result<uint16_t> parse_port(std::string_view text);

// A public host: exact, or "*.example", which covers every name below example, at any depth, and
// not example itself.
struct HostPattern {
  std::string name;  // lower case; for a wildcard what follows "*."
  bool wildcard = false;

  static core::Result<HostPattern> parse(std::string_view text);
  // `host` is in the form that parse_host() returns.
  bool matches(std::string_view host) const;
  std::string to_string() const;
  bool operator==(const HostPattern&) const = default;
};

}  // namespace hawser::model
