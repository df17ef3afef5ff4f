// SPDX-License-Identifier: Apache-2.0
// TextBlock: the strings of one frame, one behind the other in room that its builder is asked for
// once, where CreateString() asks several times for each. To a reader the room is a vector of
// octets that nothing refers to. Owner: the writing of one frame. Thread: any one.
#pragma once

#include <span>
#include <string_view>

#include "channel/head_codec.h"
#include "core/check.h"
#include "core/text_buffer.h"
#include "wire/frame_generated.h"

namespace hawser::channel {

using Text = flatbuffers::Offset<flatbuffers::String>;

class TextBlock {
 public:
  // What one takes of `bytes`: its length, itself, a NUL and what aligns the next.
  static size_t bytes_of(std::string_view text) {
    return sizeof(flatbuffers::uoffset_t) + (text.size() / word_bytes + 1) * word_bytes;
  }
  // Nothing where it is empty: a table leaves such a text out.
  static size_t bytes_if(std::string_view text) { return text.empty() ? 0 : bytes_of(text); }

  // `bytes` is the sum of all that will be put.
  TextBlock(flatbuffers::FlatBufferBuilder& builder, size_t bytes) : left_bytes_(bytes) {
    if (bytes == 0) return;
    from_end_ = builder.CreateUninitializedVector(bytes, 1, &at_) - length_bytes;
  }

  Text put(std::string_view text) {
    const size_t taken = bytes_of(text);
    HAWSER_ASSERT(taken <= left_bytes_);
    const Text offset(from_end_);
    flatbuffers::WriteScalar(at_, static_cast<flatbuffers::uoffset_t>(text.size()));
    flatbuffers::WriteScalar<uint32_t>(at_ + taken - word_bytes, 0);
    core::put(reinterpret_cast<char*>(at_) + length_bytes, text);
    at_ += taken;
    from_end_ -= static_cast<flatbuffers::uoffset_t>(taken);
    left_bytes_ -= taken;
    return offset;
  }
  Text put_if(std::string_view text) { return text.empty() ? Text() : put(text); }

 private:
  static constexpr size_t word_bytes = sizeof(uint32_t);
  static constexpr flatbuffers::uoffset_t length_bytes = sizeof(flatbuffers::uoffset_t);

  uint8_t* at_ = nullptr;
  size_t left_bytes_;
  flatbuffers::uoffset_t from_end_ = 0;  // where the next goes
};

// What CreateVector() makes of them, in one go; none of none.
inline flatbuffers::Offset<TextVector> vector_of(flatbuffers::FlatBufferBuilder& builder,
                                                 std::span<const Text> texts) {
  constexpr flatbuffers::uoffset_t word_bytes = sizeof(flatbuffers::uoffset_t);
  if (texts.empty()) return {};
  uint8_t* at = nullptr;
  const auto vector = builder.CreateUninitializedVector(texts.size(), word_bytes, &at);
  flatbuffers::uoffset_t from_end = vector - word_bytes;
  for (const Text& text : texts) {
    flatbuffers::WriteScalar(at, from_end - text.o);
    at += word_bytes;
    from_end -= word_bytes;
  }
  return {vector};
}

}  // namespace hawser::channel
