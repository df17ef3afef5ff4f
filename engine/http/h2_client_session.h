// SPDX-License-Identifier: Apache-2.0
// H2ClientSession: the client's side of one HTTP/2 connection to an origin (RFC 9113) over nghttp2:
// requests out, responses in, each read by the rules of H2HeadReader. It writes only while little
// waits in the transport. What an origin may do is bounded as a client's is. Owner: whoever owns
// the transport; destroy it by Loop::defer_delete inside its events. Thread: the loop's own.
//
// Windows: the connection's is given back at once, a stream's as its content is taken.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/loop.h"
#include "core/transport.h"
#include "http/h2_client_stream.h"
#include "http/h2_defence.h"
#include "http/h2_head_reader.h"
#include "http/limits.h"
#include "message/head_pool.h"

struct nghttp2_session;

namespace hawser::http {

class H2ClientSessionEvents {
 public:
  virtual ~H2ClientSessionEvents() = default;
  // A stream ended, so that there is room for another, or none is left.
  virtual void on_stream_closed() = 0;
  // The connection is of no further use: every stream has heard it. Close the transport.
  virtual void on_session_failed(const std::string& reason) = 0;
};

class H2ClientSession final : private core::Flushable {
 public:
  struct Callbacks;  // nghttp2's

  // All references outlive the session. `scheme` is what requests say.
  H2ClientSession(core::Transport& transport, message::HeadPool& heads, std::string_view scheme,
                  H2ClientSessionEvents& events);
  ~H2ClientSession() override;

  // Sends the request's head, its END_STREAM too where head.body_length announces nothing.
  // Null: the connection is of no further use.
  H2ClientStream* open(const message::RequestHead& head, std::string_view authority,
                       H2ClientStreamEvents& events);
  // Whether the origin takes one more stream now.
  bool has_room() const;
  // Neither side has said that it ends.
  bool usable() const { return !failed_ && !going_away_; }
  size_t open_streams() const { return stream_count_; }
  bool used() const { return opened_ > 1; }

  void feed(const core::Slice& bytes);
  void on_drained() { request_flush(); }
  // Says GOAWAY; no stream is open any more. End the transport next.
  void close();
  // The transport ended or broke.
  void on_gone(const std::string& reason) { fail(reason); }

 private:
  friend class H2ClientStream;
  struct Deleter {
    void operator()(nghttp2_session* session) const;
  };

  void flush() override;
  void request_flush() { transport_.loop().request_flush(*this); }
  uint64_t now_ms() const { return transport_.loop().now_ms(); }

  // from nghttp2; `stream` is null where nobody waits for it
  void on_frame_begin(uint8_t type, uint8_t flags, size_t length);
  void on_head_begin(const H2ClientStream* stream);
  void on_field(std::string_view name, std::string_view value);
  void on_head_end(H2ClientStream* stream, bool stream_ended);
  void on_response_head(H2ClientStream& stream, bool stream_ended);
  void on_content(H2ClientStream* stream, const uint8_t* data, size_t length);
  void on_content_end(H2ClientStream* stream, bool stream_ended);
  void on_reset_received(const H2ClientStream* stream);
  void on_goaway_sent(uint32_t code);
  void on_goaway(uint32_t code);
  void on_close(H2ClientStream& stream, uint32_t code);
  bool write_data_frame(H2ClientStream& stream, const uint8_t* frame_head, size_t length);

  // from the streams
  void resume(const H2ClientStream& stream);
  void give_back_window(const H2ClientStream& stream, size_t bytes);
  void cancel(const H2ClientStream& stream);
  void release(H2ClientStream& stream);

  void bad_answer(H2ClientStream& stream, const char* reason);
  void cut(const char* reason);
  void fail(const std::string& reason);

  core::Transport& transport_;
  message::HeadPool& heads_;
  std::string scheme_;
  H2ClientSessionEvents& events_;
  H1Limits limits_;
  H2Defence defence_{H2Limits{}};
  std::unique_ptr<nghttp2_session, Deleter> nghttp2_;
  H2HeadReader reader_;
  message::ResponseHeadPtr head_;  // while a header section is read
  bool reading_trailers_ = false;
  bool padding_alone_ = false;          // of the DATA frame that is being read, as far as it is
  const core::Slice* input_ = nullptr;  // what is being fed
  H2ClientStream* streams_ = nullptr;
  size_t stream_count_ = 0;
  std::vector<H2ClientStream*> drained_;
  uint64_t opened_ = 0;
  const char* cut_reason_ = nullptr;
  bool going_away_ = false;
  bool wants_http_1_1_ = false;
  bool failed_ = false;
};

// Null: out of memory.
nghttp2_session* open_client_session(H2ClientSession& session);

}  // namespace hawser::http
