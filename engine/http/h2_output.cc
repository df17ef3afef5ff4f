// SPDX-License-Identifier: Apache-2.0
#include "http/h2_output.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <utility>

namespace hawser::http {

namespace {

constexpr size_t high_bytes = 16 * 1024;
constexpr size_t low_bytes = 8 * 1024;
// From here on a slice goes into a frame of its own, so that its head can stand before it in place.
constexpr size_t own_frame_bytes = 8 * 1024;
constexpr uint32_t frame_head_bytes = 9;
constexpr uint32_t small_slice_bytes = 1024;

}  // namespace

void H2Output::append(core::ByteChain bytes) {
  content_.append(std::move(bytes));
  full_ = full_ || content_.size() > high_bytes;
}

void H2Output::end(const message::Fields& trailers) {
  ended_ = true;
  if (!trailers.empty()) trailers_ = std::make_unique<message::Fields>(trailers);
}

bool H2Output::take_drained() { return std::exchange(drained_due_, false); }

ssize_t H2Output::next_frame(size_t limit, uint32_t* flags) const {
  if (content_.empty() && !ended_) return NGHTTP2_ERR_DEFERRED;
  const size_t bytes = next_frame_bytes(limit);
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (!ended_ || bytes < content_.size()) return static_cast<ssize_t>(bytes);
  *flags |= NGHTTP2_DATA_FLAG_EOF;
  if (trailers_ != nullptr) *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
  return static_cast<ssize_t>(bytes);
}

size_t H2Output::next_frame_bytes(size_t limit) const {
  size_t bytes = 0;
  for (const core::Piece* piece = content_.first(); piece != nullptr; piece = piece->next) {
    const size_t size = piece->slice.size();
    if (bytes > 0 && (size >= own_frame_bytes || bytes + size > limit)) break;
    bytes += std::min(size, limit - bytes);
  }
  return bytes;
}

core::ByteChain H2Output::take(size_t bytes) {
  core::ByteChain taken = content_.split_front(bytes);
  if (full_ && content_.size() <= low_bytes) {
    full_ = false;
    drained_due_ = true;
  }
  return taken;
}

bool H2Output::write_frame(core::Transport& transport, const uint8_t* frame_head, size_t length) {
  if (transport.over_high_mark()) return false;
  core::ByteChain content = take(length);
  if (!content.empty() && content.first()->next == nullptr) {
    core::Slice slice = content.pop_front();
    if (slice.size() > small_slice_bytes && slice.exclusive_headroom() >= frame_head_bytes) {
      std::copy_n(frame_head, frame_head_bytes, slice.grow_front(frame_head_bytes));
      transport.write(core::ByteChain(std::move(slice)));
      return true;
    }
    content.append(std::move(slice));
  }
  transport.write_copy({reinterpret_cast<const char*>(frame_head), frame_head_bytes});
  while (!content.empty()) {
    core::Slice slice = content.pop_front();
    if (slice.size() <= small_slice_bytes) {
      transport.write_copy(slice.view());
    } else {
      transport.write(core::ByteChain(std::move(slice)));
    }
  }
  return true;
}

}  // namespace hawser::http
