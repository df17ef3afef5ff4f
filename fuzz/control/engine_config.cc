// SPDX-License-Identifier: Apache-2.0
// engine_config: engine.yaml. See config_promises.h; and what was read keeps to what the file may
// say.
#include "control/config_promises.h"

#include "control/config_file.h"
#include "model/control_calls.h"
#include "support/check.h"

namespace hawser::fuzz {
namespace {

std::string shown(const control::NodeConfig& config) {
  std::string text = config.trust_domain + ' ' + config.state_folder + ' ' +
                     config.admin_socket_path + ' ' + config.log.output_path + '\n';
  for (const auto* addresses :
       {&config.listen.clients, &config.listen.redirect, &config.listen.connectors})
    for (const core::Address& address : *addresses) text += address.to_string() + ' ';
  for (const auto& networks : config.listen.proxy_protocol_from)
    text += std::to_string(networks.size()) + ' ';
  for (const control::CertificateConfig& each : config.tls)
    text += each.certificate_path + ' ' + each.key_path + '\n';
  text += std::to_string(config.memory_limit_bytes) + ' ' +
          std::to_string(config.workers.value_or(0)) + ' ' +
          std::to_string(config.trusted_proxies.size()) + ' ' +
          std::to_string(config.limits.head_limit_bytes) + ' ' +
          std::to_string(config.limits.http2.streams) + '\n';
  for (const model::App& app : config.apps) text += model::encode_app(app) + '\n';
  return text;
}

void check_read(const control::NodeConfig& config) {
  require(!config.listen.clients.empty() && !config.listen.connectors.empty(), "listeners");
  require(config.listen.clients.size() == config.listen.proxy_protocol_from.size(),
          "each listener knows its proxies");
  require(!config.tls.empty() && !config.trust_domain.empty(), "a certificate and a trust domain");
  for (const model::App& app : config.apps) {
    require(app.path_prefix.starts_with('/') && app.path_prefix.ends_with('/'),
            "a path prefix begins and ends with a slash", app.path_prefix);
    require(!app.origins.empty(), "an app has an origin", app.name);
    const std::string told = model::encode_app(app);
    auto heard = model::decode_app(told);
    require(heard.ok(), "a connector takes what it is told of an app", told);
    // What an engine has decided before a connector hears of a request is not read.
    heard->access = app.access;
    heard->upgrades = app.upgrades;
    heard->limits = app.limits;
    heard->hsts_s = app.hsts_s;
    require_same(model::encode_app(*heard), told, "a connector is told what is configured");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read = [](std::string_view text) {
    auto config = hawser::control::parse_config(text, "engine.yaml", "/etc/hawser");
    if (config.ok()) check_read(*config);
    return config;
  };
  check_config(view_of(data, size), read, shown);
  return 0;
}

}  // namespace hawser::fuzz
