// SPDX-License-Identifier: Apache-2.0
// WorkerLink: one end of a link to another worker of this engine: a socket pair that speaks frames,
// so that no object crosses threads. The end that opened it sends exchanges; the other end gives
// them to its own channels. Owner: the RelayWorker. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_set>

#include "channel/link.h"
#include "relay/relay_context.h"
#include "relay/splice.h"

namespace hawser::relay {

class WorkerLink;

class WorkerLinkOwner {
 public:
  virtual ~WorkerLinkOwner() = default;
  virtual void on_worker_link_lost(WorkerLink& link) = 0;
};

class WorkerLink final : private channel::LinkListener, public SpliceOwner {
 public:
  enum class End : uint8_t { asking, answering };
  WorkerLink(RelayContext& context, WorkerLinkOwner& owner, uint32_t peer_worker, End end,
             std::unique_ptr<core::Transport> transport);
  ~WorkerLink() override;

  uint32_t peer_worker() const { return peer_worker_; }
  channel::Link& link() { return *link_; }

 private:
  void on_open(channel::Stream& stream, message::RequestHead& head,
               channel::OpenInfo& info) override;
  void on_lost(const core::Error& why) override;
  void on_session_end(uint64_t client_session) override;
  void on_splice_over(Splice& splice) override;
  void on_session_bound(uint64_t client_session) override { bound_.insert(client_session); }
  std::unique_ptr<Splice> take(Splice& splice);

  RelayContext& context_;
  WorkerLinkOwner& owner_;
  uint32_t peer_worker_;
  std::unordered_set<uint64_t> bound_;  // sessions of the peer
  Splice* splices_ = nullptr;           // a list that owns them
  std::unique_ptr<channel::Link> link_;
};

}  // namespace hawser::relay
