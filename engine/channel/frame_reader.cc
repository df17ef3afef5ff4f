// SPDX-License-Identifier: Apache-2.0
#include "channel/frame_reader.h"

#include <algorithm>
#include <cstring>

namespace hawser::channel {

namespace {

// A slice below this is copied together with its neighbours: a peer that sends one byte a record
// must not hold a whole block with each of them.
constexpr uint32_t small_slice_bytes = 2048;
constexpr size_t kept_header_words = 1024;

uint32_t get_u32(const uint8_t* at) {
  return static_cast<uint32_t>(at[0]) | static_cast<uint32_t>(at[1]) << 8 |
         static_cast<uint32_t>(at[2]) << 16 | static_cast<uint32_t>(at[3]) << 24;
}

}  // namespace

bool FrameReader::fill(uint8_t* to, uint32_t size, core::Slice& bytes) {
  const uint32_t n = std::min(size - done_, bytes.size());
  if (n > 0) std::memcpy(to + done_, bytes.data(), n);
  bytes.consume(n);
  done_ += n;
  return done_ == size;
}

bool FrameReader::take_prefix() {
  header_bytes_ = get_u32(prefix_);
  payload_bytes_ = get_u32(prefix_ + 4);
  if (header_bytes_ == 0) fault_ = "a frame without a header";
  if (header_bytes_ > header_limit_bytes) fault_ = "a header of more than 96 KiB";
  if (payload_bytes_ > data_payload_limit_bytes) fault_ = "a payload of more than a record";
  if (!fault_.empty()) return false;
  header_.resize((header_bytes_ + 7) / 8);
  return true;
}

void FrameReader::pack(const core::Slice& piece) {
  if (!payload_.empty()) {
    payload_.append_copy(pool_, piece.span());  // behind what it has, where there is room
    return;
  }
  if (packed_.exclusive()) packed_->filled = core::block_headroom_bytes;
  if (!packed_ || packed_->filled + piece.size() > core::block_bytes) packed_ = pool_.take();
  const uint32_t begin = packed_->filled;
  std::memcpy(packed_->bytes + begin, piece.data(), piece.size());
  packed_->filled = begin + piece.size();
  payload_.append(core::Slice(packed_, begin, packed_->filled));
}

// The slices of one payload are kept as they are where they are large, and packed where they are
// small.
void FrameReader::take_payload_bytes(core::Slice& bytes) {
  if (done_ == payload_bytes_ || bytes.empty()) return;
  core::Slice piece = bytes.split_front(std::min(payload_bytes_ - done_, bytes.size()));
  done_ += piece.size();
  if (piece.size() >= small_slice_bytes) {
    payload_.append(std::move(piece));
  } else {
    pack(piece);
  }
}

void FrameReader::begin_frame() {
  state_ = State::prefix;
  done_ = 0;
  frame_ = nullptr;
  if (header_.size() > kept_header_words) {
    header_.clear();
    header_.shrink_to_fit();
  }
}

FrameReader::Step FrameReader::next(core::Slice& bytes) {
  if (state_ == State::payload && done_ == payload_bytes_) begin_frame();
  if (state_ == State::prefix) {
    if (!fill(prefix_, frame_prefix_bytes, bytes)) return Step::need_more;
    if (!take_prefix()) return Step::fault;
    state_ = State::header;
    done_ = 0;
  }
  if (state_ == State::header) {
    if (!fill(reinterpret_cast<uint8_t*>(header_.data()), header_bytes_, bytes))
      return Step::need_more;
    frame_ = read_header(header(), payload_bytes_, fault_);
    if (!fault_.empty()) return Step::fault;
    state_ = State::payload;
    done_ = 0;
  }
  take_payload_bytes(bytes);
  return done_ == payload_bytes_ ? Step::frame : Step::need_more;
}

}  // namespace hawser::channel
