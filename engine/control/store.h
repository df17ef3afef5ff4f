// SPDX-License-Identifier: Apache-2.0
// Store: a small revisioned map that survives restarts (and, with another backend, is shared by the
// engines of a cluster). Reads answer at once from what this process knows; every change is a
// compare-and-swap, so a stale read costs a conflict and never an overwrite. Owner: the engine's
// main program. Thread: the control thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hawser::control {

enum class StoreFault {
  conflict,   // somebody else changed the key, or it exists where it must not (or the reverse)
  busy,       // another process holds the store for too long; try again
  full,       // the disk is full
  corrupt,    // the file is damaged
  too_new,    // written by a newer version of this program
  too_large,  // over a bound of the store
  compacted,  // the revisions asked for are no longer kept: list, then watch from there
  failed,     // anything else that the system said
};

struct StoreError {
  StoreFault fault = StoreFault::failed;
  std::string reason;
};

template <class T>
using StoreResult = core::Result<T, StoreError>;
// Runs once, on the control thread, possibly before the call returns.
template <class T>
using StoreDone = std::function<void(StoreResult<T>)>;

using LeaseId = uint64_t;
inline constexpr LeaseId no_lease = 0;

inline constexpr size_t store_key_limit_bytes = 512;
inline constexpr size_t store_value_limit_bytes = 1024 * 1024;
inline constexpr size_t store_writes_limit = 64;  // of one commit

struct StoreEntry {
  std::string key;
  std::string value;
  uint64_t revision = 0;  // of its last change; never 0
  LeaseId lease = no_lease;
};

struct StoreListing {
  std::vector<StoreEntry> entries;  // ordered by key
  uint64_t revision = 0;            // of the whole store; watch from the one after it
};

// One change of a commit. Without a value the key is removed.
struct StoreWrite {
  std::string key;
  std::optional<std::string> value;
  uint64_t expected_revision = 0;  // 0: the key must not exist
  LeaseId lease = no_lease;        // the key goes when the lease ends
};

struct StoreChange {
  std::string key;
  std::optional<std::string> value;  // none: removed
  uint64_t revision = 0;
};

// A running watch; destroying it ends it.
class StoreWatch {
 public:
  virtual ~StoreWatch() = default;
};
using OnStoreChange = std::function<void(const StoreChange&)>;

class Store {
 public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  virtual StoreResult<std::optional<StoreEntry>> get(std::string_view key) = 0;
  virtual StoreResult<StoreListing> list(std::string_view prefix) = 0;
  // Of those with the prefix the first `limit` whose keys come behind `after`, ordered by key.
  virtual StoreResult<std::vector<StoreEntry>> list_page(std::string_view prefix,
                                                         std::string_view after, size_t limit) = 0;

  // All or nothing: each key must stand at its expected revision. Answers the new revision, which
  // all keys of the commit share.
  virtual void commit(std::vector<StoreWrite> writes, StoreDone<uint64_t> done) = 0;

  // A lease ends by itself `ttl_ms` after it was granted or last kept; its keys are then removed.
  virtual void grant_lease(uint64_t ttl_ms, StoreDone<LeaseId> done) = 0;
  virtual void keep_lease(LeaseId lease, StoreDone<void> done) = 0;  // conflict: it has ended
  virtual void end_lease(LeaseId lease, StoreDone<void> done) = 0;

  // Changes of keys with the prefix, from that revision on, ordered by revision; called from the
  // loop and never from inside a call of the store. Of several changes of one key the last may be
  // all that is told.
  virtual StoreResult<std::unique_ptr<StoreWatch>> watch(std::string_view prefix,
                                                         uint64_t from_revision,
                                                         OnStoreChange on_change) = 0;
};

}  // namespace hawser::control
