// SPDX-License-Identifier: Apache-2.0
// EventChain: an engine's events in the state store, one record each, in one order: each line holds
// the SHA-256 of the line before it, and signed marks say where the chain ends and, once the oldest
// have gone, where it begins. Owner: the engine's main program. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/event_seal.h"
#include "control/store.h"
#include "model/event.h"

namespace hawser::control {

class EventChain {
 public:
  static constexpr size_t append_limit = store_writes_limit - 1;  // and the head
  static constexpr size_t prune_limit = store_writes_limit - 1;   // and the checkpoint

  struct Record {
    uint64_t sequence = 0;
    std::string line;
    uint64_t revision = 0;
  };

  // `store` outlives the chain. `version` is the program's.
  static core::Result<std::unique_ptr<EventChain>> open(Store& store, const std::string& engine_id,
                                                        const std::string& version);

  // All or none; at most append_limit. One at a time.
  void append(std::span<const model::Event> events, int64_t now_ms,
              std::function<void(StoreResult<void>)> done);
  // Removes the oldest: those from before `before_ms`, and whatever is more than `most` in all;
  // prune_limit at once. Tells how many went.
  void prune(int64_t before_ms, uint64_t most, std::function<void(StoreResult<uint64_t>)> done);

  uint64_t first() const { return begin_.sequence + 1; }
  uint64_t last() const { return head_.sequence; }
  const std::string& head_sha256_hex() const { return head_.sha256_hex; }
  uint64_t size() const { return head_.sequence - begin_.sequence; }
  // In their order, from behind `after`.
  StoreResult<std::vector<Record>> read(uint64_t after, size_t limit) const;
  // The last one that was written before that time, or the one before the first; read on from it.
  StoreResult<uint64_t> find(int64_t logged_ms) const;

  // What the store's marks say now, each with why it cannot be believed.
  struct Marks {
    std::optional<EventMark> head;
    std::optional<EventMark> checkpoint;
    std::string head_fault;
    std::string checkpoint_fault;
  };
  StoreResult<Marks> marks() const;
  const std::string& key_id() const { return seal_.key_id(); }
  // Whether there was something wrong with the ends when it was opened; "": no.
  const std::string& opening_fault() const { return opening_fault_; }

 private:
  EventChain(Store& store, std::string engine_id, std::string version, EventSeal seal);
  core::Result<void> read_ends();
  core::Result<void> find_last();
  std::string key_of(uint64_t sequence) const;
  StoreResult<std::optional<int64_t>> logged_at(uint64_t sequence) const;

  Store& store_;
  std::string engine_id_;
  std::string version_;
  EventSeal seal_;
  std::string prefix_;
  EventMark head_;
  EventMark begin_;  // the checkpoint
  uint64_t head_revision_ = 0;
  uint64_t begin_revision_ = 0;
  std::string opening_fault_;
};

// Before the first event of all.
extern const std::string no_event_sha256;

}  // namespace hawser::control
