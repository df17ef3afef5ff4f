// SPDX-License-Identifier: Apache-2.0
#include "control/event_journal.h"

#include "event_fixture.h"

namespace hawser::control {
namespace {

model::Event sign_in(const std::string& user) {
  model::Event event = denial(user);
  event.kind = model::EventKind::signed_in;
  return event;
}

class EventJournalTest : public EventFixture {
 protected:
  // Time goes on, and what is due then is done.
  void pass(uint64_t ms) {
    clock_.advance_ms(ms);
    loop_.timers().run_due();
  }

  core::LogSink log_sink_{2};
  core::Log log_{log_sink_, loop_};
  core::MetricRegistry registry_;
  core::MetricSet metrics_{registry_};
  EventJournal journal_{loop_, log_, *chain_, metrics_};
};

TEST_F(EventJournalTest, WritesATenthOfASecondLaterAllAtOnce) {
  journal_.on_event(sign_in("ada"));
  journal_.on_event(sign_in("bob"));
  EXPECT_EQ(chain_->last(), 0u);
  pass(EventJournal::write_delay_ms + 10);
  EXPECT_EQ(chain_->last(), 2u);
}

TEST_F(EventJournalTest, RepeatedDenialsAreOneEventThatCounts) {
  for (int i = 0; i < 50; ++i) journal_.on_event(denial("ada"));
  pass(EventCounter::settle_ms + 10);
  pass(EventJournal::write_delay_ms + 10);
  const auto records = all();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(records[0].line)["count"], 50);
}

TEST_F(EventJournalTest, TheProgramsEndWritesWhatStillWaits) {
  journal_.on_event(sign_in("ada"));
  for (int i = 0; i < 3; ++i) journal_.on_event(denial("ada"));
  journal_.write_all();
  EXPECT_EQ(chain_->last(), 2u);
  EXPECT_EQ(finding(), "whole");
}

TEST_F(EventJournalTest, AFloodIsBoundedAndTheNextEventTellsOfTheLoss) {
  constexpr size_t many = EventJournal::waiting_limit + 10;
  for (size_t i = 0; i < many; ++i) journal_.on_event(sign_in("ada"));
  for (int i = 0; i < 100; ++i) pass(EventJournal::write_delay_ms + 10);
  EXPECT_EQ(chain_->last(), EventJournal::waiting_limit);
  journal_.on_event(sign_in("bob"));
  pass(EventJournal::write_delay_ms + 10);
  const auto last = chain_->read(chain_->last() - 1, 1);
  EXPECT_EQ(nlohmann::json::parse(last->front().line)["unmapped"]["dropped_before"], 10);
}

TEST_F(EventJournalTest, WhatIsOlderThanItsTimeGoes) {
  append_some(100);
  journal_.set_keep(50'000);
  for (int i = 0; i < 10; ++i) pass(EventJournal::prune_pause_ms + 10);
  EXPECT_GE(chain_->first(), 50u);
  EXPECT_LE(chain_->first(), 52u);
  EXPECT_EQ(finding(), "whole");
}

TEST_F(EventJournalTest, ReadersAreWokenUntilTheyGoAndAreBounded) {
  int woken = 0;
  std::vector<std::unique_ptr<EventJournal::Reader>> readers;
  for (size_t i = 0; i < EventJournal::readers_limit; ++i)
    readers.push_back(journal_.read_on([&] { ++woken; }));
  EXPECT_EQ(journal_.read_on([] {}), nullptr);
  readers.pop_back();
  journal_.on_event(sign_in("ada"));
  pass(EventJournal::write_delay_ms + 10);
  EXPECT_EQ(woken, static_cast<int>(EventJournal::readers_limit) - 1);
}

TEST_F(EventJournalTest, SeveralWhoVerifyAtOnceEachGetTheReport) {
  append_some(3);
  int told = 0;
  for (int i = 0; i < 3; ++i) {
    journal_.verify([&](const StoreResult<EventReport>& report) {
      EXPECT_EQ(report->count, 3u);
      ++told;
    });
  }
  for (int i = 0; i < 10; ++i) pass(20);
  EXPECT_EQ(told, 3);
}

}  // namespace
}  // namespace hawser::control
