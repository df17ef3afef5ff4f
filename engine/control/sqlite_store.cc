// SPDX-License-Identifier: Apache-2.0
#include "control/sqlite_store.h"

#include <utility>

#include "control/private_file.h"
#include "control/sqlite_schema.h"

namespace hawser::control {
namespace {

// The first key behind all those with the prefix; empty: there is none.
std::string behind(std::string_view prefix) {
  std::string key(prefix);
  while (!key.empty() && key.back() == '\xff') key.pop_back();
  if (!key.empty()) key.back() = static_cast<char>(key.back() + 1);
  return key;
}

StoreResult<void> check_bounds(const std::vector<StoreWrite>& writes) {
  if (writes.empty() || writes.size() > store_writes_limit) {
    return StoreError{StoreFault::too_large, "a commit has 1 to 64 writes"};
  }
  for (const StoreWrite& write : writes) {
    if (write.key.empty() || write.key.size() > store_key_limit_bytes) {
      return StoreError{StoreFault::too_large, "a key of the store has 1 to 512 bytes"};
    }
    if (write.value && write.value->size() > store_value_limit_bytes) {
      return StoreError{StoreFault::too_large, write.key + ": a value has at most 1 MiB"};
    }
  }
  return {};
}

StoreError conflict(const std::string& key) {
  return {StoreFault::conflict, key + ": has been changed meanwhile"};
}

}  // namespace

struct SqliteStore::Watching {
  std::string prefix;
  uint64_t next_revision = 0;
  OnStoreChange on_change;
  bool ended = false;
};

class SqliteStore::Watch final : public StoreWatch {
 public:
  explicit Watch(std::shared_ptr<Watching> watching) : watching_(std::move(watching)) {}
  ~Watch() override { watching_->ended = true; }

