// SPDX-License-Identifier: Apache-2.0
#include "control/config_app_limits.h"

namespace hawser::control {

namespace {

constexpr uint64_t body_most_bytes = uint64_t{1} << 50;
constexpr uint64_t count_most = 1'000'000;

using Read = std::optional<uint64_t> (*)(const config::Value&);

void read_limit(config::MapReader& map, std::string_view key, Read read, uint64_t& target) {
  const auto value = map.take_nullable(key);
  if (!value) return;
  if (value->is_word("off")) {
    target = 0;
  } else if (const auto limit = read(*value)) {
    target = *limit;
  }
}

}  // namespace

void read_app_limits(config::MapReader& app, model::AppLimits& target) {
  const auto value = app.take("limits");
  if (!value) return;
  config::MapReader map(*value);
  const Read size = [](const config::Value& v) { return v.size_bytes(1024, body_most_bytes); };
  const Read count = [](const config::Value& v) { return v.count(1, count_most); };
  read_limit(map, "body", size, target.body_bytes);
  read_limit(map, "connections", count, target.connections);
  read_limit(map, "requests_per_second", count, target.requests_per_second);
  read_limit(map, "per_client", count, target.per_client);
  map.finish();
}

}  // namespace hawser::control
