// SPDX-License-Identifier: Apache-2.0
// EventCounter: makes one event of many that are alike, so that a flood of denials costs a few
// records a minute and bounded memory. The first of a kind waits a second for others; while they go
// on coming, what came is one event a minute. Owner: the EventJournal. Thread: its owner's own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/event.h"

namespace hawser::control {

// Events with the same key are alike: of one kind, app, person, rule, reason and network that the
// client is in. "": this one stands alone, whatever others say.
std::string counted_key(const model::Event& event);
// What is left of one that is counted with others of its app and reason alone.
void forget_particulars(model::Event& event);
// Counts `other` into `event`.
void add_to(model::Event& event, const model::Event& other);

class EventCounter {
 public:
  static constexpr uint64_t settle_ms = 1'000;
  static constexpr uint64_t window_ms = 60'000;
  // Of those by people who have signed in, and of those by others, so many different ones at once,
  // and one more each `more_ms`; whatever is different again is counted by app and reason.
  static constexpr size_t different_limit = 256;
  static constexpr uint64_t more_ms = 10'000;
  // Apps and reasons are ours, so this is never reached; a bound all the same.
  static constexpr size_t held_limit = 4'096;

  // What can be written now is put behind `ready`.
  void add(model::Event event, uint64_t now_ms, std::vector<model::Event>& ready);
  void run(uint64_t now_ms, std::vector<model::Event>& ready);
  void take_all(std::vector<model::Event>& ready);
  std::optional<uint64_t> next_due_ms() const;
  size_t held() const { return held_.size(); }
  uint64_t dropped() const { return dropped_; }

 private:
  struct Held {
    std::optional<model::Event> event;  // none: nothing came since the last was written
    uint64_t due_ms = 0;
  };
  struct Allowance {
    size_t left = different_limit;
    uint64_t grown_ms = 0;
  };
  bool take_one(bool known_person, uint64_t now_ms);

  std::unordered_map<std::string, Held> held_;
  std::array<Allowance, 2> allowances_;
  uint64_t dropped_ = 0;
};

}  // namespace hawser::control
