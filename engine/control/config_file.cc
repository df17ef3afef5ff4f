// SPDX-License-Identifier: Apache-2.0
#include "control/config_file.h"

#include <algorithm>
#include <utility>

#include "config/file.h"
#include "config/map_reader.h"
#include "control/config_app.h"
#include "control/config_check.h"
#include "control/config_countries.h"
#include "control/config_listen.h"
#include "control/config_networks.h"
#include "control/config_pages.h"
#include "control/config_planned.h"
#include "control/config_provider.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;

constexpr uint64_t kibi = 1024;
constexpr uint64_t mebi = 1024 * kibi;
constexpr uint64_t tebi = mebi * mebi;
constexpr size_t certificate_limit = 1000;
constexpr size_t trust_domain_limit = 255;

// SPIFFE's own rule: small letters, digits, ".", "-" and "_".
bool is_trust_domain(std::string_view text) {
  return text.size() <= trust_domain_limit && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_';
         });
}

void read_trust_domain(MapReader& file, std::string& target) {
  constexpr std::string_view expected = "a name of small letters, digits, \".\", \"-\" and \"_\"";
  const auto value = file.require("trust_domain", expected, "trust_domain: edge.example");
  if (!value) return;
  const auto written = value->text(expected);
  if (!written) return;
  if (!is_trust_domain(*written)) return value->error(std::string(expected), "use those alone");
  target = *written;
}

void read_state(MapReader& file, const ConfigOptions& options, NodeConfig& target) {
  target.state_folder = "/var/lib/hawser";
  if (const auto value = file.take("state")) {
    if (value->node().kind != config::YamlNode::Kind::scalar ||
        value->node().text.rfind("etcd", 0) == 0) {
      value->error_not_available("a folder");
    } else if (const auto path = value->path()) {
      target.state_folder = *path;
      target.state_at = value->at();
    }
  }
  if (!options.state_folder.empty()) {
    target.state_at = {};
    target.state_folder = config::absolute_path(config::folder_of("."), options.state_folder);
  }
}

std::optional<CertificateConfig> read_certificate(const Value& value) {
  MapReader map(value);
  CertificateConfig pair;
  const auto certificate =
      map.require("certificate", "the path of a certificate (PEM)", "certificate: edge.pem");
  const auto key = map.require("key", "the path of its private key (PEM)", "key: edge-key.pem");
  map.finish();
  if (!certificate || !key) return std::nullopt;
  const auto certificate_path = certificate->path();
  const auto key_path = key->path();
  if (!certificate_path || !key_path) return std::nullopt;
  return CertificateConfig{*certificate_path, *key_path, certificate->at(), key->at(), map.at()};
}

void read_tls(MapReader& file, std::vector<CertificateConfig>& target) {
  const auto value = file.require("tls", "at least one certificate with its key",
                                  "tls: [{certificate: edge.pem, key: edge-key.pem}]");
  if (!value) return;
  const auto list = value->list();
  if (!list) return;
  if (list->empty() || list->size() > certificate_limit) {
    return value->error("1 to 1000 certificates",
                        "write `[{certificate: edge.pem, key: edge-key.pem}]`");
  }
  for (const Value& item : *list) {
    auto pair = read_certificate(item);
    if (!pair) continue;
    const bool is_new = std::none_of(target.begin(), target.end(), [&](const auto& other) {
      return other.certificate_path == pair->certificate_path;
    });
    if (!is_new) item.error_found("a certificate a second time", "each one once", "remove it");
    target.push_back(std::move(*pair));
  }
}

void read_offender_connections(MapReader& map, uint32_t& target) {
  const auto value = map.take("offender_connections");
  if (!value) return;
  if (value->is_word("off")) {
    target = 0;
  } else if (const auto count = value->count(1, 100)) {
    target = static_cast<uint32_t>(*count);
  }
}

