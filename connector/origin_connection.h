// SPDX-License-Identifier: Apache-2.0
// OriginConnection: one HTTP/1.1 connection to an origin, used for one exchange after the other.
// Owner: the forwarder that uses it, or the OriginPool between two uses. Thread: the worker's own.
// It may be destroyed in one of its own callbacks only through Loop::defer_delete.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connector/origin_exchange.h"
#include "core/transport.h"
#include "http/h1_response_reader.h"
#include "http/h1_writer.h"
#include "message/head_pool.h"

namespace hawser::connector {

class OriginConnection final : public OriginExchange,
                               private core::TransportListener,
                               private http::ResponseEvents {
 public:
  // `transport` is connected and, over TLS, past its handshake. `key` tells which connections may
  // stand in for one another.
  OriginConnection(std::string key, std::unique_ptr<core::Transport> transport,
                   message::HeadPool& heads);
  ~OriginConnection() override;

  void set_listener(OriginListener* listener) override { listener_ = listener; }
  void send_head(const message::RequestHead& head, std::string_view host,
                 std::string_view upgrade) override;
  void send_body(core::Slice content) override;
  void send_end(const message::Fields& trailers) override;
  bool over_high_mark() const override { return transport_->over_high_mark(); }
  void allow_body(uint64_t bytes) override;
  void begin_tunnel() override;
  void end_tunnel() override;
  void abort() override;
  // Nothing is under way, nothing unexpected came, the origin keeps it open.
  bool reusable() const override;
  bool takes_more() const override { return alive_ && reader_.keep_alive(); }
  bool response_started() const override { return reader_.response_started(); }
  bool reused() const override { return uses_ > 1; }
  http::H2Refusal refusal() const override { return http::H2Refusal::none; }
  bool shared() const override { return false; }
  const std::string& key() const override { return key_; }

 private:
  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_drained() override;
  void on_interim(message::ResponseHeadPtr head) override;
  void on_head(message::ResponseHeadPtr head) override;
  void on_body(core::Slice content) override;
  void on_message_end(const message::Fields& trailers) override;
  void on_error(const message::ExchangeError& error) override;

  void write(core::ByteChain bytes);
  void update_reading();
  void fail(const message::ExchangeError& error);

  std::string key_;
  http::H1Limits limits_;
  http::H1ResponseReader reader_;
  OriginListener* listener_ = nullptr;
  http::ChunkWriter chunks_;
  uint32_t uses_ = 0;
  bool chunked_ = false;
  bool alive_ = true;
  bool paused_ = false;
  std::unique_ptr<core::Transport> transport_;
};

}  // namespace hawser::connector
