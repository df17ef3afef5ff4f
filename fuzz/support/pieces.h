// SPDX-License-Identifier: Apache-2.0
// An input in pieces, as a connection would bring it. The cuts follow from the input itself, so
// that a seed is the plain message and nothing else.
// Owner: the harness. Thread: the harness's.
#pragma once

#include <sanitizer/asan_interface.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>
#include <utility>

#include "core/block_pool.h"

namespace hawser::fuzz {

enum class Cut : uint8_t { whole, octets, scattered };
inline constexpr Cut all_cuts[] = {Cut::whole, Cut::octets, Cut::scattered};

inline uint32_t number_from(std::string_view bytes) {
  uint32_t hash = 2166136261U;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619U;
  return hash;
}

// Blocks that nobody uses again, so that memory around a piece can be forbidden to readers.
class PiecePool {
 public:
  core::BlockPool& blocks() { return pool_; }

  // `bytes` (at most a block's) in a block of its own, where no octet beside them may be read.
  core::Slice lone(std::string_view bytes) {
    core::Slice slice = copy(bytes);
    core::Block* const block = slice.block().get();
    ASAN_POISON_MEMORY_REGION(block->bytes, slice.begin());
    ASAN_POISON_MEMORY_REGION(block->bytes + slice.end(), core::block_bytes - slice.end());
    return slice;
  }
  core::Slice copy(std::string_view bytes) {
    core::BlockRef block = pool_.take();
    const uint32_t begin = block->filled;
    if (!bytes.empty()) std::memcpy(block->bytes + begin, bytes.data(), bytes.size());
    block->filled = begin + static_cast<uint32_t>(bytes.size());
    const uint32_t end = block->filled;
    return {std::move(block), begin, end};
  }

 private:
  core::BlockPool pool_{0};
};

// Hands `bytes` to `take` in order: bool(core::Slice), false: no more.
template <class Take>
void in_pieces(PiecePool& pool, std::string_view bytes, Cut cut, Take take) {
  std::minstd_rand random(number_from(bytes) | 1U);
  while (!bytes.empty()) {
    size_t wanted = core::block_payload_bytes;
    if (cut == Cut::scattered) wanted = 1 + random() % (random() % 4 == 0 ? 200 : 12);
    const std::string_view piece = bytes.substr(0, wanted);
    bytes.remove_prefix(piece.size());
    if (cut != Cut::octets) {
      if (!take(pool.lone(piece))) return;
      continue;
    }
    core::Slice rest = pool.copy(piece);
    while (!rest.empty()) {
      if (!take(rest.split_front(1))) return;
    }
  }
}

}  // namespace hawser::fuzz
