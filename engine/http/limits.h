// SPDX-License-Identifier: Apache-2.0
// H1Limits: the bounds of one HTTP/1 message. Owner: the configuration snapshot. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hawser::http {

struct H1Limits {
  uint32_t head_bytes = 64 * 1024;       // start line and fields together: 431
  uint32_t target_bytes = 16 * 1024;     // 414
  uint32_t fields = 200;                 // 431
  uint32_t trailer_bytes = 16 * 1024;    // field lines after a chunked body
  uint32_t chunk_extension_bytes = 256;  // of one chunk line
  uint32_t interim_responses = 8;        // 1xx before one final response
};

}  // namespace hawser::http
