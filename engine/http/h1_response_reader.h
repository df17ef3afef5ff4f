// SPDX-License-Identifier: Apache-2.0
// H1ResponseReader: the client's side of HTTP/1: bytes in, one response at a time out, read as
// strictly as requests are. The head of a final response stops it until allow_body(); after the
// response it is idle until expect(): bytes that come then are an error of their sender.
// Owner: an origin connection or Client. Thread: the loop's own. It may be destroyed in one of its
// own callbacks only through Loop::defer_delete.
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

class ResponseEvents {
 public:
  virtual ~ResponseEvents() = default;
  // A 1xx other than 101; a final response follows.
  virtual void on_interim(message::ResponseHeadPtr head) = 0;
  // A final response's head, or a 101: then begin_tunnel() makes what follows content, too.
  virtual void on_head(message::ResponseHeadPtr head) = 0;
  virtual void on_body(core::Slice content) = 0;
  virtual void on_message_end(const message::Fields& trailers) = 0;
  // Nothing comes after it; the connection is of no further use.
  virtual void on_error(const message::ExchangeError& error) = 0;
};

class H1ResponseReader {
 public:
  static constexpr uint64_t unlimited = UINT64_MAX;

  H1ResponseReader(message::HeadPool& heads, const H1Limits& limits, ResponseEvents& events);

  // A request was sent, and its response may come. Only when idle().
  void expect(message::Method method, bool upgrade_offered);

  void feed(core::Slice bytes);
  // The peer ended its direction properly: the end of a close-delimited response, else an error
  // unless idle. (When it broke off, drop the reader instead.)
  void on_connection_end();

  void allow_body(uint64_t bytes);
  // After a head that upgraded(): what follows it, up to the end of the connection, is content of
  // the new protocol, as far as allow_body() lets it through.
  void begin_tunnel();
  void stop();

  bool wants_bytes() const;
  // Of its content, while that is read; else `unlimited`.
  uint64_t wanted_bytes() const { return state_ == State::body ? allowance_ : unlimited; }
  size_t bytes_kept() const { return input_.size(); }
  bool idle() const { return state_ == State::idle; }
  // A byte of the response (or of a 1xx before it) has been seen.
  bool response_started() const { return started_; }
  // The head that was delivered last ended HTTP on this connection (101, or 2xx to CONNECT).
  bool upgraded() const { return upgraded_; }
  // After the response: whether the connection may be used again. False when unexpected bytes are
  // there.
  bool keep_alive() const { return keep_alive_ && input_.empty(); }

 private:
  enum class State : uint8_t { idle, head, head_done, body, upgraded, failed, stopped };

  void run();
  bool read_head();
  bool read_body();
  LineFault finish_head(std::string_view text);
  LineFault check_interim(const message::ResponseHead& head);
  void deliver_head();
  void finish_message();
  void fail(message::ErrorCode code, std::string reason);

  message::HeadPool& heads_;
  const H1Limits& limits_;
  ResponseEvents& events_;
  core::ByteChain input_;
  LineScanner scanner_{LineScanner::Section::response};
  std::string partial_;
  message::ResponseHeadPtr head_;  // while it is read
  BodyReader body_;
  message::Method method_ = message::Method::other;
  uint64_t allowance_ = 0;
  uint32_t interim_seen_ = 0;
  State state_ = State::idle;
  bool upgrade_offered_ = false;
  bool upgraded_ = false;
  bool running_ = false;
  bool started_ = false;
  bool ended_ = false;
  bool keep_alive_ = true;
};

}  // namespace hawser::http
