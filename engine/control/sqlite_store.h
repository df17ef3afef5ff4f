// SPDX-License-Identifier: Apache-2.0
// SqliteStore: the embedded store, one SQLite file that only its owner can read. Watches see the
// changes of this process. Owner: the engine's main program. Thread: the control thread alone.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "control/sqlite_database.h"
#include "control/store.h"
#include "core/loop.h"
#include "core/timer_wheel.h"

namespace hawser::control {

class SqliteStore : public Store {
 public:
  // The file's layout that this program reads and writes; a file with a higher number is refused.
  static constexpr int schema_number = 1;
  // So many of the latest changes stay for watches that begin in the past.
  static constexpr uint64_t history_limit = 10000;

  // Opens the file or makes it (mode 0600). `loop` outlives the store.
  static StoreResult<std::unique_ptr<SqliteStore>> open(core::Loop& loop, const std::string& path);
  ~SqliteStore() override;

  StoreResult<std::optional<StoreEntry>> get(std::string_view key) override;
  StoreResult<StoreListing> list(std::string_view prefix) override;
  void commit(std::vector<StoreWrite> writes, StoreDone<uint64_t> done) override;
  void grant_lease(uint64_t ttl_ms, StoreDone<LeaseId> done) override;
  void keep_lease(LeaseId lease, StoreDone<void> done) override;
  void end_lease(LeaseId lease, StoreDone<void> done) override;
  StoreResult<std::unique_ptr<StoreWatch>> watch(std::string_view prefix, uint64_t from_revision,
                                                 OnStoreChange on_change) override;

 private:
  class Watch;
  struct Alive;
  SqliteStore(core::Loop& loop, SqliteDatabase database);

  StoreResult<uint64_t> revision();
  StoreResult<uint64_t> oldest_kept_revision();
  StoreResult<void> write_one(const StoreWrite& write, uint64_t revision);
  StoreResult<void> record_change(const StoreWrite& write, uint64_t revision);
  StoreResult<uint64_t> commit_now(const std::vector<StoreWrite>& writes);
  StoreResult<void> remove_lease_keys(LeaseId lease);
  StoreResult<void> expire_leases();
  void plan_expiry();
  void on_expiry_due();
  void request_delivery();
  void deliver();

  core::Loop& loop_;
  SqliteDatabase database_;
  core::Deadline expiry_;
  int64_t next_expiry_ms_;
  std::list<Watch*> watches_;
  bool delivery_requested_ = false;
  std::shared_ptr<Alive> alive_;  // tells calls that were deferred to the loop that we are gone
};

}  // namespace hawser::control
