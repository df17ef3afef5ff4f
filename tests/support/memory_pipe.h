// SPDX-License-Identifier: Apache-2.0
// MemoryPipe: two Transports on one loop that carry each other's bytes without a socket. Deliveries
// may be cut into pieces of n bytes, the end and the failure of either side can be staged. Owner:
// the test. Thread: the loop's own.
#pragma once

#include <deque>
#include <memory>

#include "core/loop.h"
#include "core/transport.h"

namespace hawser::test {

class MemoryTransport final : public core::Transport, private core::Flushable {
 public:
  ~MemoryTransport() override;

  // The other side hears a failure as after a reset by the network; both ends are dead then.
  void break_both(std::string reason);
  // While held, what this side writes stays unsent (as if the peer's kernel had no room).
  void hold_output(bool held);
  void set_high_mark(size_t bytes) { high_mark_bytes_ = bytes; }
  // The largest piece that this side hands to its listener from now on.
  void set_cut(size_t bytes) { cut_bytes_ = bytes; }
  bool ended() const { return ended_; }  // this side called end()
  bool reset_called() const { return reset_called_; }
  uint64_t sent_bytes() const { return sent_bytes_; }
  bool reads_paused() const { return reads_.paused(); }

  void set_listener(core::TransportListener& listener) override;
  void pause(core::PauseReason reason) override;
  void resume(core::PauseReason reason) override;
  void write(core::ByteChain bytes) override;
  void write_copy(std::string_view bytes) override;
  size_t unsent_bytes() const override;
  bool over_high_mark() const override { return over_high_mark_; }
  void end() override;
  void reset() override;
  core::Loop& loop() override { return loop_; }
  const core::Address& peer() const override { return address_; }
  const core::Address& local() const override { return address_; }

 private:
  friend struct MemoryPipe;
  explicit MemoryTransport(core::Loop& loop);
  void flush() override;
  void send();
  void deliver();
  void broken_by_peer(core::Error why);
  void detach();

  core::Loop& loop_;
  core::Address address_;
  MemoryTransport* other_ = nullptr;
  core::TransportListener* listener_ = nullptr;
  core::PauseSet reads_;
  core::ByteChain unsent_;
  core::ByteChain received_;
  size_t cut_bytes_ = SIZE_MAX;
  size_t high_mark_bytes_ = 64 * 1024;
  uint64_t sent_bytes_ = 0;
  bool output_held_ = false;
  bool over_high_mark_ = false;
  bool ended_ = false;       // end() was called
  bool end_sent_ = false;    // and reached the other side
  bool peer_ended_ = false;  // the other side's end waits behind received_
  bool end_delivered_ = false;
  bool dead_ = false;
  bool reset_called_ = false;
  std::unique_ptr<core::Error> failure_;
};

struct MemoryPipe {
  std::unique_ptr<MemoryTransport> a;
  std::unique_ptr<MemoryTransport> b;

  // Each delivery has at most `cut_bytes`.
  static MemoryPipe make(core::Loop& loop, size_t cut_bytes = SIZE_MAX);
};

}  // namespace hawser::test
