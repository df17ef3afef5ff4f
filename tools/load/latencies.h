// SPDX-License-Identifier: Apache-2.0
// Latencies: how long answers took, to 10 us, in memory of a fixed size. Owner: a scenario. Thread:
// main.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hawser::load {

class Latencies {
 public:
  void add(uint64_t us) {
    ++buckets_[std::min<uint64_t>(us / bucket_us, buckets_.size() - 1)];
    ++count_;
  }
  uint64_t count() const { return count_; }
  // 0 where there are none; what took longer than 10 s counts as 10 s.
  double quantile_ms(double quantile) const {
    const double wanted = quantile * static_cast<double>(count_);
    double seen = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      seen += static_cast<double>(buckets_[i]);
      if (seen > 0 && seen >= wanted) return static_cast<double>((i + 1) * bucket_us) / 1000;
    }
    return 0;
  }

 private:
  static constexpr uint64_t bucket_us = 10;
  std::vector<uint32_t> buckets_ = std::vector<uint32_t>(1'000'000);
  uint64_t count_ = 0;
};

}  // namespace hawser::load
