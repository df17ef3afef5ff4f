// SPDX-License-Identifier: Apache-2.0
#include "control/config_machines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "config/map_reader.h"
#include "control/config_provider.h"
#include "control/config_secrets.h"
#include "control/config_texts.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;

constexpr size_t issuer_limit = 20;

model::BearerIssuer read_bearer_issuer(const Value& value) {
  model::BearerIssuer issuer;
  MapReader map(value);
  read_issuer(map, issuer.issuer);
  constexpr std::string_view expected = "the audience (`aud`) that tokens for this app name";
  if (const auto audience = map.require("audience", expected, "audience: \"api://wiki\"")) {
    if (const auto written = read_text(*audience, {expected})) issuer.audience = *written;
  }
  if (const auto ca = map.take_nullable("ca_file")) read_trust_file(*ca, issuer.ca_pem);
  read_claim_names(map, issuer.user_claim, issuer.groups_claim);
  read_clock_skew(map, issuer.clock_skew_s);
  map.finish();
  return issuer;
}

void read_bearer(const Value& value, std::vector<model::BearerIssuer>& target) {
  const auto list = value.list();
  if (!list) return;
  if (list->size() > issuer_limit) return value.error("at most 20 issuers");
  for (const Value& item : *list) {
    model::BearerIssuer issuer = read_bearer_issuer(item);
    if (issuer.issuer.empty() || issuer.audience.empty()) continue;
    const bool is_new =
        std::none_of(target.begin(), target.end(), [&](const model::BearerIssuer& other) {
          return other.issuer == issuer.issuer && other.audience == issuer.audience;
        });
    if (!is_new) {
      item.error_found(fmt::format("{} for {} a second time", issuer.issuer, issuer.audience),
                       "each issuer once for each audience", "remove it");
    }
    target.push_back(std::move(issuer));
  }
}

}  // namespace

void read_machines(const Value& value, model::Machines& target) {
  MapReader map(value);
  if (const auto bearer = map.take("bearer")) read_bearer(*bearer, target.bearer);
  if (const auto ca = map.take_nullable("client_ca")) read_trust_file(*ca, target.client_ca_pem);
  map.finish();
}

}  // namespace hawser::control
