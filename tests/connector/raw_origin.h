// SPDX-License-Identifier: Apache-2.0
// RawOrigin: an origin on a real socket that does exactly what a test says, and keeps what it got.
// Owner: the test. Thread: the loop's own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/fd.h"
#include "core/listening.h"
#include "core/loop.h"
#include "core/socket.h"
#include "support/recording_listener.h"
#include "tls/context.h"
#include "tls/stream.h"

namespace hawser::test {

// One connection that the origin accepted.
struct OriginSession : RecordingListener {
  std::unique_ptr<core::Transport> transport;

  void send(std::string_view bytes) const { transport->write_copy(bytes); }
  void end() const { transport->end(); }
  void reset() const { transport->reset(); }
  void pause() const { transport->pause(core::PauseReason::busy); }
  void resume() const { transport->resume(core::PauseReason::busy); }
  bool over() const { return ended || broken.has_value(); }
};

class RawOrigin final : private core::AcceptListener {
 public:
  explicit RawOrigin(core::Loop& loop, std::shared_ptr<tls::Context> tls = nullptr)
      : loop_(loop),
        tls_(std::move(tls)),
        listening_(core::open_listening(core::Address::parse("127.0.0.1:0").value()).value()),
        acceptor_(loop, listening_.fd.get(), *this) {}

  uint16_t port() const { return listening_.address.port(); }
  std::string url(const std::string& path = "/") const {
    return (tls_ != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port()) +
           path;
  }
  size_t connections() const { return sessions_.size(); }
  OriginSession& session(size_t index = 0) { return *sessions_.at(index); }
  OriginSession& last() { return *sessions_.back(); }

 private:
  void on_accepted(core::Fd fd, const core::Address&) override {
    auto session = std::make_unique<OriginSession>();
    session->transport = core::Socket::adopt(loop_, fd.release()).value();
    if (tls_ != nullptr)
      session->transport = tls::Stream::accept(std::move(session->transport), tls_);
    session->transport->set_listener(*session);
    sessions_.push_back(std::move(session));
  }

  core::Loop& loop_;
  std::shared_ptr<tls::Context> tls_;
  core::ListeningSocket listening_;
  std::vector<std::unique_ptr<OriginSession>> sessions_;
  core::Acceptor acceptor_;
};

}  // namespace hawser::test
