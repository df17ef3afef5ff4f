// SPDX-License-Identifier: Apache-2.0
#include "relay/worker_link.h"

#include <utility>

#include "relay/session_bindings.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

channel::LinkOptions options_for(WorkerLink::End end) {
  channel::LinkOptions options;
  options.side = end == WorkerLink::End::asking ? channel::Side::engine : channel::Side::connector;
  options.handshake = false;
  options.stream_limit = 100'000;         // the peer is bounded by its own sessions
  options.resets_per_second = 1'000'000;  // and is no stranger
  return options;
}

}  // namespace

WorkerLink::WorkerLink(RelayContext& context, WorkerLinkOwner& owner, uint32_t peer_worker, End end,
                       std::unique_ptr<core::Transport> transport)
    : context_(context), owner_(owner), peer_worker_(peer_worker) {
  link_ = channel::Link::make(std::move(transport), *this, context_.budget, options_for(end));
}

WorkerLink::~WorkerLink() {
  for (Splice* splice = std::exchange(splices_, nullptr); splice != nullptr;)
    const std::unique_ptr<Splice> ended(std::exchange(splice, splice->next));
  for (const uint64_t session : bound_) context_.bindings.end_session(session);
}

void WorkerLink::on_session_end(uint64_t client_session) {
  bound_.erase(client_session);
  context_.bindings.end_session(client_session);
}

void WorkerLink::on_open(channel::Stream& stream, message::RequestHead& head,
                         channel::OpenInfo& info) {
  if (info.hops > 0)
    return stream.reset({ExchangeError::of(ErrorCode::internal, "one hop at most"), true});
  auto splice = std::make_unique<Splice>(context_, *this, stream, head, info);
  splice->next = splices_;
  if (splices_ != nullptr) splices_->previous = splice.get();
  splices_ = splice.release();
  splices_->start();
}

std::unique_ptr<Splice> WorkerLink::take(Splice& splice) {
  (splice.previous != nullptr ? splice.previous->next : splices_) = splice.next;
  if (splice.next != nullptr) splice.next->previous = splice.previous;
  return std::unique_ptr<Splice>(&splice);
}

void WorkerLink::on_splice_over(Splice& splice) { context_.loop.defer_delete(take(splice)); }

void WorkerLink::on_lost(const core::Error& why) {
  core::LogLine(context_.log, core::Level::warn, "worker_link_lost")
      .number("peer_worker", peer_worker_)
      .text("reason", why.reason);
  owner_.on_worker_link_lost(*this);
}

}  // namespace hawser::relay
