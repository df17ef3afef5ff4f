// SPDX-License-Identifier: Apache-2.0
#include "control/event_chain.h"

#include "event_fixture.h"
#include "tls/digest.h"

namespace hawser::control {
namespace {

using nlohmann::json;
using EventChainTest = EventFixture;

TEST_F(EventChainTest, EachLineHoldsTheHashOfTheOneBefore) {
  append({denial("ada"), denial("bob")});
  append({denial("eve")});
  std::string before(64, '0');
  uint64_t sequence = 0;
  for (const EventChain::Record& record : all()) {
    const json line = json::parse(record.line);
    EXPECT_EQ(record.sequence, ++sequence);
    EXPECT_EQ(line["metadata"]["sequence"], sequence);
    EXPECT_EQ(line["unmapped"]["previous_sha256"], before);
    before = tls::sha256_hex(record.line);
  }
  EXPECT_EQ(sequence, 3u);
  EXPECT_EQ(chain_->head_sha256_hex(), before);
  EXPECT_EQ(finding(), "whole");
}

TEST_F(EventChainTest, ARestartGoesOnWhereTheChainEnded) {
  append_some(3);
  const std::string key = chain_->key_id();
  store_.reset();
  store_ = open_store();
  open_chain();
  EXPECT_EQ(chain_->last(), 3u);
  EXPECT_EQ(chain_->opening_fault(), "");
  append_some(1);
  EXPECT_EQ(chain_->key_id(), key);
  EXPECT_EQ(finding(), "whole");
  EXPECT_EQ(verify().count, 4u);
}

TEST_F(EventChainTest, AClockThatIsSetBackReordersNothing) {
  append_some(1);
  clock_.set_wall_ms(clock_.wall_ms() - 3'600'000);
  append_some(1);
  const auto records = all();
  EXPECT_EQ(read_event_line(records[0].line)->logged_ms,
            read_event_line(records[1].line)->logged_ms);
}

TEST_F(EventChainTest, FindsByTime) {
  const int64_t begun_ms = clock_.wall_ms();
  append_some(20);  // one a second
  EXPECT_EQ(*chain_->find(begun_ms), 0u);
  EXPECT_EQ(*chain_->find(begun_ms + 10'000), 10u);
  EXPECT_EQ(*chain_->find(begun_ms + 10'001), 11u);
  EXPECT_EQ(*chain_->find(begun_ms + 3'600'000), 20u);
}

TEST_F(EventChainTest, PruningLeavesACheckpointFromWhichTheRestIsVerified) {
  const int64_t begun_ms = clock_.wall_ms();
  append_some(10);
  EXPECT_EQ(prune(begun_ms + 4'000), 4u);
  EXPECT_EQ(chain_->first(), 5u);
  EXPECT_EQ(chain_->size(), 6u);
  EXPECT_EQ(all().front().sequence, 5u);
  EXPECT_EQ(finding(), "whole");
  const EventReport report = verify();
  ASSERT_TRUE(report.checkpoint);
  EXPECT_EQ(report.checkpoint->sequence, 4u);
  EXPECT_EQ(report.checkpoint->removed, 4u);
  EXPECT_EQ(report.count, 6u);
  open_chain();
  EXPECT_EQ(chain_->first(), 5u);
  EXPECT_EQ(prune(begun_ms + 6'000), 2u);
  EXPECT_EQ(verify().checkpoint->removed, 6u);
  EXPECT_EQ(finding(), "whole");
}

TEST_F(EventChainTest, TheOldestOfTooManyGoAndTheLastOneNever) {
  append_some(10);
  EXPECT_EQ(prune(0, 7), 3u);
  EXPECT_EQ(chain_->size(), 7u);
  EXPECT_EQ(prune(clock_.wall_ms() + 1), 6u);
  EXPECT_EQ(prune(clock_.wall_ms() + 1), 0u);
  EXPECT_EQ(all().front().sequence, 10u);
  append_some(1);
  EXPECT_EQ(finding(), "whole");
}

TEST_F(EventChainTest, AtMostSoManyGoAtOnceAsACommitHolds) {
  for (int i = 0; i < 3; ++i)
    append(std::vector<model::Event>(EventChain::append_limit, denial("a")));
  EXPECT_EQ(prune(clock_.wall_ms() + 1), EventChain::prune_limit);
  EXPECT_EQ(finding(), "whole");
}

// --- somebody has had the file

TEST_F(EventChainTest, OneChangedByteIsFound) {
  append_some(9);
  run_sql(
      "UPDATE entries SET value = CAST(replace(CAST(value AS TEXT), 'user-5', 'user-6') AS BLOB) "
      "WHERE key = " +
      key_of(5));
  EXPECT_EQ(finding(), "5 is not what the next one was written behind");
  EXPECT_EQ(verify().count, 4u);
}

TEST_F(EventChainTest, ADamagedRowIsFound) {
  append_some(3);
  run_sql("UPDATE entries SET value = CAST('gone' AS BLOB) WHERE key = " + key_of(2));
  EXPECT_EQ(finding(), "2 is no event of this place");
}

TEST_F(EventChainTest, ADeletedRowIsFound) {
  append_some(9);
  run_sql("DELETE FROM entries WHERE key = " + key_of(4));
  EXPECT_EQ(finding(), "4 missing: 4");
}

TEST_F(EventChainTest, AReplacedRowIsFound) {
  append_some(9);
  run_sql("UPDATE entries SET value = (SELECT value FROM entries WHERE key = " + key_of(7) +
          ") WHERE key = " + key_of(3));
  EXPECT_EQ(finding(), "3 is no event of this place");
}

TEST_F(EventChainTest, TheFirstOneChangedIsFound) {
  append_some(3);
  run_sql(
      "UPDATE entries SET value = CAST(replace(CAST(value AS TEXT), 'user-1', 'user-2') AS BLOB) "
      "WHERE key = " +
      key_of(1));
  EXPECT_EQ(finding(), "1 is not what the next one was written behind");
}

TEST_F(EventChainTest, ACutTailIsFoundAndGoingOnDoesNotHideIt) {
  append_some(9);
  run_sql("DELETE FROM entries WHERE key >= " + key_of(8) + " AND key <= " + key_of(9));
  EXPECT_EQ(finding(), "8 missing at the end: 8 to 9");
  open_chain();
  append_some(1);
  EXPECT_EQ(finding(), "8 missing: 8 to 9");
}

TEST_F(EventChainTest, TheLastOneChangedIsFound) {
  append_some(3);
  run_sql(
      "UPDATE entries SET value = CAST(replace(CAST(value AS TEXT), 'user-3', 'user-2') AS BLOB) "
      "WHERE key = " +
      key_of(3));
  EXPECT_EQ(finding(), "3 is not what the chain's end was signed for");
}

TEST_F(EventChainTest, AForgedEndIsFound) {
  append_some(3);
  run_sql("DELETE FROM entries WHERE key = " + key_of(3));
  run_sql(
      "UPDATE entries SET value = CAST(replace(CAST(value AS TEXT), '\"sequence\":3', "
      "'\"sequence\":2') AS BLOB) WHERE key = " +
      mark_of("head"));
  EXPECT_EQ(finding().substr(0, 36), "3 the chain's end cannot be believed");
  open_chain();
  EXPECT_NE(chain_->opening_fault(), "");
  EXPECT_EQ(chain_->last(), 2u);
}

TEST_F(EventChainTest, AMissingEndIsFound) {
  append_some(3);
  run_sql("DELETE FROM entries WHERE key = " + mark_of("head"));
  EXPECT_EQ(finding(), "3 the record of the chain's end is missing");
  open_chain();
  EXPECT_EQ(chain_->opening_fault(), "the chain's head is missing or damaged");
  EXPECT_EQ(chain_->last(), 3u);
}

TEST_F(EventChainTest, AMissingCheckpointIsFound) {
  append_some(5);
  prune(0, 3);
  run_sql("DELETE FROM entries WHERE key = " + mark_of("checkpoint"));
  EXPECT_EQ(finding(), "1 missing: 1 to 2");
}

TEST_F(EventChainTest, PruningHidesNoBreak) {
  append_some(9);
  run_sql("DELETE FROM entries WHERE key = " + key_of(2));
  prune(0, 5);
  EXPECT_EQ(finding(), "2 was not as it was written when its time was over and it was removed");
}

TEST_F(EventChainTest, AnotherEnginesChainIsItsOwn) {
  append_some(2);
  auto other = EventChain::open(*store_, "1b4c2f6e-8a51-4d3b-9f0e-6c1d2a3b4c5d", "0.1.0");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ((*other)->last(), 0u);
  EXPECT_NE((*other)->key_id(), chain_->key_id());
}

}  // namespace
}  // namespace hawser::control
