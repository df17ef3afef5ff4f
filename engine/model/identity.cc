// SPDX-License-Identifier: Apache-2.0
#include "model/identity.h"

#include <algorithm>

namespace hawser::model {
namespace {

constexpr size_t trust_domain_limit = 255;
constexpr std::string_view scheme = "spiffe://";

bool take(std::string_view& text, std::string_view front) {
  if (text.substr(0, front.size()) != front) return false;
  text.remove_prefix(front.size());
  return true;
}

bool take_domain(std::string_view& uri, std::string_view trust_domain) {
  return take(uri, scheme) && take(uri, trust_domain);
}

core::Error not_of(std::string_view what, std::string_view trust_domain) {
  return {"the certificate is not that of " + std::string(what) + " of " +
          std::string(trust_domain)};
}

}  // namespace

bool is_trust_domain(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= trust_domain_limit &&
         std::all_of(text.begin(), text.end(), allowed);
}

std::string engine_uri_prefix(std::string_view trust_domain) {
  return std::string(scheme) + std::string(trust_domain) + "/engine/";
}

std::string engine_uri(std::string_view trust_domain, const Uuid& engine) {
  return engine_uri_prefix(trust_domain) + engine.to_string();
}

std::string connector_uri(std::string_view trust_domain, std::string_view tenant,
                          const Uuid& connector) {
  return std::string(scheme) + std::string(trust_domain) + "/tenant/" + std::string(tenant) +
         "/connector/" + connector.to_string();
}

core::Result<ConnectorIdentity> parse_connector_uri(std::string_view uri,
                                                    std::string_view trust_domain) {
  const core::Error bad = not_of("a connector", trust_domain);
  if (!take_domain(uri, trust_domain) || !take(uri, "/tenant/")) return bad;
  const std::string_view tenant = uri.substr(0, uri.find('/'));
  uri.remove_prefix(tenant.size());
  if (!is_name(tenant) || !take(uri, "/connector/")) return bad;
  const auto id = Uuid::parse(uri);
  if (!id.ok()) return bad;
  return ConnectorIdentity{std::string(tenant), *id};
}

core::Result<Uuid> parse_engine_uri(std::string_view uri, std::string_view trust_domain) {
  const core::Error bad = not_of("an engine", trust_domain);
  if (!take_domain(uri, trust_domain) || !take(uri, "/engine/")) return bad;
  const auto id = Uuid::parse(uri);
  if (!id.ok()) return bad;
  return *id;
}

}  // namespace hawser::model
