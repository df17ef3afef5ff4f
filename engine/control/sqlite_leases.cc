// SPDX-License-Identifier: Apache-2.0
// The leases of the SqliteStore: kept in its file, so that they end even over a restart.
#include <algorithm>
#include <limits>
#include <utility>

#include "control/sqlite_store.h"

namespace hawser::control {
namespace {

constexpr int64_t no_expiry = std::numeric_limits<int64_t>::max();
constexpr uint64_t lease_ttl_limit_ms = 365ull * 24 * 60 * 60 * 1000;
// The wall clock may jump, so it is looked at again before long.
constexpr int64_t longest_wait_ms = 60 * 1000;

StoreError lease_ended() { return {StoreFault::conflict, "the lease has ended"}; }

}  // namespace

void SqliteStore::grant_lease(uint64_t ttl_ms, StoreDone<LeaseId> done) {
  done(grant_lease_now(ttl_ms));
}

void SqliteStore::keep_lease(LeaseId lease, StoreDone<void> done) { done(keep_lease_now(lease)); }

void SqliteStore::end_lease(LeaseId lease, StoreDone<void> done) {
  auto ended = end_lease_now(lease);
  if (ended.ok()) request_delivery();
  done(std::move(ended));
}

StoreResult<LeaseId> SqliteStore::grant_lease_now(uint64_t ttl_ms) {
  if (ttl_ms == 0 || ttl_ms > lease_ttl_limit_ms) {
    return StoreError{StoreFault::too_large, "a lease lasts 1 ms to 365 days"};
  }
  if (auto expired = expire_leases(); !expired) return expired.error();
  auto insert = database_.prepare("INSERT INTO leases (ttl_ms, expires_ms) VALUES (?, ?)");
  if (!insert.ok()) return insert.error();
  insert->bind(ttl_ms).bind(static_cast<uint64_t>(loop_.wall_ms()) + ttl_ms);
  if (auto ran = insert->run(); !ran) return ran.error();
  const LeaseId lease = database_.last_row_id();
  if (auto planned = plan_expiry(); !planned) return planned.error();
  return lease;
}

StoreResult<void> SqliteStore::keep_lease_now(LeaseId lease) {
  if (auto expired = expire_leases(); !expired) return expired;
  auto update = database_.prepare("UPDATE leases SET expires_ms = ttl_ms + ? WHERE id = ?");
  if (!update.ok()) return update.error();
  update->bind(static_cast<uint64_t>(loop_.wall_ms())).bind(lease);
  if (auto ran = update->run(); !ran) return ran;
  if (database_.changed_rows() == 0) return lease_ended();
  return plan_expiry();
}

StoreResult<void> SqliteStore::end_lease_now(LeaseId lease) {
  auto runs = lease_runs(lease);
  if (!runs.ok()) return runs.error();
  if (!*runs) return lease_ended();
  return expire({lease});
}

StoreResult<bool> SqliteStore::lease_runs(LeaseId lease) {
  auto query = database_.prepare("SELECT 1 FROM leases WHERE id = ?");
  if (!query.ok()) return query.error();
  return query->bind(lease).next_row();
}

StoreResult<void> SqliteStore::remove_keys_of(LeaseId lease, uint64_t revision) {
  auto note = database_.prepare(
      "INSERT OR REPLACE INTO removals SELECT key, ? FROM entries WHERE lease = ?");
  if (!note.ok()) return note.error();
  if (auto ran = note->bind(revision).bind(lease).run(); !ran) return ran;
  auto change = database_.prepare("DELETE FROM entries WHERE lease = ?");
  if (!change.ok()) return change.error();
  if (auto ran = change->bind(lease).run(); !ran) return ran;
  auto end = database_.prepare("DELETE FROM leases WHERE id = ?");
  if (!end.ok()) return end.error();
  return end->bind(lease).run();
}

StoreResult<void> SqliteStore::expire(const std::vector<uint64_t>& leases) {
  auto transaction = database_.begin();
  if (!transaction.ok()) return transaction.error();
  auto revision = next_revision();
  if (!revision.ok()) return revision.error();
  for (const uint64_t lease : leases) {
    if (auto removed = remove_keys_of(lease, *revision); !removed) return removed;
  }
  if (auto committed = database_.commit(std::move(transaction).value()); !committed) {
    return committed;
  }
  request_delivery();
  return plan_expiry();
}

StoreResult<void> SqliteStore::expire_leases() {
  const int64_t now_ms = loop_.wall_ms();
  if (now_ms < next_expiry_ms_) return {};
  auto query = database_.prepare("SELECT id FROM leases WHERE expires_ms <= ?");
  if (!query.ok()) return query.error();
  query->bind(static_cast<uint64_t>(now_ms));
  std::vector<uint64_t> due;
  for (;;) {
    auto row = query->next_row();
    if (!row.ok()) return row.error();
    if (!*row) break;
    due.push_back(query->number(0));
  }
  return due.empty() ? plan_expiry() : expire(due);
}

StoreResult<void> SqliteStore::plan_expiry() {
  auto next = database_.number("SELECT min(expires_ms) FROM leases");
  if (!next.ok()) return next.error();
  next_expiry_ms_ = *next == 0 ? no_expiry : static_cast<int64_t>(*next);
  if (next_expiry_ms_ == no_expiry) {
    expiry_.disarm();
    return {};
  }
  const int64_t wait_ms =
      std::clamp<int64_t>(next_expiry_ms_ - loop_.wall_ms(), 1, longest_wait_ms);
  expiry_.arm(loop_.timers(), static_cast<uint64_t>(wait_ms));
  return {};
}

void SqliteStore::on_expiry_due() {
  // An error shows at the next call of the store; the leases are looked at again then.
  if (auto expired = expire_leases(); !expired.ok()) next_expiry_ms_ = 0;
  if (next_expiry_ms_ == 0) {
    expiry_.arm(loop_.timers(), static_cast<uint64_t>(longest_wait_ms));
  } else if (next_expiry_ms_ != no_expiry && !expiry_.armed()) {
    (void)plan_expiry().ok();
  }
}

}  // namespace hawser::control
