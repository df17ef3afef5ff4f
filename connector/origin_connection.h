// SPDX-License-Identifier: Apache-2.0
// OriginConnection: one HTTP/1.1 connection to an origin, used for one exchange after the other.
// Owner: the forwarder that uses it, or the OriginPool between two uses. Thread: the worker's own.
// It may be destroyed in one of its own callbacks only through Loop::defer_delete.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/byte_chain.h"
#include "core/timer_wheel.h"
#include "core/transport.h"
#include "http/h1_response_reader.h"
#include "message/error.h"
#include "message/head_pool.h"

namespace hawser::connector {

class OriginListener {
 public:
  virtual ~OriginListener() = default;
  virtual void on_origin_interim(message::ResponseHeadPtr head) = 0;
  virtual void on_origin_head(message::ResponseHeadPtr head) = 0;
  virtual void on_origin_body(core::Slice content) = 0;
  virtual void on_origin_end(const message::Fields& trailers) = 0;
  // What was written has left, or is little enough to go on.
  virtual void on_origin_drained() = 0;
  // The connection is of no further use; nothing follows. While it is idle this means that the
  // origin closed it.
  virtual void on_origin_failed(const message::ExchangeError& error) = 0;
};

class OriginConnection final : private core::TransportListener, private http::ResponseEvents {
 public:
  // `transport` is connected and, over TLS, past its handshake. `key` tells which connections may
  // stand in for one another.
  OriginConnection(std::string key, std::unique_ptr<core::Transport> transport,
                   message::HeadPool& heads);
  ~OriginConnection() override;

  // Null: what happens is only remembered (see reusable()).
  void set_listener(OriginListener* listener) { listener_ = listener; }

  // A request is about to be written, its response may come; a 101 only where it offers an upgrade.
  void expect(message::Method method, bool upgrade_offered);
  void write(core::ByteChain bytes);
  // Whether on_origin_drained() will tell when to write more.
  bool over_high_mark() const { return transport_->over_high_mark(); }
  // How much of the response's content may come from now on, in all that is not delivered yet. The
  // first call after the head lets the message go on, even with 0.
  void allow_body(uint64_t bytes);

  // After a 101: what follows on this connection is the new protocol's, both ways.
  void begin_tunnel() { reader_.begin_tunnel(); }
  // Ends our direction of a tunnel; the origin's goes on.
  void end();

  // Breaks off so that the origin can't take what it got for a whole request.
  void abort();
  bool alive() const { return alive_; }
  // Between two exchanges: nothing is under way, nothing unexpected came, the origin keeps it open.
  bool reusable() const;
  // Whether the origin said that it goes on after this response.
  bool keeps_alive() const { return alive_ && reader_.keep_alive(); }
  bool response_started() const { return reader_.response_started(); }
  bool reused() const { return uses_ > 1; }
  const std::string& key() const { return key_; }
  core::Transport& transport() { return *transport_; }

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

  void update_reading();
  void fail(const message::ExchangeError& error);

  std::string key_;
  http::H1Limits limits_;
  http::H1ResponseReader reader_;
  OriginListener* listener_ = nullptr;
  uint32_t uses_ = 0;
  bool alive_ = true;
  bool paused_ = false;
  std::unique_ptr<core::Transport> transport_;
};

}  // namespace hawser::connector
