// SPDX-License-Identifier: Apache-2.0
// LogSettings: the `log:` key, the same in both programs' files. Owner: the parse call. Thread:
// any.
#pragma once

#include <string>

#include "config/map_reader.h"
#include "core/log.h"

namespace hawser::config {

struct LogSettings {
  core::Level level = core::Level::info;
  core::LogFormat format = core::LogFormat::json;
  std::string output_path;  // empty: standard error
  Location output_at;       // for errors that show only when it is opened
  bool query = false;       // whether the request log shows query strings; the engine's file alone
  bool operator==(const LogSettings&) const = default;
};

enum class LogQueryKey { known, unknown };
void read_log(MapReader& parent, LogQueryKey query_key, LogSettings& target);

// Whether the output can be opened, without making it.
void check_output(const LogSettings& log, const std::string& file, ConfigErrors& errors);

}  // namespace hawser::config
