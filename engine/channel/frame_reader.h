// SPDX-License-Identifier: Apache-2.0
// FrameReader: cuts a link's bytes into frames, whatever the cuts in which they come, and verifies
// each header before its payload is waited for. Holds at most one header and one payload.
// Owner: a link. Thread: the link's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "channel/frame_codec.h"
#include "core/byte_chain.h"

namespace hawser::channel {

class FrameReader {
 public:
  // `pool` is that of the link's loop and outlives the reader.
  explicit FrameReader(core::BlockPool& pool) : pool_(pool) {}

  enum class Step : uint8_t { need_more, frame, fault };
  // Takes the rest of one frame from the front of `bytes`. After `frame`, the accessors below are
  // valid until the next call; after `fault` there must be none.
  Step next(core::Slice& bytes);

  const wire::Frame& frame() const { return *frame_; }
  std::span<const uint8_t> header() const {
    return {reinterpret_cast<const uint8_t*>(header_.data()), header_bytes_};
  }
  core::ByteChain take_payload() { return std::move(payload_); }
  uint32_t payload_bytes() const { return payload_bytes_; }
  Fault fault() const { return fault_; }
  // The frame that the fault is about; null when it was not even one.
  const wire::Frame* faulty_frame() const { return frame_; }
  // Nothing of a next frame has been taken.
  bool between_frames() const {
    return done_ == (state_ == State::payload ? payload_bytes_ : 0) && state_ != State::header;
  }
  // After the last frame of a read: an idle link holds no block.
  void let_go_of_idle_block() {
    if (packed_.exclusive()) packed_ = core::BlockRef{};
  }

 private:
  enum class State : uint8_t { prefix, header, payload };

  bool fill(uint8_t* to, uint32_t size, core::Slice& bytes);
  bool take_prefix();
  void take_payload_bytes(core::Slice& bytes);
  void pack(const core::Slice& piece);
  void begin_frame();

  core::BlockPool& pool_;
  State state_ = State::prefix;
  uint32_t done_ = 0;  // of what the state waits for
  uint8_t prefix_[frame_prefix_bytes] = {};
  uint32_t header_bytes_ = 0;
  uint32_t payload_bytes_ = 0;
  std::vector<uint64_t> header_;  // aligned as flatbuffers wants it
  const wire::Frame* frame_ = nullptr;
  core::ByteChain payload_;
  core::BlockRef packed_;  // where small payloads stand one behind the other
  Fault fault_;
};

}  // namespace hawser::channel
