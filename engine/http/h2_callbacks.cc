// SPDX-License-Identifier: Apache-2.0
#include "http/h2_callbacks.h"

#include "http/h2_nghttp2.h"
#include "http/h2_response.h"
#include "http/h2_session.h"

namespace hawser::http {

namespace {

bool has_flag(const nghttp2_frame_hd& head, uint8_t flag) { return (head.flags & flag) != 0; }

}  // namespace

struct H2Session::Callbacks {
  static H2Session& session_of(void* user) { return *static_cast<H2Session*>(user); }

  static int on_begin_frame(nghttp2_session* /*session*/, const nghttp2_frame_hd* head,
                            void* user) {
    session_of(user).on_frame_begin(head->type, head->flags, head->length);
    return 0;
  }

  static int on_begin_headers(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                              void* user) {
    session_of(user).on_head_begin(frame->hd.stream_id, frame->headers.cat != NGHTTP2_HCAT_REQUEST);
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
    session_of(user).on_content(h2_stream_of<H2Stream>(session, stream_id), data, length);
    return 0;
  }

  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    H2Session& self = session_of(user);
    H2Stream* const stream = h2_stream_of<H2Stream>(session, frame->hd.stream_id);
    const bool stream_ended = has_flag(frame->hd, NGHTTP2_FLAG_END_STREAM);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        self.on_head_end(stream, stream_ended);
        break;
      case NGHTTP2_DATA:
        self.on_content_end(stream, stream_ended, frame->data.padlen > 0);
        break;
      case NGHTTP2_RST_STREAM:
        self.on_reset_received(stream, frame->rst_stream.error_code);
        break;
      case NGHTTP2_SETTINGS:
        if (has_flag(frame->hd, NGHTTP2_FLAG_ACK)) self.on_settings_acknowledged();
        break;
      case NGHTTP2_PING:
        if (has_flag(frame->hd, NGHTTP2_FLAG_ACK)) self.events_.on_shutdown_seen();
        break;
      case NGHTTP2_GOAWAY:
        self.events_.on_shutdown_seen();
        break;
      default:
        break;
    }
    return 0;
  }

  static int on_frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    H2Session& self = session_of(user);
    H2Stream* const stream = h2_stream_of<H2Stream>(session, frame->hd.stream_id);
    switch (frame->hd.type) {
      case NGHTTP2_DATA:
        self.defence_.on_data_sent();
        [[fallthrough]];
      case NGHTTP2_HEADERS:
        if (stream != nullptr && has_flag(frame->hd, NGHTTP2_FLAG_END_STREAM))
          stream->note_response_left();
        break;
      case NGHTTP2_RST_STREAM:
        self.on_reset_left(stream, frame->rst_stream.error_code);
        break;
      case NGHTTP2_GOAWAY:
        if (frame->goaway.error_code != NGHTTP2_NO_ERROR)
          self.cut(H2Cut::protocol_error, nghttp2_http2_strerror(frame->goaway.error_code));
        break;
      default:
        break;
    }
    return 0;
  }

  static int on_close(nghttp2_session* session, int32_t stream_id, uint32_t code, void* user) {
    if (H2Stream* const stream = h2_stream_of<H2Stream>(session, stream_id); stream != nullptr)
      session_of(user).on_stream_close(*stream, code);
    return 0;
  }

  static ssize_t read(H2Stream& stream, nghttp2_session* session, size_t length, uint32_t* flags) {
    const ssize_t bytes = stream.output_.next_frame(length, flags);
    if (bytes >= 0 && (*flags & NGHTTP2_DATA_FLAG_NO_END_STREAM) != 0)
      submit_trailers(*session, stream.id_, *stream.output_.trailers());
    return bytes;
  }

  static int send_data(nghttp2_session* /*session*/, nghttp2_frame* /*frame*/,
                       const uint8_t* frame_head, size_t length, nghttp2_data_source* source,
                       void* user) {
    auto* const stream = static_cast<H2Stream*>(source->ptr);
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

nghttp2_session* open_server_session(H2Session& session, const H2Limits& limits) {
  return open_h2_session(H2Role::server, H2Session::Callbacks::set, &session, limits.continuations);
}

ssize_t read_stream_content(nghttp2_session* session, int32_t /*stream_id*/, uint8_t* /*buffer*/,
                            size_t length, uint32_t* flags, nghttp2_data_source* source,
                            void* /*user*/) {
  return H2Session::Callbacks::read(*static_cast<H2Stream*>(source->ptr), session, length, flags);
}

}  // namespace hawser::http
