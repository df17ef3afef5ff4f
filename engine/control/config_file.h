// SPDX-License-Identifier: Apache-2.0
// NodeConfig: engine.yaml, read and checked: this node's settings, and the apps that it publishes.
// Owner: the engine's main program; its parts get what they need by value. Thread: any, immutable
// once read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.h"
#include "config/log_settings.h"
#include "core/address.h"
#include "core/country_file.h"
#include "core/result.h"
#include "http/h2_limits.h"
#include "model/app.h"
#include "model/host.h"
#include "model/ip_network.h"
#include "model/page_template.h"
#include "model/provider.h"
#include "model/timeouts.h"

namespace hawser::control {

struct ListenConfig {
  std::vector<core::Address> clients;  // never empty
  // Of each of these by index: who speaks the PROXY protocol there, and has to.
  std::vector<std::vector<model::Network>> proxy_protocol_from;
  std::vector<core::Address> redirect;
  std::vector<core::Address> connectors;  // never empty
};

struct CertificateConfig {
  std::string certificate_path;
  std::string key_path;
  config::Location certificate_at;  // for errors that show only when the files are opened
  config::Location key_at;
  config::Location at;
};

struct NodeLimits {
  uint64_t head_limit_bytes = uint64_t{64} * 1024;
  uint64_t field_limit = 200;
  std::optional<uint64_t>
      client_session_limit;       // of the whole engine; none: what descriptors allow
  uint64_t queue_limit = 10'000;  // waiting exchanges of one connector group
  http::H2Limits http2;           // of one client's HTTP/2 connection
  bool operator==(const NodeLimits&) const = default;
};

struct NodeConfig {
  std::string file;  // where it was read, as errors name it
  ListenConfig listen;
  std::string admin_socket_path;
  std::optional<core::Address> metrics;
  std::optional<model::HostPort> advertise;  // none: the address of the first connectors listener
  std::string trust_domain;
  std::vector<CertificateConfig> tls;  // never empty
  std::optional<uint64_t> workers;     // none: one a core
  uint64_t memory_limit_bytes = uint64_t{512} * 1024 * 1024;
  std::string state_folder;
  config::Location state_at;
  std::vector<model::Network> trusted_proxies;  // whose X-Forwarded-For is believed
  model::Timeouts timeouts;
  NodeLimits limits;
  config::LogSettings log;
  // How long audit events are kept; none: until there are too many (EventJournal::kept_limit).
  std::optional<uint64_t> events_keep_ms = uint64_t{90} * 24 * 3600 * 1000;
  std::shared_ptr<const core::CountryFile> countries;  // null: none, or files were not looked at
  std::vector<model::Provider> providers;
  std::vector<model::App> apps;  // revisions set
  model::PageTemplate pages;
};

struct ConfigOptions {
  std::string state_folder;  // --state; empty: what the file says
  // Those that the file names are checked too (config_check.h), and secrets are read from theirs.
  bool look_at_files = false;
  // The texts that a template of pages may replace, by their keys.
  std::span<const std::string_view> page_texts = {};
};

// Every error of the file at once.
core::Result<NodeConfig, config::ConfigErrors> load_config(const std::string& path,
                                                           const ConfigOptions& options = {});
// `folder` is where relative paths start, `file` the name in errors.
core::Result<NodeConfig, config::ConfigErrors> parse_config(std::string_view text,
                                                            const std::string& file,
                                                            const std::string& folder,
                                                            const ConfigOptions& options = {});

}  // namespace hawser::control
