// SPDX-License-Identifier: Apache-2.0
// TextBuffer: text that is written in many small pieces and taken away from the front. Unlike
// std::string it is asked for room once for many pieces. Owner: who writes. Thread: any one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "core/check.h"

namespace hawser::core {

// Copies what is mostly short, and gives the place behind it.
inline char* put(char* at, std::string_view piece) {
  const size_t n = piece.size();
  if (n == 0) return at;
  if (n < sizeof(uint64_t) || n > 2 * sizeof(uint64_t)) {
    std::memcpy(at, piece.data(), n);
    return at + n;
  }
  uint64_t first = 0;  // the two may overlap
  uint64_t last = 0;
  std::memcpy(&first, piece.data(), sizeof first);
  std::memcpy(&last, piece.data() + n - sizeof last, sizeof last);
  std::memcpy(at, &first, sizeof first);
  std::memcpy(at + n - sizeof last, &last, sizeof last);
  return at + n;
}

class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(const TextBuffer& other) { append(other.text()); }
  TextBuffer(TextBuffer&& other) noexcept { *this = std::move(other); }
  TextBuffer& operator=(const TextBuffer& other) {
    if (this == &other) return *this;
    size_ = 0;
    append(other.text());
    return *this;
  }
  TextBuffer& operator=(TextBuffer&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t capacity() const { return capacity_; }
  std::string_view text() const { return {bytes_.get(), size_}; }

  // Room for `bytes` more behind what is there; added() tells where what was written ends.
  char* room(size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
    return bytes_.get() + size_;
  }
  void added(const char* end) {
    size_ = static_cast<size_t>(end - bytes_.get());
    HAWSER_ASSERT(size_ <= capacity_);
  }
  void append(std::string_view piece) { added(put(room(piece.size()), piece)); }
  void cut_to(size_t bytes) {
    HAWSER_ASSERT(bytes <= size_);
    size_ = bytes;
  }
  void remove_front(size_t bytes) {
    HAWSER_ASSERT(bytes <= size_);
    size_ -= bytes;
    std::memmove(bytes_.get(), bytes_.get() + bytes, size_);
  }

 private:
  void grow(size_t bytes) {
    const size_t wanted = std::max(size_ + bytes, 2 * capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (size_ != 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = wanted;
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace hawser::core
