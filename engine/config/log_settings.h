// SPDX-License-Identifier: Apache-2.0
// LogSettings: the `log:` key, the same in both programs' files. Owner: the parse call. Thread:
// any.
#pragma once

#include "config/reader.h"

namespace hawser::config {

enum class LogLevel { debug, info, warn, error };

struct LogSettings {
  LogLevel level = LogLevel::info;
  bool query = false;  // whether the request log shows query strings; engine only
  bool operator==(const LogSettings&) const = default;
};

// `with_query`: whether the file knows the key `query`.
void read_log(MapReader& parent, bool with_query, LogSettings& target);

}  // namespace hawser::config
