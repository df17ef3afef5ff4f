// SPDX-License-Identifier: Apache-2.0
// Program: an input read as a list of operations and their numbers. When it is at its end, every
// number is 0. Owner: the harness. Thread: the harness's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace hawser::fuzz {

class Program {
 public:
  explicit Program(std::string_view bytes) : rest_(bytes) {}

  bool over() const { return rest_.empty(); }
  uint8_t number() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  uint8_t below(uint8_t limit) { return static_cast<uint8_t>(number() % limit); }
  bool flag() { return (number() & 1) != 0; }
  std::string_view bytes(size_t size) {
    const std::string_view taken = rest_.substr(0, std::min(size, rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

}  // namespace hawser::fuzz
