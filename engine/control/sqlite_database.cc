// SPDX-License-Identifier: Apache-2.0
#include "control/sqlite_database.h"

#include <sqlite3.h>

#include <utility>

namespace hawser::control {
namespace {

constexpr int primary_result(int result) { return result & 0xff; }

}  // namespace

StoreError sqlite_error(int result, std::string_view message, const std::string& path) {
  const std::string said = path + ": " + std::string(message);
  switch (primary_result(result)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {StoreFault::busy, path + ": another program holds the state; try again"};
    case SQLITE_FULL:
      return {StoreFault::full, said + "; make room on its disk"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {StoreFault::corrupt,
              path + ": the state file is damaged (" + std::string(message) +
                  "); put it back from a backup, or move it away and enrol the connectors again"};
    case SQLITE_TOOBIG:
      return {StoreFault::too_large, said};
    default:
      return {StoreFault::failed, said};
  }
}

SqliteStatement::SqliteStatement(sqlite3* database, sqlite3_stmt* statement, std::string path)
    : database_(database), statement_(statement), path_(std::move(path)) {}

void SqliteStatement::Finalise::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteStatement& SqliteStatement::bind(std::string_view bytes) {
  // A null pointer would bind NULL; an empty value is not that.
  sqlite3_bind_blob64(statement_.get(), ++bound_, bytes.empty() ? "" : bytes.data(), bytes.size(),
                      SQLITE_TRANSIENT);
  return *this;
}

SqliteStatement& SqliteStatement::bind(uint64_t number) {
  sqlite3_bind_int64(statement_.get(), ++bound_, static_cast<sqlite3_int64>(number));
  return *this;
}

StoreResult<bool> SqliteStatement::next_row() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return sqlite_error(result, sqlite3_errmsg(database_), path_);
}

StoreResult<void> SqliteStatement::run() {
  for (;;) {
    auto row = next_row();
    if (!row.ok()) return row.error();
    if (!*row) return {};
  }
}

std::string SqliteStatement::bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int length = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr
             ? std::string{}
             : std::string(static_cast<const char*>(bytes), static_cast<size_t>(length));
}

uint64_t SqliteStatement::number(int column) const {
  return static_cast<uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

SqliteDatabase::SqliteDatabase(sqlite3* database, std::string path)
    : database_(database), path_(std::move(path)) {}

void SqliteDatabase::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

StoreResult<SqliteDatabase> SqliteDatabase::open(const std::string& path, int busy_timeout_ms) {
  sqlite3* raw = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  SqliteDatabase database(raw, path);
  if (result != SQLITE_OK) {
    return sqlite_error(result, raw != nullptr ? sqlite3_errmsg(raw) : "out of memory", path);
  }
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  if (auto entered = database.enter_wal(busy_timeout_ms); !entered) return entered.error();
  return database;
}

// For this change alone SQLite does not wait while another program holds the file.
StoreResult<void> SqliteDatabase::enter_wal(int busy_timeout_ms) {
  constexpr int pause_ms = 5;
  auto entered = run("PRAGMA journal_mode = WAL");
  for (int waited_ms = 0; !entered && entered.error().fault == StoreFault::busy;
       waited_ms += pause_ms) {
    if (waited_ms >= busy_timeout_ms) break;
    sqlite3_sleep(pause_ms);
    entered = run("PRAGMA journal_mode = WAL");
  }
  return entered;
}

StoreResult<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        &statement, nullptr);
  if (result != SQLITE_OK) return sqlite_error(result, sqlite3_errmsg(database_.get()), path_);
  return SqliteStatement(database_.get(), statement, path_);
}

StoreResult<void> SqliteDatabase::run(const std::string& sql) {
  const int result = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return sqlite_error(result, sqlite3_errmsg(database_.get()), path_);
  return {};
}

StoreResult<uint64_t> SqliteDatabase::number(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement.ok()) return statement.error();
  auto row = statement->next_row();
  if (!row.ok()) return row.error();
  return *row ? statement->number(0) : 0;
}

StoreResult<std::string> SqliteDatabase::bytes(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement.ok()) return statement.error();
  auto row = statement->next_row();
  if (!row.ok()) return row.error();
  return *row ? statement->bytes(0) : std::string{};
}

uint64_t SqliteDatabase::changed_rows() const {
  return static_cast<uint64_t>(sqlite3_changes64(database_.get()));
}

uint64_t SqliteDatabase::last_row_id() const {
  return static_cast<uint64_t>(sqlite3_last_insert_rowid(database_.get()));
}

StoreResult<SqliteDatabase::Transaction> SqliteDatabase::begin() {
  if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun.error();
  return Transaction(database_.get());
}

StoreResult<void> SqliteDatabase::commit(Transaction transaction) {
  auto committed = run("COMMIT");
  if (committed.ok()) transaction.database_ = nullptr;
  return committed;
}

SqliteDatabase::Transaction::~Transaction() {
  // Some failures have rolled back already; then this is a harmless error.
  if (database_ != nullptr) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
}

int64_t SqliteDatabase::library_bytes() { return sqlite3_memory_used(); }

}  // namespace hawser::control
