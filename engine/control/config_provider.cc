// SPDX-License-Identifier: Apache-2.0
#include "control/config_provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "control/config_secrets.h"
#include "control/config_texts.h"
#include "message/characters.h"
#include "model/host.h"
#include "model/ids.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;
using model::ClientAuthentication;

constexpr size_t provider_limit = 64;
constexpr size_t url_limit = 1024;
constexpr uint64_t skew_most_ms = 600'000;

// Kept as it was written: `iss` is compared with it byte by byte.
core::Result<std::string> parse_issuer(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  if (!text.starts_with(scheme)) return core::Error{"begin it with https://"};
  if (text.size() > url_limit) return core::Error{"an issuer has at most 1024 characters here"};
  if (text.find_first_of("?#") != text.npos) return core::Error{"leave out query and fragment"};
  for (const std::string_view description :
       {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
    if (text.ends_with(description))
      return core::Error{
          fmt::format("leave out `{}`: it is where the issuer's description lies, "
                      "and is found by itself",
                      description)};
  }
  const std::string_view rest = text.substr(scheme.size());
  const size_t path_at = std::min(rest.find('/'), rest.size());
  const std::string authority(rest.substr(0, path_at));
  const bool with_port = authority.find(':', authority.rfind(']') + 1) != authority.npos;
  const auto server = model::HostPort::parse(with_port ? authority : authority + ":443");
  if (!server.ok()) return server.error();
  if (server->port == 0) return core::Error{"a port to dial is a number from 1 to 65535"};
  if (!message::all_in(message::path_char, rest.substr(path_at)))
    return core::Error{"percent-encode what a URL's path can't hold as it is"};
  return std::string(text);
}

// RFC 6749 3.3
bool is_scope(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

void read_scopes(MapReader& map, std::vector<std::string>& target) {
  const auto value = map.take("scopes");
  if (!value) return;
  std::vector<std::string> scopes;
  const TextRule rule{"a scope: printable ASCII without blanks, quotes or backslashes", &is_scope};
  if (!read_texts(*value, rule, scopes)) return;
  if (std::find(scopes.begin(), scopes.end(), "openid") == scopes.end()) {
    return value->error_found("no `openid` among the scopes", "a list with `openid` in it",
                              "add it: without it a provider sends no ID token");
  }
  target = std::move(scopes);
}

void read_authentication(MapReader& map, model::ProviderClient& client) {
  constexpr std::string_view words[] = {"basic", "post", "private_key"};
  const auto value = map.take("client_authentication");
  if (!value) return;
  const auto index = value->choice(words);
  if (!index) return;
  const bool wants_key = *index == 2;
  const bool has_key = client.authentication == ClientAuthentication::private_key;
  if (!client.id.empty() && wants_key != has_key) {
    return value->error_found(fmt::format("`{}` beside `{}`", words[*index],
                                          has_key ? "client_key_file" : "client_secret_file"),
                              has_key ? "private_key" : "basic or post",
                              wants_key ? "give the key by `client_key_file`"
                                        : "give the secret by `client_secret_file`");
  }
  client.authentication = wants_key     ? ClientAuthentication::private_key
                          : *index == 1 ? ClientAuthentication::secret_post
                                        : ClientAuthentication::secret_basic;
}

model::Provider read_provider(const Value& value) {
  constexpr std::string_view name_expected = "1 to 63 of a-z, 0-9 and \"-\"";
  model::Provider provider;
  MapReader map(value);
  if (const auto name = map.require("name", name_expected, "name: main")) {
    const TextRule rule{name_expected, &model::is_name};
    if (const auto written = read_text(*name, rule)) provider.name = *written;
  }
  read_issuer(map, provider.issuer);
  if (const auto ca = map.take_nullable("ca_file")) read_trust_file(*ca, provider.ca_pem);
  read_client(map, provider.client);
  read_authentication(map, provider.client);
  read_scopes(map, provider.scopes);
  read_claim_names(map, provider.user_claim, provider.groups_claim);
  read_clock_skew(map, provider.clock_skew_s);
  map.finish();
  return provider;
}

}  // namespace

void read_issuer(MapReader& map, std::string& target) {
  constexpr std::string_view expected = "an issuer, an https:// URL";
  const auto value = map.require("issuer", expected, "issuer: \"https://login.example\"");
  if (!value) return;
  if (value->node().text.find('@') != std::string::npos) {  // errors reach logs, passwords must not
    return value->error_found("a URL with user name and password", std::string(expected),
                              "leave out user name and password");
  }
  if (const auto issuer = value->parsed<std::string>(&parse_issuer, expected)) target = *issuer;
}

void read_claim_names(MapReader& map, std::string& user, std::string& groups) {
  const TextRule claim{"a claim's name"};
  for (const auto& [key, target] : {std::pair("user_claim", &user), {"groups_claim", &groups}}) {
    const auto value = map.take(key);
    const auto written = value ? read_text(*value, claim) : std::nullopt;
    if (written) *target = *written;
  }
}

void read_clock_skew(MapReader& map, uint64_t& target_s) {
  const auto skew = map.take("clock_skew");
  const auto duration = skew ? skew->duration_ms(0, skew_most_ms, true) : std::nullopt;
  if (duration) target_s = (*duration + 999) / 1000;
}

void read_client(MapReader& map, model::ProviderClient& client) {
  const auto id = map.take_nullable("client_id");
  const auto secret = map.take_nullable("client_secret_file");
  const auto key = map.take_nullable("client_key_file");
  if (secret && key) {
    return key->error_found("both `client_secret_file` and `client_key_file`", "one of them",
                            "remove the one that the provider doesn't know this client by");
  }
  if (!id && (secret || key)) {
    return map.error_missing("client_id", "the id that the provider gave to this client",
                             "client_id: hawser");
  }
  if (!id) return;
  if (!secret && !key) {
    return map.error_missing("client_secret_file", "how the client proves itself to the provider",
                             "client_secret_file: oidc-secret");
  }
  if (const auto written = read_text(*id, {"an id that the provider gave to this client"}))
    client.id = *written;
  if (secret) read_secret_file(*secret, client.secret);
  if (!key) return;
  client.authentication = ClientAuthentication::private_key;
  read_signing_key_file(*key, client.private_key_pem);
}

std::vector<model::Provider> read_providers(const Value& value) {
  std::vector<model::Provider> providers;
  const auto list = value.list();
  if (!list) return providers;
  if (list->size() > provider_limit) {
    value.error("at most 64 providers");
    return providers;
  }
  std::map<std::string, int> lines;
  for (const Value& item : *list) {
    model::Provider provider = read_provider(item);
    if (provider.name.empty()) continue;
    const auto [first, is_new] = lines.emplace(provider.name, item.at().line);
    if (!is_new) {
      named(item).error_found(fmt::format("the provider \"{}\" a second time", provider.name),
                              "another name for each",
                              fmt::format("line {} has it already", first->second));
      continue;
    }
    providers.push_back(std::move(provider));
  }
  return providers;
}

}  // namespace hawser::control
