// SPDX-License-Identifier: Apache-2.0
#include "control/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "control/control_fixture.h"
#include "control/session_filter.h"

namespace hawser::control {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Counts what is read of another store, and how often it is written to.
class CountingStore final : public Store {
 public:
  explicit CountingStore(Store& store) : store_(store) {}
  StoreResult<std::optional<StoreEntry>> get(std::string_view key) override {
    ++rows;
    return store_.get(key);
  }
  StoreResult<StoreListing> list(std::string_view prefix) override {
    auto listing = store_.list(prefix);
    if (listing.ok()) rows += listing->entries.size();
    return listing;
  }
  StoreResult<std::vector<StoreEntry>> list_page(std::string_view prefix, std::string_view after,
                                                 size_t limit) override {
    auto page = store_.list_page(prefix, after, limit);
    if (page.ok()) rows += page->size();
    return page;
  }
  void commit(std::vector<StoreWrite> writes, StoreDone<uint64_t> done) override {
    ++commits;
    store_.commit(std::move(writes), std::move(done));
  }
  void grant_lease(uint64_t ttl_ms, StoreDone<LeaseId> done) override {
    store_.grant_lease(ttl_ms, std::move(done));
  }
  void keep_lease(LeaseId lease, StoreDone<void> done) override {
    store_.keep_lease(lease, std::move(done));
  }
  void end_lease(LeaseId lease, StoreDone<void> done) override {
    store_.end_lease(lease, std::move(done));
  }
  StoreResult<std::unique_ptr<StoreWatch>> watch(std::string_view prefix, uint64_t from_revision,
                                                 OnStoreChange on_change) override {
    return store_.watch(prefix, from_revision, std::move(on_change));
  }

  size_t rows = 0;
  size_t commits = 0;

 private:
  Store& store_;
};

class SessionsTest : public StoreFixture {
 protected:
  std::string begin(int number, const std::string& user, const std::string& browser = {}) {
    SessionRecord record = made(number, user);
    record.browser = browser;
    Caught<Outcome<void>> saved;
    sessions_.create(record, clock_.wall_ms(), saved.done());
    EXPECT_TRUE(saved->ok());
    return record.id;
  }
  SessionRecord made(int number, const std::string& user) {
    SessionRecord record;
    record.id = std::string(24, 'a') + std::to_string(10'000'000 + number);
    record.app = "wiki";
    record.provider = "main";
    record.subject = "u-" + std::to_string(number);
    record.user = user;
    record.created_ms = record.checked_ms = clock_.wall_ms();
    record.expires_ms = clock_.wall_ms() + 3'600'000;
    record.sealed = "sealed";
    record.provider_session = "sid-" + std::to_string(number);
    return record;
  }
  std::vector<SessionRecord> matching(const SessionFilter& filter) {
    auto found = sessions_.matching(filter);
    EXPECT_TRUE(found.ok());
    return found.ok() ? std::move(found).value() : std::vector<SessionRecord>();
  }

  static SessionFilter by_provider(const std::string& subject, const std::string& sid) {
    SessionFilter filter;
    filter.provider = "main";
    filter.subject = subject;
    filter.provider_session = sid;
    return filter;
  }
  size_t index_rows() { return store_->list("session-index/")->entries.size(); }

  CountingStore counting_{*store_};
  Sessions sessions_{counting_};
};

TEST_F(SessionsTest, WhomAProviderNamesIsFoundWithoutLookingAtAnybodyElse) {
  for (int i = 0; i < 600; ++i) begin(i, "ada");
  counting_.rows = 0;
  const auto by_subject = matching(by_provider("u-77", ""));
  ASSERT_THAT(by_subject, SizeIs(1));
  EXPECT_EQ(by_subject[0].subject, "u-77");
  EXPECT_EQ(by_subject[0].sealed, "");
  EXPECT_THAT(matching(by_provider("", "sid-78")), SizeIs(1));
  EXPECT_THAT(matching(by_provider("u-79", "sid-79")), SizeIs(1));
  EXPECT_THAT(matching(by_provider("u-79", "sid-80")), IsEmpty()) << "both have to be theirs";
  EXPECT_THAT(matching(by_provider("u-stranger", "")), IsEmpty());
  EXPECT_LE(counting_.rows, 10u) << "the row that leads to each, and its own";
}

TEST_F(SessionsTest, WhatABrowserHasOfAnAppIsFoundWithoutLookingAtAnythingElse) {
  for (int i = 0; i < 600; ++i) begin(i, "ada", "browser-" + std::to_string(i % 300));
  counting_.rows = 0;
  SessionFilter here;
  here.app = "wiki";
  here.browser = "browser-77";
  const auto found = matching(here);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].subject, "u-77");
  EXPECT_EQ(found[1].subject, "u-377");
  EXPECT_LE(counting_.rows, 4u);
  here.app = "news";
  EXPECT_THAT(matching(here), IsEmpty());
}

