// SPDX-License-Identifier: Apache-2.0
// SqliteDatabase: one open SQLite file, its statements and transactions, with SQLite's results as
// values. Owner: the SqliteStore. Thread: the control thread alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "control/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hawser::control {

// One prepared statement. Parameters are bound in order.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3* database, sqlite3_stmt* statement, std::string path);

  SqliteStatement& bind(std::string_view bytes);  // kept as they are (BLOB)
  SqliteStatement& bind(uint64_t number);

  StoreResult<bool> next_row();  // false: no more
  StoreResult<void> run();       // to its end
  std::string bytes(int column) const;
  uint64_t number(int column) const;
  bool is_null(int column) const;

 private:
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const;
  };
  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
  std::string path_;
  int bound_ = 0;
};

class SqliteDatabase {
 public:
  // The file exists. Waits for at most `busy_timeout_ms` for another process that holds it.
  static StoreResult<SqliteDatabase> open(const std::string& path, int busy_timeout_ms);

  StoreResult<SqliteStatement> prepare(std::string_view sql);
  StoreResult<void> run(const std::string& sql);       // several statements, no rows
  StoreResult<uint64_t> number(std::string_view sql);  // the first column of the first row; 0: none
  StoreResult<std::string> bytes(std::string_view sql);
  // What the library holds of the heap, for all databases of the process.
  static int64_t library_bytes();
  uint64_t changed_rows() const;  // by the last statement
  uint64_t last_row_id() const;
  const std::string& path() const { return path_; }

  // Holds the right to write; rolled back unless committed.
  class Transaction {
   public:
    explicit Transaction(sqlite3* database) : database_(database) {}
    Transaction(Transaction&& other) noexcept : database_(other.database_) {
      other.database_ = nullptr;
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

   private:
    friend class SqliteDatabase;
    sqlite3* database_;
  };
  StoreResult<Transaction> begin();
  StoreResult<void> commit(Transaction transaction);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  SqliteDatabase(sqlite3* database, std::string path);
  StoreResult<void> enter_wal(int busy_timeout_ms);

  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
};

// What SQLite's result means for the store's callers, with the remedy.
StoreError sqlite_error(int result, std::string_view message, const std::string& path);

}  // namespace hawser::control
