// SPDX-License-Identifier: Apache-2.0
#include "relay/exchange_index.h"

#include <algorithm>
#include <vector>

#include "relay/exchange.h"

namespace hawser::relay {

namespace {
constexpr uint64_t sweep_every_ms = 500;
// What they held is given back before more are cut.
constexpr size_t cut_a_sweep = 64;
constexpr size_t cut_a_sweep_share = 8;
}  // namespace

ExchangeIndex::ExchangeIndex(core::Loop& loop, core::Budget& budget)
    : loop_(loop), budget_(budget), sweep_([this] { relieve(); }) {}

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
  if (scarce() && !sweep_.armed()) sweep_.arm(loop_.timers(), sweep_every_ms);
}

std::vector<Exchange*> ExchangeIndex::stalled() const {
  std::vector<Exchange*> found;
  for (Exchange* exchange = first_; exchange != nullptr; exchange = exchange->next_in_index) {
    if (exchange->held_bytes() > 0 && loop_.now_ms() - exchange->drained_ms() >= stalled_after_ms)
      found.push_back(exchange);
  }
  std::sort(found.begin(), found.end(),
            [](const auto* a, const auto* b) { return a->drained_ms() < b->drained_ms(); });
  return found;
}

void ExchangeIndex::relieve() {
  std::vector<Exchange*> longest_first = stalled();
  const size_t most = std::max(cut_a_sweep, size_ / cut_a_sweep_share);
  if (longest_first.size() > most) longest_first.resize(most);
  for (Exchange* exchange : longest_first) {  // which ends no other
    if (!scarce()) break;
    exchange->cut(message::ExchangeError::of(
        message::ErrorCode::stalled, "memory or streams are short, and the client took nothing"));
  }
  watch_budget();
}

}  // namespace hawser::relay
