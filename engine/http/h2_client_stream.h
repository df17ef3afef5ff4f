// SPDX-License-Identifier: Apache-2.0
// H2ClientStream: one request to an HTTP/2 origin, and its response. The response's content comes
// as far as it was allowed; a window's worth more is held here and not given back until then, so
// that a slow taker of one stream holds a bounded part of memory and stalls no other. Owner: its
// H2ClientSession; the user's pointer is dead after on_response_failed(), on_stream_over() and
// detach(). Thread: the loop's own.
#pragma once

#include <cstdint>
#include <memory>

#include "core/byte_chain.h"
#include "http/h2_output.h"
#include "message/error.h"
#include "message/head_pool.h"

namespace hawser::http {

class H2ClientSession;

// Whether the origin has said that it did not process a request (RFC 9113 8.7), and if so where it
// would: on any connection, or on one that speaks HTTP/1.1 (RFC 9113 7, HTTP_1_1_REQUIRED).
// `http_1_1_wanted`: it ended the connection for that, and may have processed the request.
enum class H2Refusal : uint8_t { none, refused, http_1_1_required, http_1_1_wanted };

class H2ClientStreamEvents {
 public:
  virtual ~H2ClientStreamEvents() = default;
  virtual void on_interim(message::ResponseHeadPtr head) = 0;
  virtual void on_head(message::ResponseHeadPtr head) = 0;
  virtual void on_body(core::Slice content) = 0;
  virtual void on_response_end(const message::Fields& trailers) = 0;
  // output_full() held and holds no more.
  virtual void on_stream_drained() = 0;
  // Before the response's end.
  virtual void on_response_failed(const message::ExchangeError& error, H2Refusal refusal) = 0;
  // Both directions are through, or the origin wants no more of the request after its answer.
  virtual void on_stream_over() = 0;
};

class H2ClientStream {
 public:
  H2ClientStream(H2ClientSession& session, message::Method method, H2ClientStreamEvents& events)
      : session_(session), events_(&events), method_(method) {}
  H2ClientStream(const H2ClientStream&) = delete;
  H2ClientStream& operator=(const H2ClientStream&) = delete;

  void send_body(core::ByteChain bytes);
  void send_end(const message::Fields& trailers);
  bool output_full() const { return output_.full(); }
  // How much more of the content may come; the first call after the head, even with 0, begins.
  void allow_body(uint64_t bytes);
  // The user hears nothing more. What is not through is reset with CANCEL, but for the rest of a
  // request that was answered.
  void detach();

 private:
  friend class H2ClientSession;

  void begin_content(message::BodyLength length);
  [[nodiscard]] bool count_content(size_t bytes);
  bool content_complete() const { return !length_known_ || content_left_ == 0; }
  void take_content(core::Slice content);
  void end_response(const message::Fields& trailers);
  void deliver();
  void fail(message::ErrorCode code, const std::string& reason,
            H2Refusal refusal = H2Refusal::none);
  void finish_if_through();

  H2ClientSession& session_;
  H2ClientStreamEvents* events_;
  H2ClientStream* previous_ = nullptr;  // the session's list
  H2ClientStream* next_ = nullptr;
  int32_t id_ = 0;
  message::Method method_;
  uint32_t interim_seen_ = 0;
  // the response
  core::ByteChain held_;
  std::unique_ptr<message::Fields> trailers_;
  uint64_t allowance_ = 0;
  uint64_t content_left_ = 0;
  bool length_known_ = false;
  bool head_seen_ = false;  // the final one
  bool delivering_ = false;
  bool begun_ = false;  // allow_body() was called
  bool response_ended_ = false;
  bool end_told_ = false;
  bool closed_ = false;  // the connection knows it no more
  bool released_ = false;
  // the request
  H2Output output_;
};

}  // namespace hawser::http
