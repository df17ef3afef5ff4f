// SPDX-License-Identifier: Apache-2.0
#include "core/block_pool.h"

#include <cstdlib>
#include <new>

namespace hawser::core {

namespace {
constexpr size_t idle_limit_pieces = 4096;
}

BlockPool::~BlockPool() {
  while (free_ != nullptr) std::free(std::exchange(free_, free_->next_free));
  while (free_pieces_ != nullptr) delete std::exchange(free_pieces_, free_pieces_->next);
}

BlockRef BlockPool::take() {
  Block* block = free_;
  if (block != nullptr) {
    free_ = block->next_free;
    --free_count_;
  } else {
    block = static_cast<Block*>(std::malloc(sizeof(Block)));
    if (block == nullptr) std::abort();  // out of memory ends the process
    block->pool = this;
  }
  block->next_free = nullptr;
  block->references = 1;
  block->filled = block_headroom_bytes;
  ++blocks_in_use_;
  return BlockRef(block);
}

void BlockPool::give_back(Block* block) {
  --blocks_in_use_;
  if (free_count_ >= idle_limit_blocks_) {
    std::free(block);
    return;
  }
  block->next_free = free_;
  free_ = block;
  ++free_count_;
}

Piece* BlockPool::take_piece() {
  if (free_pieces_ == nullptr) return new Piece;
  Piece* piece = std::exchange(free_pieces_, free_pieces_->next);
  --free_pieces_count_;
  piece->next = nullptr;
  return piece;
}

void BlockPool::give_back(Piece* piece) {
  piece->slice = Slice{};
  if (free_pieces_count_ >= idle_limit_pieces) {
    delete piece;
    return;
  }
  piece->next = free_pieces_;
  free_pieces_ = piece;
  ++free_pieces_count_;
}

}  // namespace hawser::core
