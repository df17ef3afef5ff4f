// SPDX-License-Identifier: Apache-2.0
#include "config/log_settings.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/file.h"
#include "core/fd.h"

namespace hawser::config {
namespace {

constexpr std::string_view levels[] = {"debug", "info", "warn", "error", "off"};
constexpr std::string_view formats[] = {"json", "text"};

void read_output(const Value& value, LogSettings& target) {
  constexpr std::string_view expected = "stderr, or a file's path with a slash in it";
  const auto written = value.text(expected);
  if (!written || *written == "stderr") return;
  if (written->find('/') == std::string::npos) {
    return value.error(std::string(expected), "write `stderr`, or `./" + *written + "` for a file");
  }
  if (const auto path = value.path()) target.output_path = *path;
  target.output_at = value.at();
}

// 0, or why not (errno).
int openable(const std::string& path) {
  // Not blocking: a pipe without a reader is found to be that rather than waited for.
  const core::Fd there(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK));
  if (there) return 0;
  if (errno != ENOENT) return errno;
  return ::access(folder_of(path).c_str(), W_OK | X_OK) == 0 ? 0 : errno;
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
  if (const auto output = map.take("output")) read_output(*output, target);
  if (query_key == LogQueryKey::known) map.flag("query", target.query);
  map.finish();
}

void check_output(const LogSettings& log, const std::string& file, ConfigErrors& errors) {
  if (log.output_path.empty()) return;
  const int trouble = openable(log.output_path);
  if (trouble == 0) return;
  errors.push_back({file, log.output_at, "log.output",
                    log.output_path + ", which can't be written (" + std::strerror(trouble) + ")",
                    "a file that this user may write", "correct the path, or its folder's mode"});
}

}  // namespace hawser::config
