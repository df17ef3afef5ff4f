// SPDX-License-Identifier: Apache-2.0
// H2Output: what one side of an HTTP/2 stream still has to send: content, then perhaps trailers. It
// waits here until the peer's windows take it, so a slow reader holds the memory of its own stream
// alone. Owner: the stream. Thread: the loop's own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>

#include "core/byte_chain.h"
#include "core/transport.h"
#include "message/fields.h"

namespace hawser::http {

// A frame with its head fits one TLS record.
inline constexpr size_t h2_data_frame_limit_bytes = 16 * 1024 - 9;

class H2Output {
 public:
  void append(core::ByteChain bytes);
  // Nothing comes after what waits, but these.
  void end(const message::Fields& trailers);

  bool ended() const { return ended_; }
  // More waits than should; take_drained() tells once when it has become little.
  bool full() const { return full_; }
  bool take_drained();
  size_t unsent_bytes() const { return content_.size(); }
  void clear() { content_.clear(); }

  // What nghttp2's read callback answers: how many bytes the next frame has, with its flags, or
  // NGHTTP2_ERR_DEFERRED. Where NGHTTP2_DATA_FLAG_NO_END_STREAM is set, trailers() are due.
  ssize_t next_frame(size_t limit, uint32_t* flags) const;
  const message::Fields* trailers() const { return trailers_.get(); }
  // Writes the frame of `length` bytes behind `frame_head`. False: not now.
  bool write_frame(core::Transport& transport, const uint8_t* frame_head, size_t length);

 private:
  size_t next_frame_bytes(size_t limit) const;
  core::ByteChain take(size_t bytes);

  core::ByteChain content_;
  std::unique_ptr<message::Fields> trailers_;
  bool ended_ = false;
  bool full_ = false;
  bool drained_due_ = false;
};

}  // namespace hawser::http