void read_http2_limits(const Value& value, http::H2Limits& target) {
  MapReader map(value);
  const auto rate = [&](const char* key, uint32_t& limit) {
    uint64_t count = limit;
    map.count(key, 1, 1'000'000, count);
    limit = static_cast<uint32_t>(count);
  };
  uint64_t streams = target.streams;
  map.count("streams", 1, 1000, streams);
  target.streams = static_cast<uint32_t>(streams);
  uint64_t continuations = target.continuations;
  map.count("continuations", 4, 1000, continuations);
  target.continuations = static_cast<uint32_t>(continuations);
  rate("resets", target.resets);
  rate("errors", target.errors);
  rate("settings", target.settings);
  rate("pings", target.pings);
  rate("empty_frames", target.empty_frames);
  rate("window_updates", target.window_updates);
  rate("other_frames", target.other_frames);
  read_offender_connections(map, target.offender_connections);
  map.finish();
}

void read_limits(MapReader& file, NodeLimits& target) {
  const auto value = file.take("limits");
  if (!value) return;
  MapReader map(*value);
  map.size_bytes("head", 4 * kibi, 64 * kibi, target.head_limit_bytes);
  map.count("fields", 10, 200, target.field_limit);
  map.count_or_auto("client_sessions", 1, 10'000'000, target.client_session_limit);
  map.count("queue", 0, 1'000'000, target.queue_limit);
  if (const auto http2 = map.take("http2")) read_http2_limits(*http2, target.http2);
  map.finish();
}

void read_events_keep(MapReader& file, std::optional<uint64_t>& target_ms) {
  constexpr uint64_t hour_ms = uint64_t{3600} * 1000;
  const auto value = file.take("events_keep");
  if (!value) return;
  const auto keep_ms = value->duration_ms(hour_ms, 24 * 3650 * hour_ms, true);
  if (!keep_ms) return;
  target_ms.reset();
  if (*keep_ms != 0) target_ms = *keep_ms;  // 0: off
}

void read_file_keys(MapReader& file, const ConfigOptions& options, NodeConfig& target) {
  read_addresses(file, target);
  read_trust_domain(file, target.trust_domain);
  read_tls(file, target.tls);
  file.count_or_auto("workers", 1, 256, target.workers);
  file.size_bytes("memory_limit", 4 * mebi, tebi, target.memory_limit_bytes);
  read_state(file, options, target);
  read_admin(file, target);
  if (const auto proxies = file.take_nullable("trusted_proxies"))
    read_networks(*proxies, target.trusted_proxies);
  if (const auto timeouts = file.take("timeouts")) read_timeouts(*timeouts, {}, target.timeouts);
  read_limits(file, target.limits);
  config::read_log(file, config::LogQueryKey::known, target.log);
  read_events_keep(file, target.events_keep_ms);
  if (const auto providers = file.take_nullable("providers"))
    target.providers = read_providers(*providers);
  const auto geo = file.take_nullable("geo");
  const bool has_geo = geo && read_geo(*geo, target.countries);
  if (const auto apps = file.take("apps"))
    target.apps = read_apps(*apps, {target.timeouts, target.providers, has_geo});
  if (const auto pages = file.take_nullable("pages"))
    read_pages(*pages, options.page_texts, target.pages);
  file.finish();
}

}  // namespace

core::Result<NodeConfig, config::ConfigErrors> parse_config(std::string_view text,
                                                            const std::string& file,
                                                            const std::string& folder,
                                                            const ConfigOptions& options) {
  config::ReadContext context{file, folder, {}, options.look_at_files};
  const auto root = config::parse_yaml(text, file, context.errors);
  if (!root) return std::move(context.errors);
  NodeConfig config;
  config.file = file;
  MapReader map(Value(*root, "", context), planned_in_file);
  if (map.is_map()) read_file_keys(map, options, config);
  if (options.look_at_files)
    for (auto& error : check_files(config)) context.errors.push_back(std::move(error));
  if (!context.errors.empty()) return std::move(context.errors);
  return config;
}

core::Result<NodeConfig, config::ConfigErrors> load_config(const std::string& path,
                                                           const ConfigOptions& options) {
  const auto text = config::read_file(path, config::yaml_file_limit_bytes);
  if (!text.ok()) {
    return config::ConfigErrors{{path,
                                 {},
                                 "",
                                 "nothing to read (" + text.error().reason + ")",
                                 "a configuration file",
                                 "give its path by --config"}};
  }
  return parse_config(*text, path, config::folder_of(path), options);
}

}  // namespace hawser::control
