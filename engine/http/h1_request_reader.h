// SPDX-License-Identifier: Apache-2.0
// H1RequestReader: the server's side of HTTP/1: bytes in, requests out, strictly by RFC 9112 and
// one at a time. It stops by itself twice: after a head, until allow_body(); and after a message,
// until next_message(). What was read further is kept, so whoever feeds it stops reading from the
// connection while wants_bytes() is false.
// Owner: a client session or ServerConnection. Thread: the loop's own. It may be destroyed in one
// of its own callbacks only through Loop::defer_delete.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/byte_chain.h"
#include "http/body_reader.h"
#include "http/limits.h"
#include "http/line_scanner.h"
#include "message/error.h"
#include "message/head_pool.h"

namespace hawser::http {

class RequestEvents {
 public:
  virtual ~RequestEvents() = default;
  // A complete and valid head. The reader is stopped until allow_body().
  virtual void on_head(message::RequestHeadPtr head) = 0;
  virtual void on_body(core::Slice content) = 0;
  // The request is complete; the reader is stopped until next_message().
  virtual void on_message_end(const message::Fields& trailers) = 0;
  // The request cannot be read. Nothing comes after it: answer if no answer has begun, then close.
  virtual void on_error(const message::ExchangeError& error) = 0;
};

class H1RequestReader {
 public:
  static constexpr uint64_t unlimited = UINT64_MAX;

  // All three outlive the reader. `limits` is read at each message.
  H1RequestReader(message::HeadPool& heads, const H1Limits& limits, RequestEvents& events);

  void feed(core::Slice bytes);
  // The peer ended its direction: an error when inside a message, nothing between two.
  void on_connection_end();

  // Lets `bytes` more of content through; the first call, even with 0, starts the body (the end of
  // an empty one comes with it).
  void allow_body(uint64_t bytes);
  // Goes on to the next request, possibly with bytes that were kept.
  void next_message();
  // After a request whose upgrade was agreed to: what follows it, up to the end of the connection,
  // is content of the new protocol, as far as allow_body() lets it through.
  void begin_tunnel();
  // Reads nothing more.
  void stop();

  // Whether feed() would get on now.
  bool wants_bytes() const;
  size_t bytes_kept() const { return input_.size(); }
  // Nothing of a request has been seen since the last message (empty lines aside).
  bool between_messages() const;
  bool in_body() const { return state_ == State::body || state_ == State::head_done; }
  // Whether the connection may carry another request after the current one, by what the client
  // said.
  bool keep_alive() const { return keep_alive_; }

 private:
  enum class State : uint8_t { head, head_done, body, message_done, failed, stopped };

  void run();
  bool read_head();
  bool read_body();
  LineFault finish_head(std::string_view text);
  void deliver_head();
  void finish_message();
  void fail(message::ErrorCode code, std::string reason);

  message::HeadPool& heads_;
  const H1Limits& limits_;
  RequestEvents& events_;
  core::ByteChain input_;
  LineScanner scanner_{LineScanner::Section::request};
  std::string partial_;           // a head that came in more than one slice
  message::RequestHeadPtr head_;  // while it is read
  BodyReader body_;
  uint64_t allowance_ = 0;
  State state_ = State::head;
  bool running_ = false;
  bool ended_ = false;
  bool keep_alive_ = true;
};

}  // namespace hawser::http
