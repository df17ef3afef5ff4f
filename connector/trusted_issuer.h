// SPDX-License-Identifier: Apache-2.0
// TrustedIssuer: one entry of connector.yaml's `verify_identity`: whose ID tokens this connector
// believes, for which origins. An engine has no say in it. Owner: the connector's configuration.
// Thread: any, immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connector/origin_policy.h"
#include "model/app_access.h"
#include "token/key_set.h"

namespace hawser::connector {

struct TrustedIssuer {
  std::string issuer;  // compared with `iss` byte by byte
  std::vector<std::string> client_ids;
  std::string ca_pem;                           // of the issuer's certificate; empty: the system's
  std::shared_ptr<const token::KeySet> pinned;  // null: the issuer is asked for its keys
  uint64_t max_age_s = 24 * uint64_t{3600};     // since the token was issued
  uint64_t clock_skew_s = 60;
  std::string user_claim = "sub";
  std::string groups_claim = "groups";
  std::vector<OriginRule> origins{OriginRule()};  // any
  std::vector<model::IdentityField> identity;     // fields that are told whatever the engine says

  // Whether requests to that address need an identity of this issuer.
  bool covers(std::string_view host, const model::IpAddress& address, uint16_t port) const;
  // Whether all requests to that host do, or some could.
  bool covers_host(std::string_view host, uint16_t port) const;
  bool may_cover(std::string_view host, uint16_t port) const;
};

using TrustedIssuers = std::vector<TrustedIssuer>;

}  // namespace hawser::connector
