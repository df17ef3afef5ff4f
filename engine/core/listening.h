// SPDX-License-Identifier: Apache-2.0
// Listening: opening sockets that listen, and taking connections from them on a loop. Owner: main
// owns the descriptors, a worker its Acceptors. Thread: open_listening any; an Acceptor its loop's.
#pragma once

#include <cstdint>
#include <memory>

#include "core/address.h"
#include "core/fd.h"
#include "core/loop.h"
#include "core/result.h"

namespace hawser::core {

struct ListenOptions {
  int backlog = 4096;
  bool reuse_port = true;      // several descriptors share one address; the kernel spreads
  uint32_t local_mode = 0600;  // permissions of a unix socket
};

struct ListeningSocket {
  Fd fd;
  Address address;  // as bound: port 0 has become the real one
};

// "[::]" takes IPv4 too. A stale unix socket is removed first; one that someone still serves is an
// Error.
Result<ListeningSocket> open_listening(const Address& address, const ListenOptions& options = {});

// An address that our own descriptors are to share (reuse_port) would be shared with those of
// another program, too, which then takes a part of what comes: so it is asked for alone first.
Result<void> require_free(const Address& address);

class AcceptListener {
 public:
  virtual ~AcceptListener() = default;
  virtual void on_accepted(Fd fd, const Address& peer) = 0;
  // Accepting failed (for instance: out of descriptors) and goes on after a pause.
  virtual void on_accept_trouble(const Error&) {}
};

class Acceptor {
 public:
  // `fd` is lent and stays open as long as the acceptor exists; one acceptor of a loop has it. It
  // starts at once. `listener` outlives it.
  Acceptor(Loop& loop, int fd, AcceptListener& listener);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Waiting connections stay in the kernel's queue.
  void pause();
  void resume();
  uint64_t accepted() const { return accepted_; }

 private:
  struct Cell;
  struct CellCloser {
    void operator()(Cell* cell) const;
  };
  void update();
  void accept_some();
  void rest(int error);

  Loop& loop_;
  AcceptListener& listener_;
  int fd_;
  std::unique_ptr<Cell, CellCloser> cell_;
  Deadline rest_over_;
  bool paused_ = false;
  bool polling_ = false;
  uint64_t accepted_ = 0;
};

}  // namespace hawser::core
