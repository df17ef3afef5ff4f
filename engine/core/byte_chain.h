// SPDX-License-Identifier: Apache-2.0
// ByteChain: a move-only run of bytes made of slices; how bodies travel without being copied.
// Owner: whoever holds it. Thread: that of the loop whose pool its blocks came from.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/block_pool.h"

namespace hawser::core {

class ByteChain {
 public:
  ByteChain() = default;
  explicit ByteChain(Slice slice) { append(std::move(slice)); }
  ByteChain(ByteChain&& other) noexcept;
  ByteChain& operator=(ByteChain&& other) noexcept;
  ByteChain(const ByteChain&) = delete;
  ByteChain& operator=(const ByteChain&) = delete;
  ~ByteChain() { clear(); }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

  void append(Slice slice);
  void append(ByteChain&& tail);
  // Copies, into the room left in the last block where nobody else sees it, then into new blocks of
  // `pool`.
  void append_copy(BlockPool& pool, std::span<const uint8_t> bytes);
  void append_copy(BlockPool& pool, std::string_view text) {
    append_copy(pool, std::span{reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }

  // The first slice; the chain must not be empty.
  const Slice& front() const {
    HAWSER_ASSERT(head_ != nullptr);
    return head_->slice;
  }
  Slice pop_front();
  // Drops `n` bytes, n <= size().
  void consume(size_t n);
  // Moves the first `n` bytes out, n <= size().
  ByteChain split_front(size_t n);
  void clear();

  // For writers: iterate pieces in order (`for (const Piece* p = chain.first(); p; p = p->next)`).
  const Piece* first() const { return head_; }
  // Copies up to `out.size()` bytes from the start without removing them; returns how many.
  size_t copy_to(std::span<uint8_t> out) const;
  std::string to_string() const;

 private:
  void push(Slice slice);
  void drop_front();

  Piece* head_ = nullptr;
  Piece* tail_ = nullptr;
  size_t size_ = 0;
};

}  // namespace hawser::core
