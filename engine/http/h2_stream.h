// SPDX-License-Identifier: Apache-2.0
// H2Stream: one request and its response on an HTTP/2 connection. Nothing of the request's content
// comes before it was allowed, by the stream's window; from then on a bounded run of it comes
// ahead, so that a distant client need not wait for each window. The response's content waits here
// until the client's windows take it, so a slow reader holds the memory of its own stream alone.
// Owner: its H2Session; the user's pointer is dead after on_stream_over() and after detach().
// Thread: the loop's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/byte_chain.h"
#include "http/h2_output.h"
#include "message/error.h"
#include "message/head.h"

namespace hawser::http {

class H2Session;

// What the user of one stream hears.
class H2StreamEvents {
 public:
  virtual ~H2StreamEvents() = default;
  virtual void on_request_body(core::Slice content) = 0;
  virtual void on_request_end(const message::Fields& trailers) = 0;
  // output_full() held and holds no more.
  virtual void on_stream_drained() = 0;
  // The response has left whole and the request goes on, though nothing of it is wanted. A client
  // that is told so at once, by RST_STREAM, may lose the response over it: give it a moment, then
  // reset the stream with NO_ERROR.
  virtual void on_only_unwanted_left() = 0;
  // Both directions are over, or the client reset the stream, or its content broke the rules, or
  // the connection is gone. `why` is none when both ended properly. The last call.
  virtual void on_stream_over(message::ErrorCode why, const std::string& reason) = 0;
};

// Error codes of RST_STREAM that we send (RFC 9113 7).
enum class H2Reset : uint32_t {
  no_error = 0,
  protocol_error = 1,
  internal_error = 2,
  refused_stream = 7,
  cancel = 8,
};

class H2Stream {
 public:
  H2Stream(H2Session& session, int32_t id) : session_(session), id_(id) {}
  H2Stream(const H2Stream&) = delete;
  H2Stream& operator=(const H2Stream&) = delete;

  // Within the call that brings the request. `events` outlives the stream or its detach().
  void set_events(H2StreamEvents& events) { events_ = &events; }
  // The user hears nothing more; what was sent still leaves.
  void detach();

  // --- the request
  // Lets `bytes` more of content in; the first call, even with 0, begins to deliver.
  void allow_body(uint64_t bytes);
  // The rest of the content is not wanted (RFC 9113 8.1). What little may be left of it is let in
  // and thrown away, so that its sender need not break off.
  void stop_body();

  // --- the response
  void send_interim(const message::ResponseHead& head);
  void send_head(const message::ResponseHead& head, message::Method method);
  void send_body(core::ByteChain bytes);
  void send_end(const message::Fields& trailers);
  bool output_full() const { return output_.full(); }
  size_t unsent_bytes() const { return output_.unsent_bytes(); }
  // At once, both directions: nobody can take the response for complete.
  void reset(H2Reset code);

 private:
  friend class H2Session;
  enum class Answering : uint8_t { waiting, flowing, ended, left };  // left: END_STREAM was sent

  // request, from the session
  void begin_content(message::BodyLength length);
  // False: more than Content-Length says.
  [[nodiscard]] bool count_content(size_t bytes);
  // What the client's window is to be; less than 0 while more is held than may be.
  int64_t wanted_window_bytes() const;
  bool content_complete() const { return !length_known_ || content_left_ == 0; }
  void take_content(core::Slice content);
  void end_request(const message::Fields& trailers);
  void deliver();
  void drop_held();
  void let_in_unwanted();
  void end_unwanted();
  void grow_ahead();
  bool reserve(size_t ahead_bytes);
  void count_held();
  bool dead() const { return closed_ || reset_sent_; }
  void over(message::ErrorCode why, const std::string& reason);
  // response, from the session
  void note_response_left();

  H2Session& session_;
  H2StreamEvents* events_ = nullptr;
  H2Stream* previous_ = nullptr;  // the session's list
  H2Stream* next_ = nullptr;
  int32_t id_;
  // the request
  core::ByteChain held_;          // came before it was allowed
  size_t ahead_bytes_ = 0;        // so much may come before it is allowed
  size_t counted_bytes_ = 0;      // for which room was taken
  size_t uncovered_bytes_ = 0;    // held beyond ahead_bytes_
  uint64_t delivered_bytes_ = 0;  // since ahead_bytes_ grew
  std::unique_ptr<message::Fields> trailers_;
  uint64_t allowance_ = 0;
  uint64_t content_left_ = 0;
  bool length_known_ = false;
  bool delivering_begun_ = false;  // allow_body() was called
  bool delivering_ = false;
  bool request_ended_ = false;
  bool end_told_ = false;
  bool stopped_ = false;
  // the response
  H2Output output_;
  Answering answering_ = Answering::waiting;
  bool reset_sent_ = false;
  bool client_reset_ = false;
  bool closed_ = false;
};

}  // namespace hawser::http
