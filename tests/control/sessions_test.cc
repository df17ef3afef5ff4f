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

class SessionsTest : public StoreFixture {
 protected:
  std::string begin(int number, const std::string& user) {
    SessionRecord record;
    record.id = std::string(24, 'a') + std::to_string(10'000'000 + number);
    record.app = "wiki";
    record.provider = "main";
    record.subject = "u-" + std::to_string(number);
    record.user = user;
    record.created_ms = record.checked_ms = clock_.wall_ms();
    record.expires_ms = clock_.wall_ms() + 3'600'000;
    record.sealed = "sealed";
    Caught<Outcome<void>> saved;
    sessions_.create(record, clock_.wall_ms(), saved.done());
    EXPECT_TRUE(saved->ok());
    return record.id;
  }
  std::vector<SessionRecord> matching(const SessionFilter& filter) {
    auto found = sessions_.matching(filter);
    EXPECT_TRUE(found.ok());
    return found.ok() ? std::move(found).value() : std::vector<SessionRecord>();
  }

  Sessions sessions_{*store_};
};

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
