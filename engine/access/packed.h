// SPDX-License-Identifier: Apache-2.0
// Packs numbers and texts into few bytes, for what is sealed into cookies and URLs. There is
// nothing to be robust against but our own older versions: what is read was sealed by us. Owner:
// the caller. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hawser::access {

class Packer {
 public:
  void number(uint64_t value);  // 7 bits a byte, least significant first
  void text(std::string_view value);
  void texts(const std::vector<std::string>& values);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
  uint64_t number();
  std::string text();
  std::vector<std::string> texts();
  // Whether all was there, and nothing more.
  bool complete() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace hawser::access
