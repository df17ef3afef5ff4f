// SPDX-License-Identifier: Apache-2.0
// ConnectorConfig: connector.yaml, read and checked. Every key is optional, and so is the file.
// Owner: the connector's main program. Thread: any, immutable once read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/error.h"
#include "config/log_settings.h"
#include "connector/origin_policy.h"
#include "connector/trusted_issuer.h"
#include "core/address.h"
#include "core/result.h"

namespace hawser::connector {

struct ConnectorConfig {
  uint64_t memory_limit_bytes = uint64_t{256} * 1024 * 1024;
  std::optional<uint64_t> workers;  // none: one a core
  uint64_t bound_connections = 1000;
  // 127.0.0.1:9181 where the file doesn't say; none for `off`.
  std::optional<core::Address> metrics;
  // The file names the address, so that failing to bind it is an error. The default's port may be
  // taken by another connector of this machine: that is worth a warning only.
  bool metrics_required = false;
  config::LogSettings log;
  OriginPolicy allow_origins;
  TrustedIssuers verify_identity;  // empty: nobody's identity is checked here
};

// Every error of the file at once. A file that isn't there gives the defaults.
core::Result<ConnectorConfig, config::ConfigErrors> load_config(const std::string& path);
// `folder` is where relative paths start, `file` the name in errors.
core::Result<ConnectorConfig, config::ConfigErrors> parse_config(std::string_view text,
                                                                 const std::string& file,
                                                                 const std::string& folder);

}  // namespace hawser::connector
