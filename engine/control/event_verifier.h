// SPDX-License-Identifier: Apache-2.0
// EventVerifier: walks an engine's chain of events from its beginning to the end that it had when
// the walk began, a few at a time so that nothing else waits for it. Owner: the EventJournal.
// Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "control/event_chain.h"
#include "core/loop.h"
#include "core/timer_wheel.h"

namespace hawser::control {

struct EventBreak {
  uint64_t sequence = 0;  // the first that is not as it was written
  std::string what;
};

struct EventReport {
  uint64_t count = 0;  // that are as they were written, from the beginning on
  uint64_t first = 0;
  uint64_t last = 0;
  std::string head_sha256_hex;
  std::string key_id;
  std::optional<EventMark> checkpoint;
  std::optional<EventBreak> first_break;
};

class EventVerifier {
 public:
  using Done = std::function<void(StoreResult<EventReport>)>;

  // Both outlive the verifier.
  EventVerifier(core::Loop& loop, const EventChain& chain);

  // One walk at a time. `done` is called once, not within the call; not at all when the verifier
  // goes before.
  void start(Done done);
  bool running() const { return done_ != nullptr; }

 private:
  StoreResult<bool> begin();  // false: the ends say enough
  void step();
  // False: the walk is over.
  StoreResult<bool> look_at_some();
  bool look_at(const EventChain::Record& record);
  bool look_at_end();
  void break_at(uint64_t sequence, std::string what);
  void finish(StoreResult<EventReport> result);

  core::Loop& loop_;
  const EventChain& chain_;
  core::Deadline next_;
  Done done_;
  EventReport report_;
  EventMark head_;
  uint64_t at_ = 0;         // the last one that was looked at
  std::string sha256_hex_;  // of its line
};

}  // namespace hawser::control
