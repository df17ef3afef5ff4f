// SPDX-License-Identifier: Apache-2.0
#include "control/sqlite_schema.h"

#include <string>

namespace hawser::control {
namespace {

constexpr uint64_t application_id = 0x48575352;  // "HWSR"

// `removals` remembers keys that are gone, for watches that begin in the past; `forgotten` is the
// last revision of which a removal is no longer remembered.
constexpr const char* tables = R"(
  CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL,
                        lease INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX entries_by_revision ON entries (revision);
  CREATE INDEX entries_by_lease ON entries (lease) WHERE lease <> 0;
  CREATE TABLE removals (key BLOB PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX removals_by_revision ON removals (revision);
  CREATE TABLE leases (id INTEGER PRIMARY KEY AUTOINCREMENT, ttl_ms INTEGER NOT NULL,
                       expires_ms INTEGER NOT NULL);
  CREATE TABLE counters (id INTEGER PRIMARY KEY CHECK (id = 0), revision INTEGER NOT NULL,
                         forgotten INTEGER NOT NULL);
  INSERT INTO counters VALUES (0, 0, 0);
)";

// Also of a file that was made without: each lease that is granted asks which one ends first.
constexpr const char* later_indexes =
    "CREATE INDEX IF NOT EXISTS leases_by_end ON leases (expires_ms)";

StoreResult<void> set_up(SqliteDatabase& database, uint64_t size_limit_bytes) {
  auto set = database.run(
      "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; "
      "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304;");
  if (!set.ok()) return set;
  auto page_bytes = database.number("PRAGMA page_size");
  if (!page_bytes.ok()) return page_bytes.error();
  const uint64_t pages = size_limit_bytes / (*page_bytes == 0 ? 4096 : *page_bytes);
  return database.run("PRAGMA max_page_count = " + std::to_string(pages));
}

StoreResult<void> check_whole(SqliteDatabase& database) {
  auto finding = database.bytes("PRAGMA quick_check(1)");
  if (!finding.ok()) return finding.error();
  if (*finding == "ok") return {};
  return StoreError{
      StoreFault::corrupt,
      database.path() + ": the state file is damaged (" + *finding +
          "); put it back from a backup, or move it away and enrol the connectors again"};
}

StoreResult<void> make(SqliteDatabase& database, uint64_t schema_number) {
  auto tables_there = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables_there.ok()) return tables_there.error();
  if (*tables_there != 0) {
    return StoreError{StoreFault::failed,
                      database.path() + ": is a database of another program; name another folder"};
  }
  if (auto made = database.run(tables); !made) return made;
  return database.run("PRAGMA application_id = " + std::to_string(application_id) +
                      "; PRAGMA user_version = " + std::to_string(schema_number));
}

StoreResult<void> check_or_make(SqliteDatabase& database, uint64_t schema_number) {
  auto id = database.number("PRAGMA application_id");
  if (!id.ok()) return id.error();
  if (*id != application_id) return make(database, schema_number);
  auto found = database.number("PRAGMA user_version");
  if (!found.ok()) return found.error();
  if (*found <= schema_number) return {};
  return StoreError{StoreFault::too_new,
                    database.path() + ": written by a newer version of this program (schema " +
                        std::to_string(*found) + ", known is " + std::to_string(schema_number) +
                        "); install that version again"};
}

}  // namespace

StoreResult<void> prepare_schema(SqliteDatabase& database, uint64_t schema_number,
                                 uint64_t size_limit_bytes) {
  if (auto set = set_up(database, size_limit_bytes); !set) return set;
  if (auto whole = check_whole(database); !whole) return whole;
  // Under the right to write: two may open a new file at the same time.
  auto transaction = database.begin();
  if (!transaction.ok()) return transaction.error();
  if (auto fit = check_or_make(database, schema_number); !fit) return fit;
  if (auto made = database.run(later_indexes); !made) return made;
  return database.commit(std::move(transaction).value());
}

}  // namespace hawser::control
