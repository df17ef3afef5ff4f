// SPDX-License-Identifier: Apache-2.0
// OriginPolicy: which origins a connector may dial, whatever an engine asks for: an engine that was
// broken into must not reach all of the inside. Owner: the connector. Thread: any, immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "model/host.h"
#include "model/ip_network.h"

namespace hawser::connector {

// One line of `allow_origins`.
struct OriginRule {
  enum class Kind { any, network, host };
  Kind kind = Kind::any;
  model::Network network;   // of Kind::network; one address is a network of one
  model::HostPattern host;  // of Kind::host
  uint16_t port = 0;        // 0: every port

  // "any", "any:443", "10.0.0.0/8", "10.0.0.7:8080", "fd00::/8", "[fd00::]/8:443",
  // "wiki.corp:8080", "*.corp".
  static core::Result<OriginRule> parse(std::string_view text);
  std::string to_string() const;
  bool operator==(const OriginRule&) const = default;
};

class OriginPolicy {
 public:
  OriginPolicy() : rules_(1) {}  // any
  explicit OriginPolicy(std::vector<OriginRule> rules) : rules_(std::move(rules)) {}

  // `host`: as the app names it, in model::parse_host()'s form; `address`: what it resolved to and
  // what is about to be dialled. A rule admits by name or by address. A guarded address is admitted
  // only by a rule that names it: its own, or a network within the guarded one. `any`, wider
  // networks and names (whose resolution others control) don't.
  bool allows(std::string_view host, const model::IpAddress& address, uint16_t port) const;
  // Before the name is resolved: false when no address could make it allowed.
  bool may_allow(std::string_view host, uint16_t port) const;

  const std::vector<OriginRule>& rules() const { return rules_; }

 private:
  std::vector<OriginRule> rules_;
};

// Link-local addresses and the metadata services of clouds, also where an IPv6 address only wraps
// such an IPv4 address (NAT64, 6to4).
bool is_guarded(const model::IpAddress& address);

}  // namespace hawser::connector
