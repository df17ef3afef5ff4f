// SPDX-License-Identifier: Apache-2.0
// HTTP/2 responses, and the trailers of both directions, on their way into nghttp2: written anew
// from the parsed message, never copied. Owner: nobody (functions). Thread: the loop's own.
#pragma once

#include <cstdint>

#include "message/head.h"

struct nghttp2_session;

namespace hawser::http {

class H2Stream;

void submit_interim(nghttp2_session& session, int32_t stream_id, const message::ResponseHead& head);
// False: no content may follow, END_STREAM goes with the head. Else `stream` gives the content when
// it is asked.
bool submit_response(nghttp2_session& session, int32_t stream_id, const message::ResponseHead& head,
                     message::Method method, H2Stream* stream);
void submit_trailers(nghttp2_session& session, int32_t stream_id, const message::Fields& trailers);

}  // namespace hawser::http
