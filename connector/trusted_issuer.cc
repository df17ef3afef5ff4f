// SPDX-License-Identifier: Apache-2.0
#include "connector/trusted_issuer.h"

#include <algorithm>

namespace hawser::connector {
namespace {

template <class Predicate>
bool any_rule(const std::vector<OriginRule>& rules, uint16_t port, Predicate predicate) {
  return std::any_of(rules.begin(), rules.end(), [&](const OriginRule& rule) {
    return (rule.port == 0 || rule.port == port) && predicate(rule);
  });
}

}  // namespace

bool TrustedIssuer::covers(std::string_view host, const model::IpAddress& address,
                           uint16_t port) const {
  return any_rule(origins, port, [&](const OriginRule& rule) {
    if (rule.kind == OriginRule::Kind::network) return rule.network.contains(address);
    return rule.kind == OriginRule::Kind::any || rule.host.matches(host);
  });
}

bool TrustedIssuer::covers_host(std::string_view host, uint16_t port) const {
  if (const auto address = model::IpAddress::parse(host)) return covers(host, *address, port);
  return any_rule(origins, port, [&](const OriginRule& rule) {
    return rule.kind == OriginRule::Kind::any ||
           (rule.kind == OriginRule::Kind::host && rule.host.matches(host));
  });
}

bool TrustedIssuer::may_cover(std::string_view host, uint16_t port) const {
  if (const auto address = model::IpAddress::parse(host)) return covers(host, *address, port);
  return any_rule(origins, port, [&](const OriginRule& rule) {
    return rule.kind != OriginRule::Kind::host || rule.host.matches(host);
  });
}

}  // namespace hawser::connector