TEST_F(SessionsTest, AProvidersWordIsOfNoOtherProvidersPeople) {
  begin(1, "ada");
  SessionFilter filter = by_provider("u-1", "");
  filter.provider = "other";
  EXPECT_THAT(matching(filter), IsEmpty());
}

TEST_F(SessionsTest, TheIndexGoesWithItsSession) {
  begin(1, "ada");
  begin(2, "bob");
  ASSERT_EQ(index_rows(), 4u);
  Caught<Outcome<void>> gone;
  sessions_.revoke(matching(by_provider("u-1", "")).at(0), gone.done());
  ASSERT_TRUE(gone->ok());
  EXPECT_EQ(index_rows(), 2u);
  clock_.advance_ms(3'600'001);
  EXPECT_EQ(index_rows(), 0u) << "bob's has ended by itself";
}

TEST_F(SessionsTest, RowsFromBeforeTheIndexAreFoundOnceTheyHaveTheirs) {
  Caught<StoreResult<LeaseId>> lease;
  store_->grant_lease(3'600'000, lease.done());
  for (int i = 0; i < 300; ++i) {
    const std::string row =
        R"({"app":"wiki","provider":"main","subject":"u-)" + std::to_string(i) +
        R"(","user":"ada","provider_session":"","created_ms":5,"expires_ms":9,"sealed":"s"})";
    ASSERT_TRUE(put("sessions/" + made(i, "ada").id, row, 0, **lease).ok());
  }
  begin(1000, "bob");
  EXPECT_THAT(matching(by_provider("u-299", "")), IsEmpty());
  ASSERT_TRUE(sessions_.index_old().ok());
  const auto found = matching(by_provider("u-299", ""));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].created_ms, 5);
  EXPECT_EQ(sessions_.find(found[0].id)->sealed, "s");
  counting_.commits = 0;
  ASSERT_TRUE(sessions_.index_old().ok());
  EXPECT_EQ(counting_.commits, 0u) << "there is nothing left to do";
  clock_.advance_ms(3'600'001);
  EXPECT_EQ(index_rows(), 0u) << "it ends with the sessions";
}

TEST_F(SessionsTest, ThousandsAreFoundByWhomTheyAreOf) {
  for (int i = 0; i < 600; ++i) begin(i, i % 3 == 0 ? "ada" : "bob");
  SessionFilter filter;
  filter.user = "ada";
  EXPECT_THAT(matching(filter), SizeIs(200));
  filter.subject = "u-3";
  const auto one = matching(filter);
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].sealed, "") << "nobody who looks for it needs that";
  filter.user = "bob";
  EXPECT_THAT(matching(filter), IsEmpty());
  EXPECT_THAT(*sessions_.list(), SizeIs(600));
}

TEST_F(SessionsTest, NamesThatJsonSpellsInAnotherWayAreFoundToo) {
  const std::string odd = "a\"d\\a \xc3\xa9\n";
  begin(1, odd);
  SessionFilter filter;
  filter.user = odd;
  EXPECT_THAT(matching(filter), SizeIs(1));
}

TEST_F(SessionsTest, AnIdNamesOneAndAnUnknownOneNone) {
  SessionFilter filter;
  filter.id = begin(1, "ada");
  begin(2, "ada");
  EXPECT_THAT(matching(filter), SizeIs(1));
  filter.user = "bob";
  EXPECT_THAT(matching(filter), IsEmpty());
  filter.user.clear();
  filter.id = std::string(32, 'f');
  EXPECT_THAT(matching(filter), IsEmpty());
  filter.id = "no id";
  EXPECT_THAT(matching(filter), IsEmpty());
  EXPECT_THAT(matching(SessionFilter()), IsEmpty()) << "what asks for nothing means none";
}

TEST_F(SessionsTest, ARowIsWrittenAnewOnlyWhereItIsWhatWasRead) {
  const std::string id = begin(1, "ada");
  SessionRecord record = *sessions_.find(id);
  record.sealed = "another";
  record.checked_ms += 5;
  Caught<Outcome<void>> first;
  sessions_.update(record, first.done());
  EXPECT_TRUE(first->ok());
  EXPECT_EQ(sessions_.find(id)->sealed, "another");
  EXPECT_EQ(sessions_.find(id)->checked_ms, record.checked_ms);
  Caught<Outcome<void>> second;
  sessions_.update(record, second.done());
  EXPECT_FALSE(second->ok()) << "it is of an older revision";
  Caught<Outcome<void>> gone;
  sessions_.revoke(*sessions_.find(id), gone.done());
  ASSERT_TRUE(gone->ok());
  Caught<Outcome<void>> third;
  sessions_.update(record, third.done());
  EXPECT_FALSE(third->ok()) << "no recheck brings back what was revoked";
  EXPECT_THAT(*sessions_.list(), IsEmpty());
}

}  // namespace
}  // namespace hawser::control
