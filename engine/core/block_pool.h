// SPDX-License-Identifier: Apache-2.0
// Blocks: fixed pieces of memory in which all bytes on the data path live, counted without atomics.
// Owner: the pool belongs to a Loop; blocks are shared by the slices that refer to them. Thread:
// the loop's own; a block never crosses threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/check.h"

namespace hawser::core {

// A block's payload holds one TLS record's plaintext; frame headers and chunk lines stand in the
// headroom before it.
inline constexpr uint32_t block_payload_bytes = 16 * 1024;
inline constexpr uint32_t block_headroom_bytes = 128;
inline constexpr uint32_t block_tailroom_bytes = 32;
inline constexpr uint32_t block_bytes =
    block_headroom_bytes + block_payload_bytes + block_tailroom_bytes;

class BlockPool;

struct Block {
  BlockPool* pool;
  Block* next_free;
  uint32_t references;
  uint32_t filled;  // offset in `bytes` up to which some slice may refer to; bytes behind it are
                    // free to append to
  uint8_t bytes[block_bytes];
};

class BlockRef {
 public:
  BlockRef() = default;
  explicit BlockRef(Block* adopted) : block_(adopted) {}
  BlockRef(const BlockRef& other) : block_(other.block_) {
    if (block_ != nullptr) ++block_->references;
  }
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(BlockRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BlockRef() { release(); }

  Block* get() const { return block_; }
  Block* operator->() const { return block_; }
  explicit operator bool() const { return block_ != nullptr; }
  bool exclusive() const { return block_ != nullptr && block_->references == 1; }

 private:
  inline void release();
  Block* block_ = nullptr;
};

// A run of bytes inside one block, which it keeps alive.
class Slice {
 public:
  Slice() = default;
  Slice(BlockRef block, uint32_t begin, uint32_t end)
      : block_(std::move(block)), begin_(begin), end_(end) {}

  const uint8_t* data() const { return block_->bytes + begin_; }
  uint32_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  std::span<const uint8_t> span() const { return {data(), size()}; }
  std::string_view view() const {
    return empty() ? std::string_view{}
                   : std::string_view{reinterpret_cast<const char*>(data()), size()};
  }

  void consume(uint32_t n) {
    HAWSER_ASSERT(n <= size());
    begin_ += n;
  }
  Slice first(uint32_t n) const {
    HAWSER_ASSERT(n <= size());
    return {block_, begin_, begin_ + n};
  }
  Slice split_front(uint32_t n) {
    Slice front = first(n);
    begin_ += n;
    return front;
  }
  // Room before the bytes that nobody else can see: where a header may be written in place. 0 when
  // the block is shared.
  uint32_t exclusive_headroom() const { return block_.exclusive() ? begin_ : 0; }
  // Extends the slice to the front by `n` bytes (at most exclusive_headroom()) and returns where to
  // write them.
  uint8_t* grow_front(uint32_t n) {
    HAWSER_ASSERT(n <= exclusive_headroom());
    begin_ -= n;
    return block_->bytes + begin_;
  }
  const BlockRef& block() const { return block_; }
  uint32_t begin() const { return begin_; }
  uint32_t end() const { return end_; }

 private:
  BlockRef block_;
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
};

// A link of a ByteChain; recycled by the pool like blocks.
struct Piece {
  Slice slice;
  Piece* next = nullptr;
};

class BlockPool {
 public:
  // Keeps at most `idle_limit_blocks` free blocks; what is above goes back to the allocator.
  explicit BlockPool(size_t idle_limit_blocks = 64) : idle_limit_blocks_(idle_limit_blocks) {}
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // A block with nothing in it: filled == block_headroom_bytes.
  BlockRef take();
  Piece* take_piece();
  void give_back(Piece* piece);
  void give_back(Block* block);

  size_t blocks_in_use() const { return blocks_in_use_; }
  size_t blocks_kept() const { return free_count_; }

 private:
  size_t idle_limit_blocks_;
  Block* free_ = nullptr;
  size_t free_count_ = 0;
  size_t blocks_in_use_ = 0;
  Piece* free_pieces_ = nullptr;
  size_t free_pieces_count_ = 0;
};

inline void BlockRef::release() {
  if (block_ != nullptr && --block_->references == 0) block_->pool->give_back(block_);
  block_ = nullptr;
}

}  // namespace hawser::core
