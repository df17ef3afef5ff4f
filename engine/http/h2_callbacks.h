// SPDX-License-Identifier: Apache-2.0
// nghttp2's callbacks for an H2Session. Owner: nobody (functions).
// Thread: the loop's own.
#pragma once

#include <nghttp2/nghttp2.h>

#include "http/h2_limits.h"

namespace hawser::http {

class H2Session;

// Null: out of memory.
nghttp2_session* open_server_session(H2Session& session, const H2Limits& limits);

// Says how much of a stream's content goes into the next frame.
ssize_t read_stream_content(nghttp2_session* session, int32_t stream_id, uint8_t* buffer,
                            size_t length, uint32_t* flags, nghttp2_data_source* source,
                            void* user);

}  // namespace hawser::http
