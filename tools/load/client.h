// SPDX-License-Identifier: Apache-2.0
// Client: one TLS connection that asks for one thing at a time over HTTP/1.1 and takes no more of
// the answer than it is allowed; or whose bytes go to a ByteReader. Owner: the Crowd. Thread: main.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/loop.h"
#include "core/result.h"
#include "core/transport.h"
#include "target.h"
#include "tls/stream.h"

namespace hawser::load {

class Client;

class ClientOwner {
 public:
  virtual ~ClientOwner() = default;
  virtual void on_client_up(Client& client) = 0;
  // An answer is whole; or, after say_goodbye(), the server has closed too.
  virtual void on_client_answered(Client& client) = 0;
  // output_full() held and holds no more.
  virtual void on_client_drained(Client& client) = 0;
  // It never came up, or it is gone. Nothing follows.
  virtual void on_client_over(Client& client, const std::string& why) = 0;
};

// Takes what a client receives, in place of its own reader of HTTP/1.1.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  // An error ends the client.
  virtual core::Result<void> read(Client& client, std::string_view bytes) = 0;
};

class Client final : private core::TransportListener {
 public:
  // Dials at once. `receive_buffer_bytes`: what the kernel may hold for it; 0: its own choice.
  Client(core::Loop& loop, const Target& target, uint32_t receive_buffer_bytes, ClientOwner& owner);

  void write(std::string_view bytes) {
    sent_bytes_ += bytes.size();
    stream_->write_copy(bytes);
  }
  // Writes a request and notes the time, or the one when it should have been written.
  void ask(std::string_view request) { ask(request, stream_->loop().now_us()); }
  void ask(std::string_view request, uint64_t since_us);
  // Ends its direction and waits for the server's end.
  void say_goodbye();
  void read_by(std::unique_ptr<ByteReader> reader) { reader_ = std::move(reader); }
  ByteReader* reader() { return reader_.get(); }
  bool output_full() const { return stream_->over_high_mark(); }
  // Only so much is read from now on, and what more is allowed later.
  void hold_reading();
  void allow(int64_t bytes);

  // Its owner hears nothing more of it.
  void leave() { over_ = true; }

  bool up() const { return up_ && !over_; }
  bool was_up() const { return up_; }
  bool over() const { return over_; }
  bool resumed() const { return stream_->handshake().resumed; }
  uint16_t status() const { return status_; }  // of the last answer; 0: none yet
  uint64_t asked_us() const { return asked_us_; }
  uint64_t sent_bytes() const { return sent_bytes_; }  // by write()
  uint64_t received_bytes() const { return received_bytes_; }

 private:
  void on_ready() override;
  void on_bytes(core::Slice bytes) override;
  void on_end() override { end("the server ended the connection"); }
  void on_drained() override {
    if (!over_) owner_.on_client_drained(*this);
  }
  void on_broken(const core::Error& why) override { end(why.reason); }
  void read(std::string_view bytes);
  void read_head(std::string_view& bytes);
  void end(const std::string& why);

  ClientOwner& owner_;
  std::unique_ptr<ByteReader> reader_;
  std::string head_;        // of the answer, until it is whole
  uint64_t body_left_ = 0;  // of the answer
  bool in_body_ = false;
  uint64_t asked_us_ = 0;
  uint64_t sent_bytes_ = 0;
  uint64_t received_bytes_ = 0;
  int64_t allowed_bytes_ = INT64_MAX;
  uint16_t status_ = 0;
  bool up_ = false;
  bool over_ = false;
  bool said_goodbye_ = false;
  std::unique_ptr<tls::Stream> stream_;
};

}  // namespace hawser::load