 private:
  std::shared_ptr<Watching> watching_;
};

SqliteStore::SqliteStore(core::Loop& loop, SqliteDatabase database)
    : loop_(loop),
      database_(std::move(database)),
      expiry_([this] { on_expiry_due(); }),
      delivery_due_(std::make_shared<bool>(false)) {}

StoreResult<std::unique_ptr<SqliteStore>> SqliteStore::open(core::Loop& loop,
                                                            const std::string& path) {
  return open(loop, path, Options{});
}

StoreResult<std::unique_ptr<SqliteStore>> SqliteStore::open(core::Loop& loop,
                                                            const std::string& path,
                                                            const Options& options) {
  if (auto fit = require_private_file(path); !fit) {
    return StoreError{StoreFault::failed, fit.error().reason};
  }
  auto database = SqliteDatabase::open(path, options.busy_timeout_ms);
  if (!database.ok()) return database.error();
  auto prepared = prepare_schema(*database, schema_number, options.size_limit_bytes);
  if (!prepared.ok()) return prepared.error();
  std::unique_ptr<SqliteStore> store(new SqliteStore(loop, std::move(database).value()));
  if (auto expired = store->expire_leases(); !expired) return expired.error();
  return store;
}

StoreResult<std::optional<StoreEntry>> SqliteStore::get(std::string_view key) {
  if (auto expired = expire_leases(); !expired) return expired.error();
  auto query = database_.prepare("SELECT value, revision, lease FROM entries WHERE key = ?");
  if (!query.ok()) return query.error();
  auto row = query->bind(key).next_row();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<StoreEntry>{};
  return std::optional<StoreEntry>{
      {std::string(key), query->bytes(0), query->number(1), query->number(2)}};
}

StoreResult<StoreListing> SqliteStore::list(std::string_view prefix) {
  if (auto expired = expire_leases(); !expired) return expired.error();
  StoreListing listing;
  auto revision = database_.number("SELECT revision FROM counters");
  if (!revision.ok()) return revision.error();
  listing.revision = *revision;
  const std::string end = behind(prefix);
  auto query = database_.prepare(
      "SELECT key, value, revision, lease FROM entries WHERE key >= ? AND (? = 0 OR key < ?) "
      "ORDER BY key");
  if (!query.ok()) return query.error();
  query->bind(prefix).bind(uint64_t{end.empty() ? 0U : 1U}).bind(end);
  for (;;) {
    auto row = query->next_row();
    if (!row.ok()) return row.error();
    if (!*row) return listing;
    listing.entries.push_back(
        {query->bytes(0), query->bytes(1), query->number(2), query->number(3)});
  }
}

StoreResult<std::vector<StoreEntry>> SqliteStore::list_page(std::string_view prefix,
                                                            std::string_view after, size_t limit) {
  if (auto expired = expire_leases(); !expired) return expired.error();
  const std::string end = behind(prefix);
  auto query = database_.prepare(
      "SELECT key, value, revision, lease FROM entries WHERE key >= ? AND key > ? AND "
      "(? = 0 OR key < ?) ORDER BY key LIMIT ?");
  if (!query.ok()) return query.error();
  query->bind(prefix).bind(after).bind(uint64_t{end.empty() ? 0U : 1U}).bind(end);
  query->bind(uint64_t{limit});
  std::vector<StoreEntry> entries;
  for (;;) {
    auto row = query->next_row();
    if (!row.ok()) return row.error();
    if (!*row) return entries;
    entries.push_back({query->bytes(0), query->bytes(1), query->number(2), query->number(3)});
  }
}

void SqliteStore::commit(std::vector<StoreWrite> writes, StoreDone<uint64_t> done) {
  auto revision = commit_now(writes);
  if (revision.ok()) request_delivery();
  done(std::move(revision));
}

StoreResult<uint64_t> SqliteStore::commit_now(const std::vector<StoreWrite>& writes) {
  if (auto fit = check_bounds(writes); !fit) return fit.error();
  if (auto expired = expire_leases(); !expired) return expired.error();
  auto transaction = database_.begin();
  if (!transaction.ok()) return transaction.error();
  auto revision = next_revision();
  if (!revision.ok()) return revision;
  for (const StoreWrite& write : writes) {
    if (auto written = write_one(write, *revision); !written) return written.error();
  }
  if (auto forgot = forget_old_removals(); !forgot) return forgot.error();
  auto committed = database_.commit(std::move(transaction).value());
  if (!committed.ok()) return committed.error();
  return revision;
}

StoreResult<uint64_t> SqliteStore::next_revision() {
  return database_.number("UPDATE counters SET revision = revision + 1 RETURNING revision");
}

StoreResult<void> SqliteStore::write_one(const StoreWrite& write, uint64_t revision) {
  auto query = database_.prepare("SELECT revision FROM entries WHERE key = ?");
  if (!query.ok()) return query.error();
  auto row = query->bind(write.key).next_row();
  if (!row.ok()) return row.error();
  const uint64_t found = *row ? query->number(0) : 0;
  if (found != write.expected_revision) return conflict(write.key);
  if (write.value) return put(write, revision);
  return found == 0 ? conflict(write.key) : remove(write.key, revision);
}

StoreResult<void> SqliteStore::put(const StoreWrite& write, uint64_t revision) {
  if (write.lease != no_lease) {
    auto runs = lease_runs(write.lease);
    if (!runs.ok()) return runs.error();
    if (!*runs) return StoreError{StoreFault::conflict, write.key + ": its lease has ended"};
  }
  auto change = database_.prepare("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)");
  if (!change.ok()) return change.error();
  change->bind(write.key).bind(*write.value).bind(revision).bind(write.lease);
  if (auto ran = change->run(); !ran) return ran;
  auto forget = database_.prepare("DELETE FROM removals WHERE key = ?");
  if (!forget.ok()) return forget.error();
  return forget->bind(write.key).run();
}

StoreResult<void> SqliteStore::remove(std::string_view key, uint64_t revision) {
  auto change = database_.prepare("DELETE FROM entries WHERE key = ?");
  if (!change.ok()) return change.error();
  if (auto ran = change->bind(key).run(); !ran) return ran;
  auto note = database_.prepare("INSERT OR REPLACE INTO removals VALUES (?, ?)");
  if (!note.ok()) return note.error();
  return note->bind(key).bind(revision).run();
}

StoreResult<void> SqliteStore::forget_old_removals() {
  auto kept = database_.number("SELECT count(*) FROM removals");
  if (!kept.ok()) return kept.error();
  if (*kept <= removals_kept) return {};
  // Half at once, so that this is rare.
  auto last = database_.number("SELECT revision FROM removals ORDER BY revision LIMIT 1 OFFSET " +
                               std::to_string(removals_kept / 2));
  if (!last.ok()) return last.error();
  return database_.run("UPDATE counters SET forgotten = " + std::to_string(*last) +
                       "; DELETE FROM removals WHERE revision <= " + std::to_string(*last));
}

// --- watches

StoreResult<std::unique_ptr<StoreWatch>> SqliteStore::watch(std::string_view prefix,
                                                            uint64_t from_revision,
                                                            OnStoreChange on_change) {
  auto forgotten = database_.number("SELECT forgotten FROM counters");
  if (!forgotten.ok()) return forgotten.error();
  if (from_revision <= *forgotten && *forgotten != 0) {
    return StoreError{StoreFault::compacted,
                      "revision " + std::to_string(from_revision) + " is no longer remembered"};
  }
  auto watching = std::make_shared<Watching>();
  watching->prefix = std::string(prefix);
  watching->next_revision = from_revision;
  watching->on_change = std::move(on_change);
  watches_.push_back(watching);
  request_delivery();
  return std::unique_ptr<StoreWatch>(std::make_unique<Watch>(std::move(watching)));
}

void SqliteStore::request_delivery() {
  if (watches_.empty() || *delivery_due_) return;
  *delivery_due_ = true;
  // The store may be gone when the loop comes to it.
  loop_.defer_call([this, due = std::weak_ptr<bool>(delivery_due_)] {
    const auto alive = due.lock();
    if (alive == nullptr) return;
    *alive = false;
    deliver();
  });
}

void SqliteStore::deliver() {
  std::erase_if(watches_, [](const auto& watching) { return watching->ended; });
  const auto watches = watches_;  // what is called may begin and end watches
  for (const auto& watching : watches) {
    auto changes = changes_for(*watching);
    if (!changes.ok()) continue;  // told anew with the next change
    for (const StoreChange& change : *changes) {
      if (watching->ended) break;
      watching->on_change(change);
    }
  }
}

StoreResult<std::vector<StoreChange>> SqliteStore::changes_for(Watching& watching) {
  auto query = database_.prepare(
      "SELECT key, value, revision FROM entries WHERE revision >= ? UNION ALL "
      "SELECT key, NULL, revision FROM removals WHERE revision >= ? ORDER BY revision, key");
  if (!query.ok()) return query.error();
  query->bind(watching.next_revision).bind(watching.next_revision);
  std::vector<StoreChange> changes;
  for (;;) {
    auto row = query->next_row();
    if (!row.ok()) return row.error();
    if (!*row) return changes;
    watching.next_revision = query->number(2) + 1;
    std::string key = query->bytes(0);
    if (key.compare(0, watching.prefix.size(), watching.prefix) != 0) continue;
    std::optional<std::string> value;
    if (!query->is_null(1)) value = query->bytes(1);
    changes.push_back({std::move(key), std::move(value), query->number(2)});
  }
}

}  // namespace hawser::control
