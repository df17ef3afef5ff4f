// SPDX-License-Identifier: Apache-2.0
#include "relay/router.h"

#include <algorithm>
#include <utility>

#include "message/path_prefix.h"

namespace hawser::relay {

Router::Router(std::shared_ptr<const model::Snapshot> snapshot) : snapshot_(std::move(snapshot)) {
  for (const model::App& app : snapshot_->apps()) {
    Hosts& hosts = app.host.wildcard ? wildcard_ : exact_;
    std::string prefix;
    uint8_t doubts = message::no_doubt;
    if (!message::canonicalise_path(app.path_prefix, prefix, doubts).empty())
      prefix = app.path_prefix;  // no request has such a path
    hosts[app.host.name].push_back({std::move(prefix), &app});
    for (const model::IdentityField& told : app.identity)
      if (!identity_fields_.has(told.field)) identity_fields_.add(told.field);
  }
  const auto longest_first = [](const Place& a, const Place& b) {
    return a.prefix.size() > b.prefix.size();
  };
  for (Hosts* hosts : {&exact_, &wildcard_}) {
    for (auto& [name, apps] : *hosts) std::stable_sort(apps.begin(), apps.end(), longest_first);
  }
}

const Router::Host* Router::find_host(std::string_view host) const {
  if (const auto found = exact_.find(host); found != exact_.end()) return &found->second;
  for (size_t dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
    if (const auto found = wildcard_.find(host.substr(dot + 1)); found != wildcard_.end())
      return &found->second;
  }
  return nullptr;
}

bool Router::reads_in_two_ways(std::string_view host, const message::Target& target) const {
  return (target.doubts != message::no_doubt && path_decides(host)) ||
         parameters_decide(host, target.canonical_path);
}

bool Router::path_decides(std::string_view host) const {
  const Host* apps = find_host(host);
  if (apps == nullptr) return false;
  if (apps->size() > 1 || apps->front().prefix != "/") return true;
  const auto& rules = apps->front().app->rules;
  return std::any_of(rules.begin(), rules.end(),
                     [](const model::AccessRule& rule) { return !rule.paths.empty(); });
}

bool Router::asks_certificates(std::string_view host) const {
  const Host* apps = find_host(host);
  return apps != nullptr && std::any_of(apps->begin(), apps->end(), [](const Place& place) {
           return !place.app->machines.client_ca_pem.empty();
         });
}

std::vector<const model::App*> Router::apps_of(std::string_view host) const {
  std::vector<const model::App*> apps;
  if (const Host* found = find_host(host))
    for (const Place& place : *found) apps.push_back(place.app);
  return apps;
}

bool Router::parameters_decide(std::string_view host, std::string_view path) const {
  if (path.find(';') == std::string_view::npos) return false;
  const Host* apps = find_host(host);
  if (apps == nullptr) return false;
  return std::any_of(apps->begin(), apps->end(), [path](const Place& place) {
    const auto is_met = [path](const std::string& prefix) {
      return message::covers_but_for_parameters(prefix, path);
    };
    const auto& rules = place.app->rules;
    return is_met(place.prefix) ||
           std::any_of(rules.begin(), rules.end(), [&is_met](const model::AccessRule& rule) {
             return std::any_of(rule.paths.begin(), rule.paths.end(), is_met);
           });
  });
}

Route Router::find(std::string_view host, std::string_view path) const {
  const Host* apps = find_host(host);
  if (apps == nullptr) return {nullptr, RouteMiss::no_such_host};
  for (const Place& place : *apps) {
    if (message::covers(place.prefix, path)) return {place.app, RouteMiss::none};
  }
  return {nullptr, RouteMiss::no_such_path};
}

}  // namespace hawser::relay
