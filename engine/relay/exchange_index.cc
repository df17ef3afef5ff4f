// SPDX-License-Identifier: Apache-2.0
#include "relay/exchange_index.h"

#include <vector>

#include "relay/exchange.h"

namespace hawser::relay {

namespace {
constexpr uint64_t sweep_every_ms = 500;
}

ExchangeIndex::ExchangeIndex(core::Loop& loop, core::Budget& budget)
    : loop_(loop), budget_(budget), sweep_([this] { relieve_budget(); }) {}

void ExchangeIndex::add(Exchange& exchange) {
  exchange.next_in_index = first_;
  if (first_ != nullptr) first_->previous_in_index = &exchange;
  first_ = &exchange;
  ++size_;
}

void ExchangeIndex::remove(Exchange& exchange) {
  if (walk_ == &exchange) walk_ = exchange.next_in_index;
  (exchange.previous_in_index != nullptr ? exchange.previous_in_index->next_in_index : first_) =
      exchange.next_in_index;
  if (exchange.next_in_index != nullptr)
    exchange.next_in_index->previous_in_index = exchange.previous_in_index;
  --size_;
}

Exchange* ExchangeIndex::next_in_walk() {
  Exchange* const next = walk_;
  if (next != nullptr) walk_ = next->next_in_index;
  return next;
}

void ExchangeIndex::cut(const std::function<bool(const Exchange&)>& matches,
                        const message::ExchangeError& error) {
  std::vector<Exchange*> found;  // cutting changes the list
  for (Exchange* exchange = first_; exchange != nullptr; exchange = exchange->next_in_index) {
    if (matches(*exchange)) found.push_back(exchange);
  }
  for (Exchange* exchange : found) exchange->cut(error);
}

void ExchangeIndex::watch_budget() {
  if (budget_.scarce() && !sweep_.armed()) sweep_.arm(loop_.timers(), sweep_every_ms);
}

Exchange* ExchangeIndex::longest_stalled() const {
  Exchange* longest = nullptr;
  for (Exchange* exchange = first_; exchange != nullptr; exchange = exchange->next_in_index) {
    if (exchange->held_bytes() == 0) continue;
    if (longest == nullptr || exchange->drained_ms() < longest->drained_ms()) longest = exchange;
  }
  return longest;
}

void ExchangeIndex::relieve_budget() {
  while (budget_.scarce()) {
    Exchange* const stalled = longest_stalled();
    if (stalled == nullptr || loop_.now_ms() - stalled->drained_ms() < stalled_after_ms) break;
    stalled->cut(message::ExchangeError::of(message::ErrorCode::stalled,
                                            "the body budget is short, and it took nothing"));
  }
  watch_budget();
}

}  // namespace hawser::relay
