// SPDX-License-Identifier: Apache-2.0
// H1ClientProtocol: HTTP/1 with a client: keep-alive, pipelining, one exchange at a time. Owner:
// its ClientSession. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "http/h1_request_reader.h"
#include "http/h1_writer.h"
#include "relay/client_protocol.h"
#include "relay/client_session.h"
#include "relay/client_side.h"
#include "relay/exchange.h"

namespace hawser::relay {

class H1ClientProtocol final : public ClientProtocol,
                               private http::RequestEvents,
                               public ClientSide {
 public:
  explicit H1ClientProtocol(ClientSession& session);

  void begin() override;
  void on_bytes(core::Slice bytes) override;
  void on_client_end() override;
  void on_drained() override;
  void on_deadline() override;
  void drain() override;
  void cut(const message::ExchangeError& error) override;
  void on_gone(const std::string& reason) override;
  bool idle() const override { return exchange_ == nullptr; }

 private:
  // requests
  void on_head(message::RequestHeadPtr head) override;
  void on_body(core::Slice content) override;
  void on_message_end(const message::Fields& trailers) override;
  void on_error(const message::ExchangeError& error) override;
  // responses
  void allow_body(uint64_t bytes) override;
  void stop_body() override;
  void end_connection() override { keep_alive_ = false; }
  void on_routed(const model::App& app) override;
  void send_interim(const message::ResponseHead& head) override;
  void send_head(message::ResponseHead& head) override;
  void send_body(core::ByteChain bytes) override;
  bool output_full() const override;
  bool keeps_up() const override { return session_.keeps_up(); }
  void send_end(const message::Fields& trailers) override;
  void cut() override;
  void on_exchange_over() override;

  void wait_for_request();
  void arm_head_deadline();
  void advance();
  void refuse(const message::ExchangeError& error);
  void linger();
  void update_reading();

  ClientSession& session_;
  RelayContext& context_;
  core::Transport& transport_;
  http::H1RequestReader reader_;
  http::ChunkWriter chunks_;
  std::unique_ptr<Exchange> exchange_;
  http::ResponseFraming framing_ = http::ResponseFraming::none;
  message::Method method_ = message::Method::get;
  message::HttpVersion version_ = message::HttpVersion::http_1_1;
  bool keep_alive_ = true;
  bool bodyless_ = false;
  bool request_read_ = false;  // to its end
  bool reading_body_ = false;  // allow_body() was called for this request
  bool head_deadline_ = false;
  bool tunnel_ = false;    // after a 101: raw bytes both ways, then the end of the connection
  bool next_due_ = false;  // a request may follow once the output has drained
};

}  // namespace hawser::relay
