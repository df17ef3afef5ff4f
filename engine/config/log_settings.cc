// SPDX-License-Identifier: Apache-2.0
#include "config/log_settings.h"

namespace hawser::config {
namespace {

constexpr std::string_view levels[] = {"debug", "info", "warn", "error", "off"};
constexpr std::string_view formats[] = {"json", "text"};

void read_output(const Value& value, std::string& target) {
  constexpr std::string_view expected = "stderr, or a file's path with a slash in it";
  const auto written = value.text(expected);
  if (!written || *written == "stderr") return;
  if (written->find('/') == std::string::npos) {
    return value.error(std::string(expected), "write `stderr`, or `./" + *written + "` for a file");
  }
  if (const auto path = value.path()) target = *path;
}

}  // namespace

void read_log(MapReader& parent, LogQueryKey query_key, LogSettings& target) {
  const auto value = parent.take("log");
  if (!value) return;
  MapReader map(*value);
  if (const auto level = map.take("level")) {
    // The words stand in the order of core::Level.
    if (const auto index = level->choice(levels)) target.level = static_cast<core::Level>(*index);
  }
  if (const auto format = map.take("format")) {
    if (const auto index = format->choice(formats)) {
      target.format = static_cast<core::LogFormat>(*index);
    }
  }
  if (const auto output = map.take("output")) read_output(*output, target.output_path);
  if (query_key == LogQueryKey::known) map.flag("query", target.query);
  map.finish();
}

}  // namespace hawser::config
