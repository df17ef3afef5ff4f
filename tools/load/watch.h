// SPDX-License-Identifier: Apache-2.0
// Watch: what the watched processes have and spend, from its making on. Owner: a scenario. Thread:
// main.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "report.h"
#include "watched.h"

namespace hawser::load {

class Watch {
 public:
  // `watched` outlives it.
  explicit Watch(std::vector<Watched>& watched);
  void sample();
  void add_memory(Row& row, size_t clients) const;
  void add_peak(Row& row) const;
  void add_cpu(Row& row) const;

 private:
  struct Before {
    uint64_t resident_bytes;
    double cpu_s;
  };
  std::vector<Watched>& watched_;
  std::vector<Before> before_;
};

// CPU time of this process, user and system.
double own_cpu_s();

}  // namespace hawser::load
