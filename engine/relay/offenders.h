// SPDX-License-Identifier: Apache-2.0
// Offenders: client addresses whose HTTP/2 connections were cut for a flood, for 10 s after the
// last cut. A new connection from such an address waits for its turn, as a descriptor and nothing
// else, before its TLS handshake may cost anything: so many turns a second for each address. Who
// shares the address is slowed with it and not shut out. IPv6 clients count by their /64.
// Owner: the RelayWorker. Thread: the worker's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <utility>

#include "core/address.h"
#include "core/fd.h"
#include "core/loop.h"
#include "core/timer_wheel.h"

namespace hawser::relay {

class Offenders {
 public:
  enum class Arrival : uint8_t {
    free,     // no offender, or its turn at once: the caller keeps the descriptor
    delayed,  // taken, and handed to `on_turn` when it is its turn
    refused,  // closed: too many wait
  };
  using OnTurn = std::function<void(core::Fd fd, const core::Address& peer)>;

  static constexpr uint64_t memory_ms = 10'000;  // after the last cut
  static constexpr size_t address_limit = 4'096;
  static constexpr size_t waiting_of_address_limit = 64;

  // `on_turn` may be called within note_cut() and set_rate(), too. 0 turns a second: nobody waits.
  Offenders(core::Loop& loop, uint32_t per_second, size_t waiting_limit, OnTurn on_turn);

  void set_rate(uint32_t per_second);
  // True: it was no offender before.
  bool note_cut(const core::Address& client);
  Arrival arrive(core::Fd& fd, const core::Address& peer);
  size_t addresses() const { return offenders_.size(); }
  size_t waiting() const { return waiting_; }
  // Nobody waits any more: for the end of the worker.
  void close_waiting();

 private:
  using Network = std::pair<bool, uint64_t>;  // whether IPv6, and the address or its /64
  struct Waiting {
    core::Fd fd;
    core::Address peer;
  };
  struct Offender {
    Offender(Offenders& all, Network its_network)
        : network(its_network), turn([this, &all] { all.give_turns(*this); }) {}
    Network network;
    uint64_t until_ms = 0;
    uint64_t next_turn_ms = 0;
    std::deque<Waiting> line;
    core::Deadline turn;  // of the first in line
  };
  using Place = std::list<Offender>::iterator;

  static Network network_of(const core::Address& client);
  void give_turns(Offender& offender);
  void arm(Offender& offender);
  void drop_gone(Offender& offender);
  void admit_first(Offender& offender);
  void forget(Place place);
  void forget_old();

  core::Loop& loop_;
  OnTurn on_turn_;
  size_t waiting_limit_;
  uint32_t per_second_;
  size_t waiting_ = 0;
  std::list<Offender> by_age_;  // of the last cut, the oldest first
  std::map<Network, Place> offenders_;
};

}  // namespace hawser::relay
