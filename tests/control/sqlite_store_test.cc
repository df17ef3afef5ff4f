// SPDX-License-Identifier: Apache-2.0
#include "control/sqlite_store.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "control_fixture.h"

namespace hawser::control {
namespace {

using SqliteStoreTest = StoreFixture;

void run_sql(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

TEST_F(SqliteStoreTest, KeepsWhatWasPutOverARestart) {
  const auto revision = put("a", "one", 0);
  ASSERT_TRUE(revision.ok());
  store_.reset();
  store_ = open_store();
  auto entry = store_->get("a");
  ASSERT_TRUE(entry.ok() && entry->has_value());
  EXPECT_EQ((*entry)->value, "one");
  EXPECT_EQ((*entry)->revision, *revision);
}

TEST_F(SqliteStoreTest, RevisionsRiseWithEveryCommit) {
  const auto first = put("a", "1", 0);
  const auto second = put("b", "1", 0);
  const auto third = remove("a", *first);
  EXPECT_LT(*first, *second);
  EXPECT_LT(*second, *third);
}

TEST_F(SqliteStoreTest, ExpectedRevisionZeroMeansThatTheKeyMustNotExist) {
  ASSERT_TRUE(put("a", "one", 0).ok());
  const auto again = put("a", "two", 0);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().fault, StoreFault::conflict);
  EXPECT_EQ(value_of("a"), "one");
}

TEST_F(SqliteStoreTest, AStaleRevisionChangesNothing) {
  const auto first = put("a", "one", 0);
  ASSERT_TRUE(put("a", "two", *first).ok());
  EXPECT_EQ(put("a", "three", *first).error().fault, StoreFault::conflict);
  EXPECT_EQ(remove("a", *first).error().fault, StoreFault::conflict);
  EXPECT_EQ(value_of("a"), "two");
}

TEST_F(SqliteStoreTest, RemovingWhatIsNotThereIsAConflict) {
  EXPECT_EQ(remove("a", 0).error().fault, StoreFault::conflict);
  EXPECT_EQ(remove("a", 7).error().fault, StoreFault::conflict);
}

TEST_F(SqliteStoreTest, ACommitIsDoneWholeOrNotAtAll) {
  ASSERT_TRUE(put("taken", "x", 0).ok());
  EXPECT_FALSE(commit({{"fresh", "1", 0, no_lease}, {"taken", "2", 0, no_lease}}).ok());
  EXPECT_EQ(value_of("fresh"), "(none)");
  EXPECT_EQ(value_of("taken"), "x");
}

TEST_F(SqliteStoreTest, ListsByPrefixInOrderWithTheRevisionToWatchFrom) {
  ASSERT_TRUE(put("tokens/b", "2", 0).ok());
  ASSERT_TRUE(put("tokens/a", "1", 0).ok());
  ASSERT_TRUE(put("token", "no", 0).ok());
  const auto last = put("tokens0", "no", 0);
  auto listing = store_->list("tokens/");
  ASSERT_TRUE(listing.ok());
  ASSERT_EQ(listing->entries.size(), 2u);
  EXPECT_EQ(listing->entries[0].key, "tokens/a");
  EXPECT_EQ(listing->entries[1].value, "2");
  EXPECT_EQ(listing->revision, *last);
  EXPECT_EQ(store_->list("")->entries.size(), 4u);
}

TEST_F(SqliteStoreTest, AnyBytesAreKeysAndValues) {
  const std::string odd("\xff\x00\xfe", 3);
  ASSERT_TRUE(put(odd, odd, 0).ok());
  ASSERT_TRUE(put("empty", "", 0).ok());
  EXPECT_EQ(value_of(odd), odd);
  EXPECT_EQ(value_of("empty"), "");
  EXPECT_EQ(store_->list("\xff")->entries.size(), 1u);
}

TEST_F(SqliteStoreTest, KeysAndValuesAreBounded) {
  EXPECT_EQ(put("", "x", 0).error().fault, StoreFault::too_large);
  EXPECT_EQ(put(std::string(513, 'k'), "x", 0).error().fault, StoreFault::too_large);
  EXPECT_EQ(put("a", std::string(store_value_limit_bytes + 1, 'v'), 0).error().fault,
            StoreFault::too_large);
  EXPECT_EQ(commit(std::vector<StoreWrite>(65, {"a", "1", 0, no_lease})).error().fault,
            StoreFault::too_large);
}

// --- watches

class Seen {
 public:
  OnStoreChange listener() {
    return [this](const StoreChange& change) {
      text_ += change.key + "=" + change.value.value_or("-") + " ";
    };
  }
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

TEST_F(SqliteStoreTest, AWatchTellsLaterChangesAndRemovals) {
  Seen seen;
  auto watch = store_->watch("a/", 1, seen.listener());
  ASSERT_TRUE(watch.ok());
  const auto first = put("a/1", "x", 0);
  ASSERT_TRUE(put("b/1", "other", 0).ok());
  EXPECT_EQ(seen.take(), "");  // never from inside a call
  test::settle(loop_);
  EXPECT_EQ(seen.take(), "a/1=x ");
  ASSERT_TRUE(remove("a/1", *first).ok());
  test::settle(loop_);
  EXPECT_EQ(seen.take(), "a/1=- ");
}

TEST_F(SqliteStoreTest, AWatchFromThePastBeginsThere) {
  const auto one = put("k1", "1", 0);
  ASSERT_TRUE(put("k2", "2", 0).ok());
  ASSERT_TRUE(remove("k1", *one).ok());
  const auto four = put("k4", "4", 0);
  Seen all;
  Seen late;
  auto from_start = store_->watch("", 1, all.listener());
  auto from_four = store_->watch("", *four, late.listener());
  test::settle(loop_);
  EXPECT_EQ(all.take(), "k2=2 k1=- k4=4 ");
  EXPECT_EQ(late.take(), "k4=4 ");
}

TEST_F(SqliteStoreTest, AnEndedWatchHearsNothingMore) {
  Seen seen;
  auto watch = store_->watch("", 1, seen.listener());
  ASSERT_TRUE(put("a", "1", 0).ok());
  watch.value().reset();
  test::settle(loop_);
  EXPECT_EQ(seen.take(), "");
}

TEST_F(SqliteStoreTest, AWatchMayEndInsideItsOwnCall) {
  std::unique_ptr<StoreWatch> watch;
  int calls = 0;
  auto made = store_->watch("", 1, [&](const StoreChange&) {
    ++calls;
    watch.reset();
  });
  watch = std::move(made).value();
  ASSERT_TRUE(commit({{"a", "1", 0, no_lease}, {"b", "1", 0, no_lease}}).ok());
  test::settle(loop_);
  EXPECT_EQ(calls, 1);
}

TEST_F(SqliteStoreTest, AStoreThatGoesBeforeItsDeliveryIsNotCalled) {
  Seen seen;
  auto watch = store_->watch("", 1, seen.listener());
  ASSERT_TRUE(put("a", "1", 0).ok());
  store_.reset();
  test::settle(loop_);
  EXPECT_EQ(seen.take(), "");
}

TEST_F(SqliteStoreTest, AWatchFromWhatIsForgottenIsTold) {
  run_sql(store_path(), "UPDATE counters SET revision = 50, forgotten = 40");
  Seen seen;
  EXPECT_EQ(store_->watch("", 40, seen.listener()).error().fault, StoreFault::compacted);
  EXPECT_TRUE(store_->watch("", 41, seen.listener()).ok());
}

TEST_F(SqliteStoreTest, RemovalsAreForgottenAboveTheirBound) {
  run_sql(store_path(),
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) "
          "INSERT INTO removals SELECT CAST(i AS BLOB), i FROM n; "
          "UPDATE counters SET revision = 10001");
  ASSERT_TRUE(put("a", "1", 0).ok());
  Seen seen;
  EXPECT_EQ(store_->watch("", 100, seen.listener()).error().fault, StoreFault::compacted);
  EXPECT_TRUE(store_->watch("", 9000, seen.listener()).ok());
}

// --- leases

TEST_F(SqliteStoreTest, AKeyGoesWhenItsLeaseEnds) {
  Caught<StoreResult<LeaseId>> lease;
  store_->grant_lease(5000, lease.done());
  ASSERT_TRUE(put("member", "me", 0, **lease).ok());
  ASSERT_TRUE(put("other", "x", 0).ok());
  Seen seen;
  auto watch = store_->watch("", 3, seen.listener());
  clock_.advance_ms(4999);
  EXPECT_EQ(value_of("member"), "me");
  clock_.advance_ms(1);
  EXPECT_EQ(value_of("member"), "(none)");
  EXPECT_EQ(value_of("other"), "x");
  test::settle(loop_);
  EXPECT_EQ(seen.take(), "member=- ");
}

TEST_F(SqliteStoreTest, AKeptLeaseLastsAnotherTerm) {
  Caught<StoreResult<LeaseId>> lease;
  store_->grant_lease(5000, lease.done());
  ASSERT_TRUE(put("member", "me", 0, **lease).ok());
  clock_.advance_ms(4000);
  Caught<StoreResult<void>> kept;
  store_->keep_lease(**lease, kept.done());
  EXPECT_TRUE(kept->ok());
  clock_.advance_ms(4000);
  EXPECT_EQ(value_of("member"), "me");
  clock_.advance_ms(1000);
  EXPECT_EQ(value_of("member"), "(none)");
  Caught<StoreResult<void>> too_late;
  store_->keep_lease(**lease, too_late.done());
  EXPECT_EQ(too_late->error().fault, StoreFault::conflict);
}

TEST_F(SqliteStoreTest, AnEndedLeaseTakesItsKeysAndNoNewOnes) {
  Caught<StoreResult<LeaseId>> lease;
  store_->grant_lease(5000, lease.done());
  ASSERT_TRUE(put("member", "me", 0, **lease).ok());
  Caught<StoreResult<void>> ended;
  store_->end_lease(**lease, ended.done());
  EXPECT_TRUE(ended->ok());
  EXPECT_EQ(value_of("member"), "(none)");
  EXPECT_EQ(put("member", "me", 0, **lease).error().fault, StoreFault::conflict);
}

TEST_F(SqliteStoreTest, ALeaseThatEndedWhileNobodyRanIsSeenAtTheStart) {
  Caught<StoreResult<LeaseId>> lease;
  store_->grant_lease(5000, lease.done());
  ASSERT_TRUE(put("member", "me", 0, **lease).ok());
  store_.reset();
  clock_.advance_ms(6000);
  store_ = open_store();
  EXPECT_EQ(value_of("member"), "(none)");
}

TEST_F(SqliteStoreTest, AnIdleStoreEndsItsLeasesByItself) {
  Caught<StoreResult<LeaseId>> lease;
  store_->grant_lease(5000, lease.done());
  ASSERT_TRUE(put("member", "me", 0, **lease).ok());
  Seen seen;
  auto watch = store_->watch("", 2, seen.listener());
  clock_.advance_ms(5000);
  EXPECT_TRUE(test::run_until(loop_, [&] { return seen.take() == "member=- "; }));
}

// --- the file

TEST_F(SqliteStoreTest, TheFilesAreItsOwnersAlone) {
  ASSERT_TRUE(put("a", "1", 0).ok());
  for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
    struct stat facts {};
    ASSERT_EQ(::stat(file.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << file.path();
  }
}

TEST_F(SqliteStoreTest, AFileThatOthersMayReadIsRefusedWithTheRemedy) {
  store_.reset();
  ::chmod(store_path().c_str(), 0640);
  const auto opened = SqliteStore::open(loop_, store_path());
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().reason.find("chmod 600 " + store_path()), std::string::npos)
      << opened.error().reason;
}

TEST_F(SqliteStoreTest, ANewerFileIsRefusedAndStaysAsItIs) {
  ASSERT_TRUE(put("a", "1", 0).ok());
  store_.reset();
  run_sql(store_path(), "PRAGMA user_version = 2");
  const auto opened = SqliteStore::open(loop_, store_path());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, StoreFault::too_new);
  run_sql(store_path(), "PRAGMA user_version = 1");
  store_ = open_store();
  EXPECT_EQ(value_of("a"), "1");
}

TEST_F(SqliteStoreTest, ADamagedFileIsNamed) {
  store_.reset();
  std::ofstream(store_path(), std::ios::binary) << std::string(8192, 'x');
  const auto opened = SqliteStore::open(loop_, store_path());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, StoreFault::corrupt);
  EXPECT_NE(opened.error().reason.find(store_path() + ": the state file is damaged"),
            std::string::npos);
}

