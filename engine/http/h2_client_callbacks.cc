// SPDX-License-Identifier: Apache-2.0
// nghttp2's callbacks for an H2ClientSession, and the options of its sessions.
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <string_view>

#include "http/h2_client_session.h"

namespace hawser::http {

struct H2ClientSession::Callbacks {
  static H2ClientSession& session_of(void* user) { return *static_cast<H2ClientSession*>(user); }

  static H2ClientStream* stream_of(nghttp2_session* session, int32_t stream_id) {
    return static_cast<H2ClientStream*>(nghttp2_session_get_stream_user_data(session, stream_id));
  }

  static std::string_view view_of(const uint8_t* bytes, size_t length) {
    return {reinterpret_cast<const char*>(bytes), length};
  }

  static int on_begin_frame(nghttp2_session* /*session*/, const nghttp2_frame_hd* head,
                            void* user) {
    session_of(user).on_frame_begin(head->type, head->flags, head->length);
    return 0;
  }

  static int on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    session_of(user).on_head_begin(stream_of(session, frame->hd.stream_id));
    return 0;
  }

  static int on_header(nghttp2_session* /*session*/, const nghttp2_frame* /*frame*/,
                       const uint8_t* name, size_t name_size, const uint8_t* value,
                       size_t value_size, uint8_t /*flags*/, void* user) {
    session_of(user).on_field(view_of(name, name_size), view_of(value, value_size));
    return 0;
  }

  static int on_data(nghttp2_session* session, uint8_t /*flags*/, int32_t stream_id,
                     const uint8_t* data, size_t length, void* user) {
    session_of(user).on_content(stream_of(session, stream_id), data, length);
    return 0;
  }

  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    H2ClientSession& self = session_of(user);
    const bool stream_ended = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        self.on_head_end(stream_of(session, frame->hd.stream_id), stream_ended);
        break;
      case NGHTTP2_DATA:
        self.on_content_end(stream_of(session, frame->hd.stream_id), stream_ended);
        break;
      case NGHTTP2_GOAWAY:
        self.on_goaway();
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
    if (H2ClientStream* const stream = stream_of(session, stream_id); stream != nullptr)
      session_of(user).on_close(*stream, code);
    return 0;
  }

  static ssize_t read_length(nghttp2_session* /*session*/, uint8_t /*type*/, int32_t /*stream_id*/,
                             int32_t /*session_window*/, int32_t /*stream_window*/,
                             uint32_t frame_limit, void* /*user*/) {
    return static_cast<ssize_t>(std::min<size_t>(frame_limit, h2_data_frame_limit_bytes));
  }

  static int send_data(nghttp2_session* session, nghttp2_frame* frame, const uint8_t* frame_head,
                       size_t length, nghttp2_data_source* /*source*/, void* user) {
    H2ClientStream* const stream = stream_of(session, frame->hd.stream_id);
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
    nghttp2_session_callbacks_set_data_source_read_length_callback(into, read_length);
    nghttp2_session_callbacks_set_send_data_callback(into, send_data);
  }

  static nghttp2_session* open(H2ClientSession& session) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* options = nullptr;
    nghttp2_session* opened = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&options) == 0) {
      set(callbacks);
      nghttp2_option_set_no_auto_window_update(options, 1);
      nghttp2_option_set_no_http_messaging(options, 1);  // H2HeadReader's part
      nghttp2_option_set_no_closed_streams(options, 1);
      nghttp2_option_set_max_continuations(options, H2Limits{}.continuations + size_t{1});
      nghttp2_session_client_new2(&opened, callbacks, &session, options);
    }
    nghttp2_option_del(options);
    nghttp2_session_callbacks_del(callbacks);
    return opened;
  }
};

nghttp2_session* open_client_session(H2ClientSession& session) {
  return H2ClientSession::Callbacks::open(session);
}

}  // namespace hawser::http
