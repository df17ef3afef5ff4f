// SPDX-License-Identifier: Apache-2.0
#include "support/memory_pipe.h"

#include <algorithm>
#include <cerrno>

namespace hawser::test {

using core::ByteChain;
using core::Error;
using core::PauseReason;

MemoryPipe MemoryPipe::make(core::Loop& loop, size_t cut_bytes) {
  MemoryPipe pipe;
  pipe.a.reset(new MemoryTransport(loop));
  pipe.b.reset(new MemoryTransport(loop));
  pipe.a->other_ = pipe.b.get();
  pipe.b->other_ = pipe.a.get();
  pipe.a->cut_bytes_ = pipe.b->cut_bytes_ = cut_bytes;
  return pipe;
}

MemoryTransport::MemoryTransport(core::Loop& loop)
    : loop_(loop), address_(core::Address::parse("127.0.0.1:1").value()) {}

// Destroying closes at once: the other side sees an end behind what was sent.
MemoryTransport::~MemoryTransport() {
  if (other_ != nullptr) {
    other_->peer_ended_ = true;
    loop_.request_flush(*other_);
  }
  detach();
}

void MemoryTransport::detach() {
  if (other_ != nullptr) other_->other_ = nullptr;
  other_ = nullptr;
}

void MemoryTransport::break_both(std::string reason) {
  const Error why{std::move(reason), -ECONNRESET};
  if (other_ != nullptr) other_->broken_by_peer(why);
  detach();
  broken_by_peer(why);
}

void MemoryTransport::broken_by_peer(Error why) {
  if (dead_) return;
  failure_ = std::make_unique<Error>(std::move(why));
  received_.clear();
  unsent_.clear();
  loop_.request_flush(*this);
}

void MemoryTransport::hold_output(bool held) {
  output_held_ = held;
  loop_.request_flush(*this);
}

void MemoryTransport::set_listener(core::TransportListener& listener) {
  listener_ = &listener;
  loop_.request_flush(*this);
}

void MemoryTransport::pause(PauseReason reason) { reads_.add(reason); }

void MemoryTransport::resume(PauseReason reason) {
  if (reads_.remove(reason)) loop_.request_flush(*this);
}

void MemoryTransport::write(ByteChain bytes) {
  if (dead_ || failure_ != nullptr) return;
  HAWSER_ASSERT(!ended_);
  unsent_.append(std::move(bytes));
  over_high_mark_ = over_high_mark_ || unsent_.size() > high_mark_bytes_;
  loop_.request_flush(*this);
}

void MemoryTransport::write_copy(std::string_view bytes) {
  ByteChain chain;
  chain.append_copy(loop_.blocks(), bytes);
  write(std::move(chain));
}

size_t MemoryTransport::unsent_bytes() const { return unsent_.size(); }

void MemoryTransport::end() {
  if (ended_ || dead_) return;
  ended_ = true;
  loop_.request_flush(*this);
}

void MemoryTransport::reset() {
  if (dead_) return;
  reset_called_ = true;
  dead_ = true;
  unsent_.clear();
  received_.clear();
  loop_.cancel_flush(*this);
  if (other_ != nullptr)
    other_->broken_by_peer(Error{"read: Connection reset by peer", -ECONNRESET});
  detach();
}

void MemoryTransport::flush() {
  if (dead_) return;
  send();
  deliver();
}

// As a kernel does: takes everything at once, unless it is held.
void MemoryTransport::send() {
  if (output_held_ || failure_ != nullptr) return;
  if (!unsent_.empty()) {
    sent_bytes_ += unsent_.size();
    if (other_ != nullptr) {
      other_->received_.append(std::move(unsent_));
      loop_.request_flush(*other_);
    } else {
      unsent_.clear();
    }
    if (std::exchange(over_high_mark_, false) && listener_ != nullptr) listener_->on_drained();
  }
  if (ended_ && unsent_.empty() && !end_sent_) {
    end_sent_ = true;
    if (other_ != nullptr) {
      other_->peer_ended_ = true;
      loop_.request_flush(*other_);
    }
  }
}

void MemoryTransport::deliver() {
  if (listener_ == nullptr) return;
  while (!dead_ && failure_ == nullptr && !reads_.paused() && !received_.empty()) {
    const size_t n = std::min<size_t>(received_.front().size(), cut_bytes_);
    ByteChain piece = received_.split_front(n);
    listener_->on_bytes(piece.pop_front());
  }
  if (dead_) return;
  if (failure_ != nullptr) {
    dead_ = true;
    const std::unique_ptr<Error> why = std::move(failure_);
    listener_->on_broken(*why);
  } else if (peer_ended_ && !end_delivered_ && !reads_.paused() && received_.empty()) {
    end_delivered_ = true;
    listener_->on_end();
  }
}

}  // namespace hawser::test
