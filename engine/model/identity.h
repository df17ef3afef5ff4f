// SPDX-License-Identifier: Apache-2.0
// Identity: the URI names that our own certificates carry, and nothing else identifies an engine or
// a connector. Owner: nobody, values only. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "model/ids.h"

namespace hawser::model {

// The channel port's two protocols (ALPN).
inline constexpr std::string_view channel_alpn = "hawser/1";
inline constexpr std::string_view enrolment_alpn = "hawser-enrol/1";

// [a-z0-9._-]{1,255}, as SPIFFE has it.
bool is_trust_domain(std::string_view text);

// "spiffe://edge.example/engine/": what the URI of every engine of a trust domain begins with.
std::string engine_uri_prefix(std::string_view trust_domain);
std::string engine_uri(std::string_view trust_domain, const Uuid& engine);
std::string connector_uri(std::string_view trust_domain, std::string_view tenant,
                          const Uuid& connector);

struct ConnectorIdentity {
  std::string tenant;
  Uuid connector;
  bool operator==(const ConnectorIdentity&) const = default;
};
// Refuses every other spelling, and identities of another trust domain.
core::Result<ConnectorIdentity> parse_connector_uri(std::string_view uri,
                                                    std::string_view trust_domain);
core::Result<Uuid> parse_engine_uri(std::string_view uri, std::string_view trust_domain);

}  // namespace hawser::model
