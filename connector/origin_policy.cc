// SPDX-License-Identifier: Apache-2.0
#include "connector/origin_policy.h"

#include <algorithm>
#include <array>
#include <optional>

namespace hawser::connector {
namespace {

constexpr std::string_view guarded_texts[] = {
    "169.254.0.0/16",      // link-local; most clouds' metadata
    "fe80::/10",           // link-local
    "fd00:ec2::/32",       // AWS
    "fd20:ce::/32",        // Google
    "fd00:c1::/32",        // Oracle
    "100.100.100.200/32",  // Alibaba
    "192.0.0.192/32",      // Oracle, classic
    "168.63.129.16/32",    // Azure
};

const std::vector<model::Network>& guarded_networks() {
  static const std::vector<model::Network> networks = [] {
    std::vector<model::Network> parsed;
    for (const std::string_view text : guarded_texts) {
      parsed.push_back(model::Network::parse(text).value());
    }
    return parsed;
  }();
  return networks;
}

bool starts_with(const std::array<uint8_t, 16>& bytes, std::initializer_list<uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

// The IPv4 address that an IPv6 address leads to by translation.
std::optional<model::IpAddress> wrapped_ipv4(const model::IpAddress& address) {
  if (!address.is_ipv6()) return std::nullopt;
  const auto& b = address.bytes();
  const bool nat64 = starts_with(b, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});
  const bool compatible = starts_with(b, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  if (nat64 || compatible) return model::IpAddress::ipv4(b[12], b[13], b[14], b[15]);
  if (starts_with(b, {0x20, 0x02})) return model::IpAddress::ipv4(b[2], b[3], b[4], b[5]);
  return std::nullopt;
}

bool names_guarded(const model::Network& network) {
  const auto& guarded = guarded_networks();
  return std::any_of(guarded.begin(), guarded.end(),
                     [&](const model::Network& g) { return g.contains(network); });
}

bool admits_guarded(const OriginRule& rule, const model::IpAddress& address) {
  if (rule.kind != OriginRule::Kind::network || !rule.network.contains(address)) return false;
  const bool is_one_address = rule.network.prefix() == rule.network.address().bits();
  return is_one_address || names_guarded(rule.network);
}

bool admits(const OriginRule& rule, std::string_view host, const model::IpAddress& address) {
  switch (rule.kind) {
    case OriginRule::Kind::any:
      return true;
    case OriginRule::Kind::network:
      return rule.network.contains(address);
    case OriginRule::Kind::host:
      return rule.host.matches(host);
  }
  return false;
}

bool port_matches(const OriginRule& rule, uint16_t port) {
  return rule.port == 0 || rule.port == port;
}

// A rule's text without its port, and the port.
struct Split {
  std::string place;
  std::string_view port;
  bool has_port = false;
};

Split split_at(std::string_view text, size_t colon) {
  if (colon == text.npos) return {std::string(text), {}, false};
  return {std::string(text.substr(0, colon)), text.substr(colon + 1), true};
}

// Of an IPv6 address only what stands behind "]" or "/" can be a port.
core::Result<Split> split_place(std::string_view text) {
  const size_t slash = text.find('/');
  if (text.front() == '[') {
    const size_t bracket = text.find(']');
    if (bracket == text.npos) return core::Error{"close the bracket"};
    Split result = split_at(text, text.find(':', bracket));
    result.place.erase(bracket, 1);
    result.place.erase(0, 1);
    return result;
  }
  if (slash != text.npos) return split_at(text, text.find(':', slash));
  const bool bare_ipv6 = std::count(text.begin(), text.end(), ':') > 1;
  return split_at(text, bare_ipv6 ? text.npos : text.find(':'));
}

core::Result<OriginRule> parse_place(const std::string& place) {
  OriginRule rule;
  if (place == "any") return rule;
  if (place == "*") return core::Error{"write `any`"};
  const bool is_network = place.find('/') != place.npos || model::IpAddress::parse(place).ok();
  if (is_network) {
    auto network = model::Network::parse(place);
    if (!network.ok()) return network.error();
    rule.kind = OriginRule::Kind::network;
    rule.network = *network;
    return rule;
  }
  rule.kind = OriginRule::Kind::host;
  rule.host.wildcard = place.rfind("*.", 0) == 0;
  auto name = model::parse_host(rule.host.wildcard ? place.substr(2) : place, true);
  if (!name.ok()) return name.error();
  rule.host.name = *name;
  return rule;
}

}  // namespace

core::Result<OriginRule> OriginRule::parse(std::string_view text) {
  if (text.empty()) return core::Error{"an entry is missing"};
  if (text.find("://") != text.npos) return core::Error{"leave out the scheme: host:port"};
  const auto parts = split_place(text);
  if (!parts.ok()) return parts.error();
  auto rule = parse_place(parts->place);
  if (!rule.ok() || !parts->has_port) return rule;
  const auto port = model::parse_port(parts->port);
  if (!port.ok() || *port == 0) return core::Error{"a port is a number from 1 to 65535"};
  rule->port = *port;
  return rule;
}

std::string OriginRule::to_string() const {
  std::string text = "any";
  if (kind == Kind::host) text = host.to_string();
  if (kind == Kind::network) {
    const bool one_address = network.prefix() == network.address().bits();
    text = model::bracketed_host(network.address().to_string());
    if (!one_address) text += '/' + std::to_string(network.prefix());
  }
  return port == 0 ? text : text + ':' + std::to_string(port);
}

bool is_guarded(const model::IpAddress& address) {
  const auto inner = wrapped_ipv4(address);
  const auto& guarded = guarded_networks();
  return std::any_of(guarded.begin(), guarded.end(), [&](const model::Network& network) {
    return network.contains(address) || (inner && network.contains(*inner));
  });
}

bool OriginPolicy::allows(std::string_view host, const model::IpAddress& address,
                          uint16_t port) const {
  const bool guarded = is_guarded(address);
  return std::any_of(rules_.begin(), rules_.end(), [&](const OriginRule& rule) {
    if (!port_matches(rule, port)) return false;
    return guarded ? admits_guarded(rule, address) : admits(rule, host, address);
  });
}

bool OriginPolicy::may_allow(std::string_view host, uint16_t port) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const OriginRule& rule) {
    return port_matches(rule, port) &&
           (rule.kind != OriginRule::Kind::host || rule.host.matches(host));
  });
}

}  // namespace hawser::connector
