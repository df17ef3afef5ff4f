// SPDX-License-Identifier: Apache-2.0
#include "model/access_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hawser::model {
namespace {

using nlohmann::json;

json who_json(const RuleWho& who) {
  json claims = json::object();
  for (const ClaimValues& each : who.claims) claims[each.claim] = each.values;
  return {{"anyone_signed_in", who.anyone_signed_in},
          {"users", who.users},
          {"groups", who.groups},
          {"claims", std::move(claims)}};
}

json from_json(const RuleFrom& from) {
  std::vector<std::string> networks;
  for (const Network& network : from.networks) networks.push_back(network.to_string());
  return {{"networks", networks}, {"countries", from.countries}};
}

json rule_json(const AccessRule& rule) {
  return {{"name", rule.name},
          {"who", who_json(rule.who)},
          {"from", from_json(rule.from)},
          {"strength",
           {{"acr", rule.strength.acr},
            {"amr", rule.strength.amr},
            {"max_age_s", rule.strength.max_age_s}}},
          {"methods", rule.methods},
          {"paths", rule.paths},
          {"effect", rule.effect == RuleEffect::allow ? "allow" : "deny"},
          {"message", rule.message},
          {"shadow", rule.shadow}};
}

const char* name_of(ClientAuthentication authentication) {
  switch (authentication) {
    case ClientAuthentication::secret_basic:
      return "basic";
    case ClientAuthentication::secret_post:
      return "post";
    case ClientAuthentication::private_key:
      break;
  }
  return "private_key";
}

json client_json(const ProviderClient& client) {
  return {{"client_id", client.id}, {"client_authentication", name_of(client.authentication)}};
}

json machines_json(const Machines& machines) {
  json bearer = json::array();
  for (const BearerIssuer& each : machines.bearer) {
    bearer.push_back({{"issuer", each.issuer},
                      {"audience", each.audience},
                      {"ca_pem", each.ca_pem},
                      {"user_claim", each.user_claim},
                      {"groups_claim", each.groups_claim},
                      {"clock_skew_s", each.clock_skew_s}});
  }
  return {{"bearer", std::move(bearer)}, {"client_ca_pem", machines.client_ca_pem}};
}

}  // namespace

json access_json(const App& app) {
  json rules = json::array();
  for (const AccessRule& rule : app.rules) rules.push_back(rule_json(rule));
  return {{"access", app.access == Access::passthrough ? "passthrough" : "rules"},
          {"rules", std::move(rules)},
          {"sign_in",
           {{"provider", app.sign_in.provider}, {"client", client_json(app.sign_in.client)}}},
          {"session",
           {{"max_age_s", app.session.max_age_s},
            {"idle_s", app.session.idle_s},
            {"recheck_s", app.session.recheck_s}}},
          {"assertion", app.assertion},
          {"machines", machines_json(app.machines)},
          {"cors", {{"origins", app.cors.origins}, {"allow_preflight", app.cors.allow_preflight}}},
          {"park", {{"size_bytes", app.park.size_bytes}, {"for_s", app.park.for_s}}}};
}

json provider_json(const Provider& provider) {
  return {{"name", provider.name},
          {"issuer", provider.issuer},
          {"ca_pem", provider.ca_pem},
          {"client", client_json(provider.client)},
          {"scopes", provider.scopes},
          {"user_claim", provider.user_claim},
          {"groups_claim", provider.groups_claim},
          {"clock_skew_s", provider.clock_skew_s}};
}

}  // namespace hawser::model
