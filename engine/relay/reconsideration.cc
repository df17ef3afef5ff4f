// SPDX-License-Identifier: Apache-2.0
#include "relay/reconsideration.h"

#include <utility>

#include "relay/exchange.h"

namespace hawser::relay {

Reconsideration::Reconsideration(core::Loop& loop, ExchangeIndex& index, access::Gate& gate)
    : loop_(loop), index_(index), gate_(gate) {
  gate_.on_marked([this] {
    if (std::exchange(waits_, false)) loop_.request_flush(*this);
  });
}

void Reconsideration::begin() {
  index_.begin_walk();
  loop_.request_flush(*this);
}

void Reconsideration::flush() {
  const uint64_t end_us = loop_.now_us() + slice_us;
  while (loop_.now_us() < end_us) {
    waits_ = gate_.marking() >= asked_at_once;
    if (waits_) return;
    Exchange* const exchange = index_.next_in_walk();
    if (exchange == nullptr) return;
    exchange->reconsider(access::Renewal::marks);
  }
  loop_.request_flush_next_turn(*this);
}

}  // namespace hawser::relay
