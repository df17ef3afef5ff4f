// SPDX-License-Identifier: Apache-2.0
// connector_config: connector.yaml. See config_promises.h; and each rule for origins that was read
// is read as the same one from its own text.
#include "connector/config_file.h"
#include "control/config_promises.h"
#include "support/check.h"

namespace hawser::fuzz {
namespace {

std::string shown(const connector::ConnectorConfig& config) {
  std::string text = std::to_string(config.memory_limit_bytes) + ' ' +
                     std::to_string(config.workers.value_or(0)) + ' ' +
                     (config.metrics ? config.metrics->to_string() : "off") + ' ' +
                     std::to_string(config.metrics_required) + ' ' + config.log.output_path + ' ' +
                     std::to_string(static_cast<int>(config.log.level)) + '\n';
  for (const connector::OriginRule& rule : config.allow_origins.rules()) {
    text += rule.to_string() + '\n';
    const auto again = connector::OriginRule::parse(rule.to_string());
    require(again.ok() && *again == rule, "a rule says itself", rule.to_string());
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto read = [](std::string_view text) {
    return hawser::connector::parse_config(text, "connector.yaml", "/etc/hawser");
  };
  check_config(view_of(data, size), read, shown);
  return 0;
}

}  // namespace hawser::fuzz
