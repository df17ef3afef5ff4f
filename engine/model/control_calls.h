// SPDX-License-Identifier: Apache-2.0
// The bodies of the control calls between connector and engine, as values and as JSON. Members that
// the reader doesn't know are ignored, and those that an older writer doesn't know have defaults,
// so that N and N-1 understand each other. Owner: the caller. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/app.h"

namespace hawser::model {

// More than that is refused unread.
inline constexpr size_t control_body_limit_bytes = 1024 * 1024;

// GET /v1/apps/{id}
std::string encode_app(const App& app);
core::Result<App> decode_app(std::string_view json);

// GET /v1/config
struct ConfigAnswer {
  uint64_t revision =
      0;  // of the published configuration: cached apps of another are asked for anew
  std::string tenant{default_tenant};
  std::string group{default_group};
  std::vector<std::string> engines;  // host:port of each engine to dial; empty: the known one
  std::string authorities_pem;       // the bundle to trust from now on; empty: unchanged
  bool renew = false;                // renew the certificate now, whatever its age
  bool operator==(const ConfigAnswer&) const = default;
};
std::string encode_config_answer(const ConfigAnswer& answer);
core::Result<ConfigAnswer> decode_config_answer(std::string_view json);

// POST /v1/renew
struct RenewRequest {
  std::string certificate_request_pem;
  bool operator==(const RenewRequest&) const = default;
};
std::string encode_renew_request(const RenewRequest& request);
core::Result<RenewRequest> decode_renew_request(std::string_view json);

struct RenewAnswer {
  std::string certificate_pem;  // the leaf first, then what leads to an authority
  std::string authorities_pem;  // empty: unchanged
  bool operator==(const RenewAnswer&) const = default;
};
std::string encode_renew_answer(const RenewAnswer& answer);
core::Result<RenewAnswer> decode_renew_answer(std::string_view json);

// POST /v1/health
struct OriginHealth {
  std::string app;
  std::string url;
  bool reachable = true;
  std::string reason;  // why not, in words; empty when reachable
  bool operator==(const OriginHealth&) const = default;
};
struct HealthReport {
  std::string version;
  std::string boot_id;
  uint64_t uptime_s = 0;
  uint64_t open_streams = 0;
  uint64_t memory_bytes = 0;
  std::vector<OriginHealth> origins;  // those used lately
  bool operator==(const HealthReport&) const = default;
};
std::string encode_health_report(const HealthReport& report);
core::Result<HealthReport> decode_health_report(std::string_view json);

}  // namespace hawser::model
