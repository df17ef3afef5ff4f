// SPDX-License-Identifier: Apache-2.0
// Entropy: the seam for random bytes: the kernel's, or in tests a seeded sequence that can be run
// again. Keys and TLS never come from here (BoringSSL has its own source). Owner: whoever makes the
// loop; outlives it. Thread: SystemEntropy any, SeededEntropy one.
#pragma once

#include <cstdint>
#include <span>

namespace hawser::core {

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<uint8_t> out) = 0;
};

class SystemEntropy : public Entropy {
 public:
  void fill(std::span<uint8_t> out) override;
  static SystemEntropy& instance();
};

// splitmix64: for tests, and where a choice need not be secret (jitter).
class SeededEntropy : public Entropy {
 public:
  explicit SeededEntropy(uint64_t seed) : state_(seed) {}
  void fill(std::span<uint8_t> out) override;
  uint64_t next();

 private:
  uint64_t state_;
};

}  // namespace hawser::core
