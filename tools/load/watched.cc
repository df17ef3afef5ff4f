// SPDX-License-Identifier: Apache-2.0
#include "watched.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace hawser::load {

namespace {

// /proc/PID/stat behind the name in brackets, which may hold anything: its fields from the third.
constexpr int user_ticks_field = 11;

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// To the nanosecond, of the threads that are there: the scheduler's own count, which some
// kernels lack.
std::optional<double> scheduled_s(const std::string& folder) {
  uint64_t total_ns = 0;
  std::error_code fault;
  for (const auto& thread : std::filesystem::directory_iterator(folder + "task", fault)) {
    uint64_t ns = 0;
    if (!(std::istringstream(contents(thread.path() / "schedstat")) >> ns)) return std::nullopt;
    total_ns += ns;
  }
  if (fault || total_ns == 0) return std::nullopt;
  return static_cast<double>(total_ns) * 1e-9;
}

}  // namespace

core::Result<Watched> Watched::parse(std::string_view text) {
  const size_t at = text.find('=');
  const core::Error bad{"\"" + std::string(text) +
                        "\": NAME=PID is expected, of a running process"};
  if (at == 0 || at == std::string_view::npos) return bad;
  const std::string_view number = text.substr(at + 1);
  uint32_t pid = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), pid);
  if (read.ec != std::errc() || read.ptr != number.data() + number.size()) return bad;
  Watched watched;
  watched.name_ = std::string(text.substr(0, at));
  watched.folder_ = "/proc/" + std::to_string(pid) + "/";
  if (watched.resident_bytes() == 0) return bad;
  return watched;
}

uint64_t Watched::resident_bytes() const {
  std::istringstream fields(contents(folder_ + "statm"));
  uint64_t total = 0;
  uint64_t resident = 0;
  fields >> total >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

double Watched::cpu_s() const {
  if (const auto scheduled = scheduled_s(folder_)) return *scheduled;
  const std::string text = contents(folder_ + "stat");
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < user_ticks_field; ++i) fields >> skipped;
  uint64_t user = 0;
  uint64_t system = 0;
  fields >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void Watched::sample() { peak_bytes_ = std::max(peak_bytes_, resident_bytes()); }

}  // namespace hawser::load
