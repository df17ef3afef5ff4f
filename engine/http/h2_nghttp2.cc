// SPDX-License-Identifier: Apache-2.0
#include "http/h2_nghttp2.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>

#include "core/check.h"
#include "http/h2_memory.h"
#include "http/h2_output.h"

namespace hawser::http {

namespace {

constexpr size_t most_reads_of_frame_head = 9 + 1;  // its bytes, and one that ends before them

constinit thread_local int64_t h2_library_bytes = 0;

void* count_taken(void* piece) {
  if (piece != nullptr) h2_library_bytes += static_cast<int64_t>(malloc_usable_size(piece));
  return piece;
}
void* h2_malloc(size_t size, void* /*user*/) { return count_taken(std::malloc(size)); }
void* h2_calloc(size_t count, size_t size, void* /*user*/) {
  return count_taken(std::calloc(count, size));
}
void h2_free(void* piece, void* /*user*/) {
  if (piece == nullptr) return;
  h2_library_bytes -= static_cast<int64_t>(malloc_usable_size(piece));
  std::free(piece);
}
void* h2_realloc(void* piece, size_t size, void* user) {
  const auto before = piece != nullptr ? static_cast<int64_t>(malloc_usable_size(piece)) : 0;
  if (size == 0) return h2_free(piece, user), nullptr;
  void* const moved = std::realloc(piece, size);
  if (moved != nullptr) h2_library_bytes -= before;
  return count_taken(moved);
}
nghttp2_mem h2_memory{nullptr, h2_malloc, h2_free, h2_calloc, h2_realloc};

ssize_t read_length(nghttp2_session* /*session*/, uint8_t /*type*/, int32_t /*stream_id*/,
                    int32_t /*session_window*/, int32_t /*stream_window*/, uint32_t frame_limit,
                    void* /*user*/) {
  return static_cast<ssize_t>(std::min<size_t>(frame_limit, h2_data_frame_limit_bytes));
}

}  // namespace

nghttp2_session* open_h2_session(H2Role role, void (*set)(nghttp2_session_callbacks* into),
                                 void* user, uint32_t continuations) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* options = nullptr;
  nghttp2_session* opened = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&options) == 0) {
    set(callbacks);
    nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks, read_length);
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_option_set_no_http_messaging(options, 1);
    nghttp2_option_set_no_closed_streams(options, 1);
    nghttp2_option_set_stream_reset_rate_limit(options, UINT32_MAX, UINT32_MAX);
    // H2Defence decides before it does, which counts every read that brings a part of a head.
    nghttp2_option_set_max_continuations(options,
                                         (continuations + size_t{1}) * most_reads_of_frame_head);
    const auto open =
        role == H2Role::server ? nghttp2_session_server_new3 : nghttp2_session_client_new3;
    open(&opened, callbacks, user, options, &h2_memory);
  }
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(callbacks);
  return opened;
}

int64_t h2_library_bytes_of_this_thread() { return h2_library_bytes; }

void write_h2_frames(nghttp2_session& session, core::Transport& transport) {
  while (!transport.over_high_mark()) {
    const uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(&session, &bytes);
    if (size <= 0) return;
    transport.write_copy(h2_view_of(bytes, static_cast<size_t>(size)));
  }
}

core::Slice h2_slice_of(const core::Slice& input, const uint8_t* data, size_t length) {
  HAWSER_ASSERT(data >= input.data() && data + length <= input.data() + input.size());
  const auto begin = input.begin() + static_cast<uint32_t>(data - input.data());
  return {input.block(), begin, begin + static_cast<uint32_t>(length)};
}

}  // namespace hawser::http
