// SPDX-License-Identifier: Apache-2.0
// SqliteStore: the embedded store, one SQLite file that only its owner can read. Watches see the
// changes of this process. Owner: the engine's main program. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "control/sqlite_database.h"
#include "control/store.h"
#include "core/loop.h"
#include "core/timer_wheel.h"

namespace hawser::control {

class SqliteStore final : public Store {
 public:
  // The file's layout that this program reads and writes; a file with a higher number is refused.
  static constexpr uint64_t schema_number = 1;
  // So many removed keys are remembered for watches that begin in the past.
  static constexpr uint64_t removals_kept = 10000;

  struct Options {
    uint64_t size_limit_bytes = 1024ull * 1024 * 1024;
    int busy_timeout_ms = 1000;  // for another process that holds the file
  };
  // Opens the file or makes it (mode 0600). `loop` outlives the store.
  static StoreResult<std::unique_ptr<SqliteStore>> open(core::Loop& loop, const std::string& path);
  static StoreResult<std::unique_ptr<SqliteStore>> open(core::Loop& loop, const std::string& path,
                                                        const Options& options);

  StoreResult<std::optional<StoreEntry>> get(std::string_view key) override;
  StoreResult<StoreListing> list(std::string_view prefix) override;
  StoreResult<std::vector<StoreEntry>> list_page(std::string_view prefix, std::string_view after,
                                                 size_t limit) override;
  void commit(std::vector<StoreWrite> writes, StoreDone<uint64_t> done) override;
  void grant_lease(uint64_t ttl_ms, StoreDone<LeaseId> done) override;
  void keep_lease(LeaseId lease, StoreDone<void> done) override;
  void end_lease(LeaseId lease, StoreDone<void> done) override;
  StoreResult<std::unique_ptr<StoreWatch>> watch(std::string_view prefix, uint64_t from_revision,
                                                 OnStoreChange on_change) override;

 private:
  struct Watching;
  class Watch;

  SqliteStore(core::Loop& loop, SqliteDatabase database);

  StoreResult<uint64_t> commit_now(const std::vector<StoreWrite>& writes);
  StoreResult<void> write_one(const StoreWrite& write, uint64_t revision);
  StoreResult<void> put(const StoreWrite& write, uint64_t revision);
  StoreResult<void> remove(std::string_view key, uint64_t revision);
  StoreResult<uint64_t> next_revision();
  StoreResult<void> forget_old_removals();

  StoreResult<LeaseId> grant_lease_now(uint64_t ttl_ms);
  StoreResult<void> keep_lease_now(LeaseId lease);
  StoreResult<void> end_lease_now(LeaseId lease);
  StoreResult<bool> lease_runs(LeaseId lease);
  StoreResult<void> remove_keys_of(LeaseId lease, uint64_t revision);
  // Ends the leases that are due; every call looks first, so a late timer hides nothing.
  StoreResult<void> expire_leases();
  StoreResult<void> expire(const std::vector<uint64_t>& leases);
  StoreResult<void> plan_expiry();
  void on_expiry_due();

  void request_delivery();
  void deliver();
  // From where it stands, which moves on.
  StoreResult<std::vector<StoreChange>> changes_for(Watching& watching);

  core::Loop& loop_;
  SqliteDatabase database_;
  core::Deadline expiry_;
  int64_t next_expiry_ms_ = 0;  // 0: not looked up yet
  std::vector<std::shared_ptr<Watching>> watches_;
  std::shared_ptr<bool> delivery_due_;  // also what a call that waits in the loop holds on to
};

}  // namespace hawser::control