TEST_F(SqliteStoreTest, APageThatWasOverwrittenIsFoundAtTheStart) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(put("key" + std::to_string(i), std::string(3000, 'v'), 0).ok());
  }
  store_.reset();
  std::fstream file(store_path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(std::filesystem::file_size(store_path()) - 4096, '\x55');
  file.close();
  const auto opened = SqliteStore::open(loop_, store_path());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, StoreFault::corrupt) << opened.error().reason;
}

TEST_F(SqliteStoreTest, AnotherProgramsDatabaseIsLeftAlone) {
  const std::string path = folder_ / "other.db";
  run_sql(path, "CREATE TABLE t (x)");
  ::chmod(path.c_str(), 0600);
  const auto opened = SqliteStore::open(loop_, path);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().reason.find("another program"), std::string::npos);
}

TEST_F(SqliteStoreTest, AFullDiskIsAnErrorAndTheStoreGoesOn) {
  store_.reset();
  store_ = SqliteStore::open(loop_, store_path(), {256 * 1024, 1000}).value();
  ASSERT_TRUE(put("small", "1", 0).ok());
  const auto big = put("big", std::string(512 * 1024, 'v'), 0);
  ASSERT_FALSE(big.ok());
  EXPECT_EQ(big.error().fault, StoreFault::full);
  EXPECT_EQ(value_of("big"), "(none)");
  EXPECT_TRUE(put("small2", "2", 0).ok());
}

TEST_F(SqliteStoreTest, AFileHeldByAnotherProgramIsBusy) {
  store_.reset();
  store_ = SqliteStore::open(loop_, store_path(), {1024 * 1024, 1}).value();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(store_path().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(put("a", "1", 0).error().fault, StoreFault::busy);
  sqlite3_close(other);
  EXPECT_TRUE(put("a", "1", 0).ok());
}

TEST_F(SqliteStoreTest, TwoThatOpenANewFileAtOnceBothSucceed) {
  const std::string path = folder_ / "fresh.db";
  std::vector<std::thread> threads;
  std::atomic<int> opened{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      core::Loop loop;
      auto store = SqliteStore::open(loop, path, {1024 * 1024, 10'000});
      EXPECT_TRUE(store.ok()) << store.error().reason;
      if (store.ok()) ++opened;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(opened, 4);
}

}  // namespace
}  // namespace hawser::control
