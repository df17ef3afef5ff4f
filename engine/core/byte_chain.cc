// SPDX-License-Identifier: Apache-2.0
#include "core/byte_chain.h"

#include <algorithm>
#include <cstring>

namespace hawser::core {

ByteChain::ByteChain(ByteChain&& other) noexcept
    : head_(std::exchange(other.head_, nullptr)),
      tail_(std::exchange(other.tail_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

ByteChain& ByteChain::operator=(ByteChain&& other) noexcept {
  if (this != &other) {
    clear();
    head_ = std::exchange(other.head_, nullptr);
    tail_ = std::exchange(other.tail_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void ByteChain::push(Slice slice) {
  Piece* piece = slice.block()->pool->take_piece();
  size_ += slice.size();
  piece->slice = std::move(slice);
  if (tail_ != nullptr) {
    tail_->next = piece;
  } else {
    head_ = piece;
  }
  tail_ = piece;
}

void ByteChain::append(Slice slice) {
  if (!slice.empty()) push(std::move(slice));
}

void ByteChain::append(ByteChain&& tail) {
  if (tail.empty()) return;
  if (tail_ != nullptr) {
    tail_->next = tail.head_;
  } else {
    head_ = tail.head_;
  }
  tail_ = tail.tail_;
  size_ += tail.size_;
  tail.head_ = tail.tail_ = nullptr;
  tail.size_ = 0;
}

void ByteChain::append_copy(BlockPool& pool, std::span<const uint8_t> bytes) {
  if (tail_ != nullptr && !bytes.empty()) {
    // Appending behind `filled` is safe even in a shared block: no slice reaches there.
    Block* block = tail_->slice.block().get();
    if (block->filled == tail_->slice.end() && block->filled < block_bytes) {
      const auto n =
          static_cast<uint32_t>(std::min<size_t>(bytes.size(), block_bytes - block->filled));
      std::memcpy(block->bytes + block->filled, bytes.data(), n);
      block->filled += n;
      tail_->slice = Slice(tail_->slice.block(), tail_->slice.begin(), block->filled);
      size_ += n;
      bytes = bytes.subspan(n);
    }
  }
  while (!bytes.empty()) {
    BlockRef block = pool.take();
    const auto n = static_cast<uint32_t>(std::min<size_t>(bytes.size(), block_payload_bytes));
    std::memcpy(block->bytes + block->filled, bytes.data(), n);
    const uint32_t begin = block->filled;
    block->filled += n;
    push(Slice(std::move(block), begin, begin + n));
    bytes = bytes.subspan(n);
  }
}

void ByteChain::drop_front() {
  Piece* piece = head_;
  size_ -= piece->slice.size();
  head_ = piece->next;
  if (head_ == nullptr) tail_ = nullptr;
  piece->slice.block()->pool->give_back(piece);
}

Slice ByteChain::pop_front() {
  HAWSER_ASSERT(head_ != nullptr);
  Slice slice = head_->slice;
  drop_front();
  return slice;
}

void ByteChain::consume(size_t n) {
  HAWSER_ASSERT(n <= size_);
  while (n > 0) {
    const uint32_t here = head_->slice.size();
    if (n < here) {
      head_->slice.consume(static_cast<uint32_t>(n));
      size_ -= n;
      return;
    }
    n -= here;
    drop_front();
  }
}

ByteChain ByteChain::split_front(size_t n) {
  HAWSER_ASSERT(n <= size_);
  ByteChain front;
  while (n > 0) {
    const uint32_t here = head_->slice.size();
    if (n < here) {
      front.append(head_->slice.split_front(static_cast<uint32_t>(n)));
      size_ -= n;
      break;
    }
    n -= here;
    front.append(pop_front());
  }
  return front;
}

void ByteChain::clear() {
  while (head_ != nullptr) drop_front();
}

size_t ByteChain::copy_to(std::span<uint8_t> out) const {
  size_t done = 0;
  for (const Piece* piece = head_; piece != nullptr && done < out.size(); piece = piece->next) {
    const size_t n = std::min<size_t>(piece->slice.size(), out.size() - done);
    std::memcpy(out.data() + done, piece->slice.data(), n);
    done += n;
  }
  return done;
}

std::string ByteChain::to_string() const {
  std::string text;
  text.reserve(size_);
  for (const Piece* piece = head_; piece != nullptr; piece = piece->next)
    text += piece->slice.view();
  return text;
}

}  // namespace hawser::core
