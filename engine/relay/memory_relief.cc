// SPDX-License-Identifier: Apache-2.0
#include "relay/memory_relief.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "relay/exchange_index.h"

namespace hawser::relay {

namespace {

constexpr uint64_t relieve_every_ms = 100;
// Whoever has asked for something this lately comes back soon.
constexpr uint64_t unused_after_ms = 1'000;
// Of the unused connections, at a time: what they free is seen before more are closed.
constexpr size_t closed_share = 16;
constexpr size_t closed_least = 16;

}  // namespace

MemoryRelief::MemoryRelief(RelayContext& context, std::function<ClientSession*()> first_session)
    : context_(context), first_session_(std::move(first_session)), due_([this] { relieve(); }) {}

void MemoryRelief::set(core::MemoryPressure pressure) {
  if (pressure == context_.memory) return;
  if (context_.memory == core::MemoryPressure::none) context_.metrics.memory_step("held_growth");
  context_.memory = pressure;
  context_.budget.press(pressure != core::MemoryPressure::none);
  context_.index.watch_budget();
  if (pressure == core::MemoryPressure::none) return due_.disarm();
  if (!due_.armed()) due_.arm(context_.loop.timers(), 0);
}

void MemoryRelief::relieve() {
  due_.arm(context_.loop.timers(), relieve_every_ms);
  const size_t closed = close_unused();
  if (closed > 0) context_.metrics.memory_step("closed_unused", closed);
  core::release_free_memory();
}

size_t MemoryRelief::close_unused() {
  const uint64_t now_ms = context_.loop.now_ms();
  std::vector<ClientSession*> unused;
  for (ClientSession* session = first_session_(); session != nullptr; session = session->next)
    if (session->idle() && now_ms - session->used_ms() >= unused_after_ms)
      unused.push_back(session);
  const size_t count =
      std::min(unused.size(), std::max(closed_least, unused.size() / closed_share));
  std::partial_sort(unused.begin(), unused.begin() + static_cast<ptrdiff_t>(count), unused.end(),
                    [](const auto* a, const auto* b) { return a->used_ms() < b->used_ms(); });
  unused.resize(count);
  for (ClientSession* session : unused) session->drain();  // sessions end behind the turn
  return count;
}

}  // namespace hawser::relay
