// SPDX-License-Identifier: Apache-2.0
// Load: clients that ask again as soon as they have their answer, over TLS with keep-alive, and the
// origin that answers them all alike. Owner: the bench. Thread: the loop's own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/listening.h"
#include "core/loop.h"
#include "core/transport.h"
#include "tls/stream.h"

namespace hawser::bench {

// An origin in plain HTTP that keeps its connections.
class LoadOrigin final : private core::AcceptListener {
 public:
  LoadOrigin(core::Loop& loop, size_t body_bytes);
  ~LoadOrigin() override;
  std::string url() const;

 private:
  class Session;
  void on_accepted(core::Fd fd, const core::Address& peer) override;

  core::Loop& loop_;
  std::string response_;
  core::ListeningSocket listening_;
  std::vector<std::unique_ptr<Session>> sessions_;
  core::Acceptor acceptor_;
};

// One connection of a client.
class LoadClient final : private core::TransportListener {
 public:
  // Dials at once. Each answer of `body_bytes` is told to `on_answer`.
  LoadClient(core::Loop& loop, const core::Address& address, std::shared_ptr<tls::Context> context,
             const std::string& host, size_t body_bytes,
             std::function<void(LoadClient&)> on_answer);
  void ask(std::string_view request) { stream_->write_copy(request); }
  bool ready() const { return ready_; }
  bool failed() const { return failed_; }  // cut, or answered with anything but 200

 private:
  void on_ready() override { ready_ = true; }
  void on_bytes(core::Slice bytes) override;
  void on_end() override { failed_ = true; }
  void on_broken(const core::Error&) override { failed_ = true; }
  void take_head(std::string_view& bytes);

  size_t body_bytes_;
  std::function<void(LoadClient&)> on_answer_;
  std::string head_;      // as far as it has come
  size_t body_left_ = 0;  // 0: a head is awaited
  bool ready_ = false;
  bool failed_ = false;
  std::unique_ptr<tls::Stream> stream_;
};

}  // namespace hawser::bench
