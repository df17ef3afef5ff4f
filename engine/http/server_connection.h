// SPDX-License-Identifier: Apache-2.0
// ServerConnection: an HTTP/1.1 server connection for small answers (admin API, metrics,
// enrolment): each request is read whole into memory, answered by the handler, and the next one is
// read. Owner: the one who accepted the transport. Thread: the loop's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/loop.h"
#include "core/metrics.h"
#include "core/timer_wheel.h"
#include "core/transport.h"
#include "http/body_stream.h"
#include "http/h1_request_reader.h"
#include "http/h1_writer.h"
#include "http/limits.h"
#include "message/head_pool.h"

namespace hawser::http {

// Who is at the other end, where whoever accepted the connection knows.
struct ServerPeer {
  std::string user;
  std::string uid;
};
struct ServerRequest {
  message::RequestHeadPtr head;
  std::string body;
  ServerPeer peer;
};
struct ServerResponse {
  int status = 200;
  message::Fields fields;
  std::string body;
  bool close = false;
  // In place of `body`; the connection ends with it.
  std::shared_ptr<BodyStream> stream = {};

  static ServerResponse text(int status, std::string body,
                             std::string_view content_type = "text/plain; charset=utf-8");
  static ServerResponse json(int status, std::string body) {
    return text(status, std::move(body), "application/json");
  }
};

class ServerConnection final : private core::TransportListener,
                               private RequestEvents,
                               private core::Flushable {
 public:
  struct Options {
    size_t body_limit_bytes = 1024 * 1024;
    uint64_t request_timeout_ms = 10'000;  // from the first byte of a request to its last
    uint64_t idle_timeout_ms = 60'000;     // between two requests
    core::Counter* refused = nullptr;      // counts what was no request; outlives the connection
  };
  // Called once a request is complete. The answer may come later, by respond(); no further request
  // is read until then.
  using Handler = std::function<void(ServerConnection&, ServerRequest)>;
  // The connection is over; usually answered with Loop::defer_delete of it.
  using Closed = std::function<void(ServerConnection&)>;

  ServerConnection(std::unique_ptr<core::Transport> transport, Options options, Handler handler,
                   Closed closed);
  ~ServerConnection() override;

  void respond(const ServerResponse& response);
  // Ends after the answer that is under way, or now when there is none.
  void drain();
  core::Transport& transport() { return *transport_; }

 private:
  enum class State : uint8_t { reading, answering, streaming, draining_output, ending, closed };

  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_drained() override;
  void on_head(message::RequestHeadPtr head) override;
  void on_body(core::Slice content) override;
  void on_message_end(const message::Fields& trailers) override;
  void on_error(const message::ExchangeError& error) override;
  void flush() override;
  void on_due();
  void refuse(const message::ExchangeError& error);
  void write(const ServerResponse& response, bool keep_alive);
  void begin_stream(const ServerResponse& response);
  void pump_stream();
  void end_stream();
  void after_answer(bool keep_alive);
  void next_request();
  void end_output();
  void close_when_sent();
  void close();
  void update_reading();

  Options options_;
  Handler handler_;
  Closed closed_;
  H1Limits limits_;
  message::HeadPool heads_{2};
  H1RequestReader reader_;
  core::Deadline deadline_;
  ServerRequest request_;
  message::Method method_ = message::Method::other;  // of the request that is answered
  message::HttpVersion version_ = message::HttpVersion::http_1_1;
  State state_ = State::reading;
  std::shared_ptr<BodyStream> stream_;
  ResponseFraming stream_framing_ = ResponseFraming::none;
  uint64_t linger_left_ms_ = 0;
  bool peer_ended_ = false;
  bool draining_ = false;
  bool paused_ = false;
  std::unique_ptr<core::Transport> transport_;
};

}  // namespace hawser::http
