// SPDX-License-Identifier: Apache-2.0
// ProxiedTransport: a connection from a load balancer that says first for whom it connected (PROXY
// protocol); everything above sees that client as the peer. Without such a header the connection
// breaks. Owner: as any Transport's. Thread: its loop's own.
#pragma once

#include <memory>
#include <string>

#include "core/transport.h"

namespace hawser::relay {

class ProxiedTransport final : public core::Transport, private core::TransportListener {
 public:
  explicit ProxiedTransport(std::unique_ptr<core::Transport> below);

  void set_listener(core::TransportListener& listener) override;
  void pause(core::PauseReason reason) override { below_->pause(reason); }
  void resume(core::PauseReason reason) override { below_->resume(reason); }
  void write(core::ByteChain bytes) override { below_->write(std::move(bytes)); }
  void write_copy(std::string_view bytes) override { below_->write_copy(bytes); }
  size_t unsent_bytes() const override { return below_->unsent_bytes(); }
  size_t unsent_in_kernel_bytes() const override { return below_->unsent_in_kernel_bytes(); }
  bool over_high_mark() const override { return below_->over_high_mark(); }
  bool held_up() const override { return below_->held_up(); }
  void end() override { below_->end(); }
  void reset() override { below_->reset(); }
  core::Loop& loop() override { return below_->loop(); }
  // The balancer itself, until its header has come.
  const core::Address& peer() const override { return peer_; }
  const core::Address& local() const override { return below_->local(); }

 private:
  enum class State : uint8_t { header, open, broken };

  void on_bytes(core::Slice bytes) override;
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_drained() override;
  void read_header(core::Slice bytes);
  void fail(const char* reason);

  std::unique_ptr<core::Transport> below_;
  core::TransportListener* listener_ = nullptr;
  core::Address peer_;
  std::string header_;  // what came of it
  State state_ = State::header;
};

}  // namespace hawser::relay
