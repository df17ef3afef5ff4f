// SPDX-License-Identifier: Apache-2.0
#include "access/packed.h"

namespace hawser::access {
namespace {

constexpr unsigned bits_per_byte = 7;
constexpr uint8_t more = 0x80;
constexpr unsigned number_bits = 64;

}  // namespace

void Packer::number(uint64_t value) {
  while (value >= more) {
    bytes_.push_back(static_cast<char>((value & (more - 1)) | more));
    value >>= bits_per_byte;
  }
  bytes_.push_back(static_cast<char>(value));
}

void Packer::text(std::string_view value) {
  number(value.size());
  bytes_.append(value);
}

void Packer::texts(const std::vector<std::string>& values) {
  number(values.size());
  for (const std::string& value : values) text(value);
}

uint64_t Unpacker::number() {
  uint64_t value = 0;
  for (unsigned shift = 0; good_ && shift < number_bits; shift += bits_per_byte) {
    if (rest_.empty()) break;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & (more - 1)) << shift;
    if (byte < more) return value;
  }
  good_ = false;
  return 0;
}

std::string Unpacker::text() {
  const uint64_t length = number();
  if (!good_ || length > rest_.size()) {
    good_ = false;
    return {};
  }
  std::string value(rest_.substr(0, length));
  rest_.remove_prefix(length);
  return value;
}

std::vector<std::string> Unpacker::texts() {
  std::vector<std::string> values;
  const uint64_t count = number();
  if (count > rest_.size()) good_ = false;  // each takes a byte at least
  for (uint64_t i = 0; good_ && i < count; ++i) values.push_back(text());
  return values;
}

}  // namespace hawser::access
