// SPDX-License-Identifier: Apache-2.0
#include "connector/config_file.h"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "config/file.h"
#include "config/map_reader.h"
#include "connector/config_identity.h"

namespace hawser::connector {
namespace {

using config::MapReader;
using config::Value;

constexpr uint64_t mebi = uint64_t{1024} * 1024;
constexpr uint64_t tebi = mebi * mebi;
constexpr size_t rule_limit = 1000;

void read_metrics(MapReader& file, ConnectorConfig& target) {
  auto usual = core::Address::from_ip("127.0.0.1", 9181);
  if (usual.ok()) target.metrics = *usual;
  const auto value = file.take_nullable("metrics");
  if (!value) return;
  target.metrics_required = true;
  target.metrics = value->is_word("off") ? std::nullopt : value->ip_address();
}

void read_allow_origins(MapReader& file, OriginPolicy& target) {
  const auto value = file.take("allow_origins");
  if (!value) return;
  const auto list = value->list();
  if (!list) return;
  if (list->empty() || list->size() > rule_limit) {
    return value->error("1 to 1000 entries", "write `[any]`, or name what may be reached");
  }
  std::vector<OriginRule> rules;
  for (const Value& item : *list) {
    const auto rule =
        item.parsed<OriginRule>(&OriginRule::parse, "any, a network, an address or a host name");
    if (!rule) continue;
    if (std::find(rules.begin(), rules.end(), *rule) != rules.end()) {
      item.error("each entry once", "remove it");
    }
    rules.push_back(*rule);
  }
  target = OriginPolicy(std::move(rules));
}

}  // namespace

core::Result<ConnectorConfig, config::ConfigErrors> parse_config(std::string_view text,
                                                                 const std::string& file,
                                                                 const std::string& folder) {
  config::ReadContext context{file, folder, {}, false};
  const auto root = config::parse_yaml(text, file, context.errors);
  if (!root) return std::move(context.errors);
  ConnectorConfig config;
  MapReader map(Value(*root, "", context));
  map.size_bytes("memory_limit", 4 * mebi, tebi, config.memory_limit_bytes);
  map.count_or_auto("workers", 1, 256, config.workers);
  map.count("bound_connections", 1, 1'000'000, config.bound_connections);
  read_metrics(map, config);
  config::read_log(map, config::LogQueryKey::unknown, config.log);
  read_allow_origins(map, config.allow_origins);
  read_verify_identity(map, config.verify_identity);
  map.finish();
  if (!context.errors.empty()) return std::move(context.errors);
  return config;
}

core::Result<ConnectorConfig, config::ConfigErrors> load_config(const std::string& path) {
  const auto text = config::read_file(path, config::yaml_file_limit_bytes);
  if (text.ok()) return parse_config(*text, path, config::folder_of(path));
  if (text.error().code == -ENOENT) return parse_config("", path, config::folder_of(path));
  return config::ConfigErrors{{path,
                               {},
                               "",
                               "nothing to read (" + text.error().reason + ")",
                               "a configuration file",
                               "correct its mode"}};
}

}  // namespace hawser::connector
