// SPDX-License-Identifier: Apache-2.0
// What the server's and the client's HTTP/2 sessions have in common in their use of nghttp2.
// Owner: nobody (functions). Thread: the loop's own.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <string_view>

#include "core/byte_chain.h"
#include "core/transport.h"
#include "message/fields.h"

namespace hawser::http {

// A whole connection's window, on either side; what one stream may hold is each stream's own.
inline constexpr int32_t connection_window_bytes = 4 * 1024 * 1024;

// Of a message that ends without any.
inline const message::Fields no_trailers;

enum class H2Role : uint8_t { server, client };

// A session of ours: windows are given back by hand, heads are read by H2HeadReader, and it is
// H2Defence that decides about resets. `set` enters the callbacks, which get `user`. Null: out of
// memory.
nghttp2_session* open_h2_session(H2Role role, void (*set)(nghttp2_session_callbacks* into),
                                 void* user, uint32_t continuations);

template <class Stream>
Stream* h2_stream_of(nghttp2_session* session, int32_t stream_id) {
  return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, stream_id));
}

inline std::string_view h2_view_of(const uint8_t* bytes, size_t length) {
  return {reinterpret_cast<const char*>(bytes), length};
}

// Hands frames to the transport while it takes them.
void write_h2_frames(nghttp2_session& session, core::Transport& transport);

// The part of `input`, which nghttp2 was fed, that it hands over.
core::Slice h2_slice_of(const core::Slice& input, const uint8_t* data, size_t length);

}  // namespace hawser::http
