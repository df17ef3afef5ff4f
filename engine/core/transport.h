// SPDX-License-Identifier: Apache-2.0
// Transport: a two-way run of bytes: a TCP or local socket, a TLS stream over one, or a pipe in a
// test. Everything above reads and writes through it and never learns which one it is. Owner: the
// session, link or client that holds it by unique_ptr; destroying it closes at once and silently (a
// TLS peer sees no close_notify), and its listener hears nothing more. It may be destroyed only
// through Loop::defer_delete when that happens inside one of its own callbacks. Thread: its loop's
// own.
#pragma once

#include <memory>
#include <string>

#include "core/address.h"
#include "core/byte_chain.h"
#include "core/pause_set.h"
#include "core/result.h"

namespace hawser::core {

class Loop;

class TransportListener {
 public:
  virtual ~TransportListener() = default;
  // The connection (and over TLS the handshake) is complete; bytes may follow. Not called for
  // accepted plain sockets.
  virtual void on_ready() {}
  // Bytes came. Never called while reading is paused.
  virtual void on_bytes(Slice bytes) = 0;
  // The peer ended its direction in the proper way (FIN; over TLS close_notify). Writing may go on.
  virtual void on_end() = 0;
  // The connection failed, or ended without the proper end. Nothing is called after it.
  virtual void on_broken(const Error& why) = 0;
  // unsent_bytes() had passed the high mark and has fallen to the low mark.
  virtual void on_drained() {}
};

inline constexpr size_t held_up_mark_bytes = 16 * 1024;

class Transport {
 public:
  virtual ~Transport() = default;
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // `listener` outlives the transport or is replaced. Reading starts with the first listener.
  virtual void set_listener(TransportListener& listener) = 0;

  virtual void pause(PauseReason reason) = 0;
  virtual void resume(PauseReason reason) = 0;
  // Reads at most so much at a time, where it can: what its reader has no use for yet better waits
  // in the kernel.
  virtual void limit_reads(size_t /*bytes*/) {}

  // Takes the bytes and sends them at the end of the loop's turn, so that all writes of a turn
  // leave together.
  virtual void write(ByteChain bytes) = 0;
  // Copies, for heads and other small text.
  virtual void write_copy(std::string_view bytes) = 0;
  // Bytes taken and not yet handed to the kernel. The writer stops above the high mark (default 64
  // KiB) and goes on at on_drained(), which comes at half of it.
  virtual size_t unsent_bytes() const = 0;
  virtual bool over_high_mark() const = 0;
  // The kernel took less than it was offered when it was last asked: its reader is slow, and what
  // is written waits here. The high mark is 16 KiB then, so that thousands of them hold little.
  virtual bool held_up() const { return false; }
  // Bytes that the kernel has taken and has not sent yet, where it can tell: the peer, or the way
  // to it, is slower than we are. A system call.
  virtual size_t unsent_in_kernel_bytes() const { return 0; }

  // Ends our direction after what was written: close_notify (TLS) and FIN. Reading goes on.
  virtual void end() = 0;
  // Ends both directions at once so that the peer cannot take it for the end: TCP reset, no
  // close_notify. Then destroy.
  virtual void reset() = 0;

  virtual Loop& loop() = 0;
  virtual const Address& peer() const = 0;
  virtual const Address& local() const = 0;
};

}  // namespace hawser::core
