// SPDX-License-Identifier: Apache-2.0
// Watched: a process of this machine whose memory and CPU time are printed beside the load on it.
// Owner: main. Thread: main.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::load {

class Watched {
 public:
  // "NAME=PID" of a process that runs.
  static core::Result<Watched> parse(std::string_view text);

  const std::string& name() const { return name_; }
  uint64_t resident_bytes() const;  // 0 once it is gone
  double cpu_s() const;             // user and system, of all its threads
  // Looks at its memory for peak_bytes().
  void sample();
  void forget_peak() { peak_bytes_ = 0; }
  uint64_t peak_bytes() const { return peak_bytes_; }

 private:
  std::string name_;
  std::string folder_;  // /proc/PID/
  uint64_t peak_bytes_ = 0;
};

}  // namespace hawser::load
