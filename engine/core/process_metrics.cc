// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "core/limits.h"
#include "core/log.h"
#include "core/metrics.h"

namespace hawser::core {

namespace {

void append_gauge(std::string& out, const char* type, const char* name, const char* help,
                  double value) {
  char text[256];
  std::snprintf(text, sizeof(text), "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name,
                type, name, value);
  out.append(text);
}

uint64_t open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  if (folder == nullptr) return 0;
  uint64_t count = 0;
  while (readdir(folder.get()) != nullptr) ++count;
  return count > 3 ? count - 3 : 0;  // ".", ".." and the folder itself
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

}  // namespace

uint64_t resident_bytes() {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                   std::fclose);
  unsigned long total_pages = 0;
  unsigned long resident_pages = 0;
  if (file == nullptr || std::fscanf(file.get(), "%lu %lu", &total_pages, &resident_pages) != 2)
    return 0;
  return uint64_t{resident_pages} * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void append_process_metrics(std::string& out, const LogSink& log) {
  append_gauge(out, "gauge", "process_resident_memory_bytes", "Resident memory in bytes.",
               static_cast<double>(resident_bytes()));
  append_gauge(out, "gauge", "process_open_fds", "Open descriptors.",
               static_cast<double>(open_descriptors()));
  append_gauge(out, "gauge", "process_max_fds", "The limit of open descriptors.",
               static_cast<double>(open_files_limit()));
  append_gauge(out, "counter", "process_cpu_seconds_total", "Processor time used, in seconds.",
               cpu_seconds());
  append_gauge(out, "counter", "hawser_log_lines_dropped_total",
               "Log lines that the output did not take.", static_cast<double>(log.dropped_lines()));
}

}  // namespace hawser::core
