// SPDX-License-Identifier: Apache-2.0
// nghttp2's callbacks for an H2ClientSession.
#include <nghttp2/nghttp2.h>

#include "http/h2_client_session.h"
#include "http/h2_nghttp2.h"

namespace hawser::http {

struct H2ClientSession::Callbacks {
  static H2ClientSession& session_of(void* user) { return *static_cast<H2ClientSession*>(user); }

  static int on_begin_frame(nghttp2_session* /*session*/, const nghttp2_frame_hd* head,
                            void* user) {
    session_of(user).on_frame_begin(head->type, head->flags, head->length);
    return 0;
  }

  static int on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    session_of(user).on_head_begin(h2_stream_of<H2ClientStream>(session, frame->hd.stream_id));
    return 0;
  }

  static int on_header(nghttp2_session* /*session*/, const nghttp2_frame* /*frame*/,
                       const uint8_t* name, size_t name_size, const uint8_t* value,
                       size_t value_size, uint8_t /*flags*/, void* user) {
    session_of(user).on_field(h2_view_of(name, name_size), h2_view_of(value, value_size));
    return 0;
  }

  static int on_data(nghttp2_session* session, uint8_t /*flags*/, int32_t stream_id,
                     const uint8_t* data, size_t length, void* user) {
    session_of(user).on_content(h2_stream_of<H2ClientStream>(session, stream_id), data, length);
    return 0;
  }

  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    H2ClientSession& self = session_of(user);
    const bool stream_ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        self.on_head_end(h2_stream_of<H2ClientStream>(session, frame->hd.stream_id), stream_ended);
        break;
      case NGHTTP2_DATA:
        self.on_content_end(h2_stream_of<H2ClientStream>(session, frame->hd.stream_id),
                            stream_ended);
        break;
      case NGHTTP2_RST_STREAM:
        self.on_reset_received(h2_stream_of<H2ClientStream>(session, frame->hd.stream_id));
        break;
      case NGHTTP2_GOAWAY:
        self.on_goaway(frame->goaway.error_code);
        break;
      default:
        break;
    }
    return 0;
  }

  static int on_frame_sent(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) session_of(user).on_goaway_sent(frame->goaway.error_code);
    return 0;
  }

  static int on_close(nghttp2_session* session, int32_t stream_id, uint32_t code, void* user) {
    if (H2ClientStream* const stream = h2_stream_of<H2ClientStream>(session, stream_id);
        stream != nullptr)
      session_of(user).on_close(*stream, code);
    return 0;
  }

  static int send_data(nghttp2_session* session, nghttp2_frame* frame, const uint8_t* frame_head,
                       size_t length, nghttp2_data_source* /*source*/, void* user) {
    H2ClientStream* const stream = h2_stream_of<H2ClientStream>(session, frame->hd.stream_id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    return session_of(user).write_data_frame(*stream, frame_head, length) ? 0
                                                                          : NGHTTP2_ERR_WOULDBLOCK;
  }

  static void set(nghttp2_session_callbacks* into) {
    nghttp2_session_callbacks_set_on_begin_frame_callback(into, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(into, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(into, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(into, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(into, on_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(into, on_frame_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(into, on_close);
    nghttp2_session_callbacks_set_send_data_callback(into, send_data);
  }
};

nghttp2_session* open_client_session(H2ClientSession& session) {
  return open_h2_session(H2Role::client, H2ClientSession::Callbacks::set, &session,
                         H2Limits{}.continuations);
}

}  // namespace hawser::http
