// SPDX-License-Identifier: Apache-2.0
#include "watch.h"

#include <cmath>
#include <ctime>

namespace hawser::load {

namespace {
constexpr double mib = 1024.0 * 1024.0;
}  // namespace

Watch::Watch(std::vector<Watched>& watched) : watched_(watched) {
  for (Watched& each : watched_) {
    each.sample();
    before_.push_back({each.resident_bytes(), each.cpu_s()});
  }
}

void Watch::sample() {
  for (Watched& each : watched_) each.sample();
}

void Watch::add_memory(Row& row, size_t clients) const {
  for (size_t i = 0; i < watched_.size(); ++i) {
    const double now = static_cast<double>(watched_[i].resident_bytes());
    const double grown = now - static_cast<double>(before_[i].resident_bytes);
    row.emplace_back(watched_[i].name() + "_mib", now / mib);
    row.emplace_back(watched_[i].name() + "_bytes_each",
                     clients == 0 ? 0 : std::round(grown / static_cast<double>(clients)));
  }
}

void Watch::add_peak(Row& row) const {
  for (size_t i = 0; i < watched_.size(); ++i) {
    row.emplace_back(watched_[i].name() + "_before_mib",
                     static_cast<double>(before_[i].resident_bytes) / mib);
    row.emplace_back(watched_[i].name() + "_peak_mib",
                     static_cast<double>(watched_[i].peak_bytes()) / mib);
  }
}

void Watch::add_cpu(Row& row) const {
  for (size_t i = 0; i < watched_.size(); ++i)
    row.emplace_back(watched_[i].name() + "_cpu_s", watched_[i].cpu_s() - before_[i].cpu_s);
}

double own_cpu_s() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

}  // namespace hawser::load
