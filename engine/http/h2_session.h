// SPDX-License-Identifier: Apache-2.0
// H2Session: the server's side of one HTTP/2 connection (RFC 9113) over nghttp2: bytes in, requests
// out, responses back. It writes only while little waits in the transport. What a client may do is
// bounded by H2Defence; whoever goes too far is told by GOAWAY(ENHANCE_YOUR_CALM). Owner: whoever
// owns the transport; destroy it by Loop::defer_delete inside its events. Thread: the loop's own.
//
// Windows: a stream's is 0 until allow_body() opens it; the connection's is given back at once.
// What a client sends before it has seen our SETTINGS (64 KiB at most) is held.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/loop.h"
#include "core/transport.h"
#include "http/h2_defence.h"
#include "http/h2_head_reader.h"
#include "http/h2_limits.h"
#include "http/h2_stream.h"
#include "http/limits.h"
#include "message/error.h"
#include "message/head_pool.h"

struct nghttp2_session;

namespace hawser::http {

// What the user of the connection hears.
class H2SessionEvents {
 public:
  virtual ~H2SessionEvents() = default;
  // A complete and valid head. Call set_events() or reset().
  virtual void on_request(H2Stream& stream, message::RequestHeadPtr head) = 0;
  // Cannot be served, but can be answered: send a response on the stream.
  virtual void on_refusal(H2Stream& stream, message::Method method,
                          const message::ExchangeError& error) = 0;
  // Was reset: malformed.
  virtual void on_malformed(const message::ExchangeError& error) = 0;
  // A header section began, or is complete.
  virtual void on_head_pending(bool pending) { (void)pending; }
  // Our SETTINGS were acknowledged.
  virtual void on_settled() {}
  virtual void on_stream_closed() {}
  // What could be written was handed to the transport. No other event is under way.
  virtual void on_written() {}
  // Content came that nobody has allowed yet: whether there is room for it, and room that it left.
  virtual bool take_room(size_t bytes) { return bytes > 0; }
  virtual void give_room_back(size_t bytes) { (void)bytes; }
  // Whether a stream may take so much more room ahead.
  virtual bool may_read_ahead(size_t bytes) { return bytes > 0; }
  // The peer acknowledged begin_shutdown(), or said GOAWAY itself.
  virtual void on_shutdown_seen() {}
  // The connection is ended for the client's fault; GOAWAY is on its way into the transport. End
  // the transport next.
  virtual void on_cut(H2Cut cut, const std::string& reason) = 0;
};

class H2Session final : private core::Flushable {
 public:
  struct Callbacks;  // nghttp2's

  // All references outlive the session; the limits are copied.
  H2Session(core::Transport& transport, message::HeadPool& heads, const H1Limits& limits,
            const H2Limits& h2_limits, H2SessionEvents& events);
  ~H2Session() override;

  void begin();  // sends SETTINGS
  bool is_cut() const { return cut_; }
  void feed(const core::Slice& bytes);
  void on_drained();
  // What a flush does, before the session is given up: not inside an event.
  void write_now();
  // The two steps of a graceful end (RFC 9113 6.8): no new streams, please; and from here on none
  // are taken.
  void begin_shutdown();
  void refuse_new_streams();
  // GOAWAY and nothing more; on_cut() follows at the end of the turn. "": the cut's own words.
  void cut(H2Cut cut, std::string_view reason = {});
  // The connection is gone: every stream hears it.
  void on_gone(const std::string& reason);

  size_t open_streams() const { return stream_count_; }
  bool settled() const { return settled_; }

 private:
  friend class H2Stream;
  struct Deleter {
    void operator()(nghttp2_session* session) const;
  };

  void flush() override;
  void tell_drained();
  void request_flush() { transport_.loop().request_flush(*this); }
  uint64_t now_ms() const { return transport_.loop().now_ms(); }

  // from nghttp2; `stream` is null where the stream is over or was never taken
  void on_frame_begin(uint8_t type, uint8_t flags, size_t length);
  void on_head_begin(int32_t stream_id, bool trailers);
  void on_field(std::string_view name, std::string_view value);
  void on_head_end(H2Stream* stream, bool stream_ended);
  void on_request_head(H2Stream& stream, bool stream_ended);
  void on_trailers(H2Stream& stream, bool stream_ended);
  void on_content(H2Stream* stream, const uint8_t* data, size_t length);
  void on_content_end(H2Stream* stream, bool stream_ended, bool padded);
  void on_reset_received(H2Stream* stream, uint32_t code);
  void on_settings_acknowledged();
  void on_reset_left(const H2Stream* stream, uint32_t code);
  bool write_data_frame(H2Stream& stream, const uint8_t* frame_head, size_t length);
  void on_stream_close(H2Stream& stream, uint32_t code);

  bool count_room(size_t before, size_t now);
  void check_rate_of_empty_frames();
  void set_head_pending(bool pending);
  void malformed(H2Stream& stream, const char* reason);
  void reset(H2Stream& stream, H2Reset code);
  void open_window(const H2Stream& stream);
  void resume(const H2Stream& stream);

  core::Transport& transport_;
  message::HeadPool& heads_;
  H1Limits limits_;
  H2Defence defence_;
  H2SessionEvents& events_;
  std::unique_ptr<nghttp2_session, Deleter> nghttp2_;
  H2HeadReader reader_;
  message::RequestHeadPtr head_;  // while a header section is read
  std::unique_ptr<message::Fields> trailers_;
  const core::Slice* input_ = nullptr;  // what is being fed
  H2Stream* streams_ = nullptr;
  size_t stream_count_ = 0;
  std::vector<H2Stream*> drained_;
  size_t uncovered_bytes_ = 0;      // of all streams: content that nobody has allowed
  size_t frame_content_bytes_ = 0;  // of the DATA frame that is being read
  bool head_pending_ = false;
  bool settled_ = false;
  std::string cut_reason_;
  H2Cut cut_for_ = H2Cut::protocol_error;
  bool cut_ = false;
  bool gone_ = false;
};

}  // namespace hawser::http
