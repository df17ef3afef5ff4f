// SPDX-License-Identifier: Apache-2.0
#include "relay/offenders.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace hawser::relay {

namespace {

uint64_t interval_ms(uint32_t per_second) { return (1'000 + per_second - 1) / per_second; }

}  // namespace

Offenders::Offenders(core::Loop& loop, uint32_t per_second, size_t waiting_limit, OnTurn on_turn)
    : loop_(loop),
      on_turn_(std::move(on_turn)),
      waiting_limit_(waiting_limit),
      per_second_(per_second) {}

Offenders::Network Offenders::network_of(const core::Address& client) {
  uint64_t number = 0;
  if (client.is_ipv6()) {
    std::memcpy(&number, &reinterpret_cast<const sockaddr_in6*>(client.raw())->sin6_addr,
                sizeof number);
  } else if (client.raw()->sa_family == AF_INET) {
    number = reinterpret_cast<const sockaddr_in*>(client.raw())->sin_addr.s_addr;
  }
  return {client.is_ipv6(), number};
}

void Offenders::set_rate(uint32_t per_second) {
  per_second_ = per_second;
  while (per_second_ == 0 && !by_age_.empty()) forget(by_age_.begin());
}

bool Offenders::note_cut(const core::Address& client) {
  if (per_second_ == 0) return false;
  forget_old();
  const Network network = network_of(client);
  const auto [entry, is_new] = offenders_.try_emplace(network);
  if (is_new) {
    entry->second = by_age_.emplace(by_age_.end(), *this, network);
  } else {
    by_age_.splice(by_age_.end(), by_age_, entry->second);
  }
  Offender& offender = *entry->second;
  offender.until_ms = loop_.now_ms() + memory_ms;
  if (offenders_.size() > address_limit) forget(by_age_.begin());
  return is_new;
}

Offenders::Arrival Offenders::arrive(core::Fd& fd, const core::Address& peer) {
  if (by_age_.empty()) return Arrival::free;
  forget_old();
  const auto found = offenders_.find(network_of(peer));
  if (found == offenders_.end()) return Arrival::free;
  Offender& offender = *found->second;
  const uint64_t now_ms = loop_.now_ms();
  if (offender.line.empty() && offender.next_turn_ms <= now_ms) {
    offender.next_turn_ms = now_ms + interval_ms(per_second_);
    return Arrival::free;
  }
  const auto is_full = [&] {
    return offender.line.size() >= waiting_of_address_limit || waiting_ >= waiting_limit_;
  };
  if (is_full()) drop_gone(offender);
  if (is_full()) {
    fd.close();
    return Arrival::refused;
  }
  offender.line.push_back({std::move(fd), peer});
  ++waiting_;
  if (!offender.turn.armed()) arm(offender);
  return Arrival::delayed;
}

void Offenders::close_waiting() {
  for (Offender& offender : by_age_) {
    offender.turn.disarm();
    offender.line.clear();
  }
  waiting_ = 0;
}

void Offenders::arm(Offender& offender) {
  const uint64_t due_ms = std::min(offender.next_turn_ms, offender.until_ms);
  const uint64_t now_ms = loop_.now_ms();
  offender.turn.arm(loop_.timers(), due_ms > now_ms ? due_ms - now_ms : 0);
}

// A late timer gives the turns that it missed, so that the rate holds.
void Offenders::give_turns(Offender& offender) {
  const uint64_t now_ms = loop_.now_ms();
  if (offender.until_ms <= now_ms) return forget(offenders_.find(offender.network)->second);
  drop_gone(offender);
  while (!offender.line.empty() && offender.next_turn_ms <= now_ms) {
    offender.next_turn_ms += interval_ms(per_second_);
    admit_first(offender);
  }
  if (!offender.line.empty()) arm(offender);
}

// A client that has gone leaves its place and its turn to the next one.
void Offenders::drop_gone(Offender& offender) {
  std::array<pollfd, waiting_of_address_limit> asked{};
  const size_t count = offender.line.size();
  for (size_t i = 0; i < count; ++i) asked[i] = {offender.line[i].fd.get(), POLLRDHUP, 0};
  if (::poll(asked.data(), count, 0) <= 0) return;
  std::deque<Waiting> left;
  for (size_t i = 0; i < count; ++i) {
    if (asked[i].revents == 0) left.push_back(std::move(offender.line[i]));
  }
  waiting_ -= count - left.size();
  offender.line.swap(left);
}

void Offenders::admit_first(Offender& offender) {
  Waiting first = std::move(offender.line.front());
  offender.line.pop_front();
  --waiting_;
  on_turn_(std::move(first.fd), first.peer);
}

// Whoever still waits there need not any longer. Its deadline may be what calls this, so it goes at
// the end of the turn.
void Offenders::forget(Place place) {
  auto gone = std::make_unique<std::list<Offender>>();
  gone->splice(gone->begin(), by_age_, place);
  Offender& offender = gone->front();
  offenders_.erase(offender.network);
  offender.turn.disarm();
  while (!offender.line.empty()) admit_first(offender);
  loop_.defer_delete(std::move(gone));
}

void Offenders::forget_old() {
  while (!by_age_.empty() && by_age_.front().until_ms <= loop_.now_ms()) forget(by_age_.begin());
}

}  // namespace hawser::relay
