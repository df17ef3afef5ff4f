// SPDX-License-Identifier: Apache-2.0
#include "control/event_counter.h"

#include "event_fixture.h"

namespace hawser::control {
namespace {

using model::Event;

class EventCounterTest : public testing::Test {
 protected:
  void add(Event event) { counter_.add(std::move(event), now_ms_, ready_); }
  void pass(uint64_t ms) {
    now_ms_ += ms;
    counter_.run(now_ms_, ready_);
  }
  uint64_t counted() const {
    uint64_t all = 0;
    for (const Event& event : ready_) all += event.count;
    return all;
  }

  EventCounter counter_;
  uint64_t now_ms_ = 1'000'000;
  std::vector<Event> ready_;
};

TEST_F(EventCounterTest, FiftyAlikeWithinASecondAreOneEvent) {
  for (int i = 0; i < 50; ++i) add(denial("ada"));
  EXPECT_TRUE(ready_.empty());
  pass(EventCounter::settle_ms);
  ASSERT_EQ(ready_.size(), 1u);
  EXPECT_EQ(ready_[0].count, 50u);
}

TEST_F(EventCounterTest, WhatGoesOnIsOneEventAMinute) {
  for (int second = 0; second < 600; ++second) {
    add(denial("ada"));
    pass(1'000);
  }
  EXPECT_LE(ready_.size(), 12u);
  pass(EventCounter::window_ms);
  EXPECT_EQ(counted(), 600u);
}

TEST_F(EventCounterTest, TheCountsTimesAreTheFirstAndTheLast) {
  Event event = denial("ada");
  for (int i = 0; i < 3; ++i) {
    event.time_ms += 100;
    add(event);
  }
  pass(EventCounter::settle_ms);
  EXPECT_EQ(ready_[0].first_ms + 200, ready_[0].time_ms);
}

TEST_F(EventCounterTest, AnotherPersonRuleReasonOrNetworkIsAnotherEvent) {
  add(denial("ada"));
  add(denial("bob"));
  add(denial("ada", "198.51.100.1"));
  Event other = denial("ada");
  other.rule = "guests";
  add(other);
  other.reason = "no_rule_matched";
  add(other);
  add(denial("ada", "192.0.2.200"));  // a neighbour of the first
  pass(EventCounter::settle_ms);
  EXPECT_EQ(ready_.size(), 5u);
  EXPECT_EQ(counted(), 6u);
}

TEST_F(EventCounterTest, SignInsAndAdministratorsActsAreNeverCounted) {
  Event event = denial("ada");
  for (const auto kind :
       {model::EventKind::signed_in, model::EventKind::revoked, model::EventKind::administered}) {
    event.kind = kind;
    add(event);
    add(event);
  }
  EXPECT_EQ(ready_.size(), 6u);
}

TEST_F(EventCounterTest, OnesOwnNetworkIsForgottenOnceItIsQuiet) {
  add(denial("ada"));
  pass(EventCounter::settle_ms);
  pass(EventCounter::window_ms);
  EXPECT_EQ(counter_.held(), 0u);
  EXPECT_FALSE(counter_.next_due_ms());
}

TEST_F(EventCounterTest, AFloodFromEverywhereCostsABoundedNumberOfEvents) {
  for (int minute = 0; minute < 10; ++minute) {
    for (int i = 0; i < 20'000; ++i) {
      Event event =
          denial("", "10." + std::to_string(i / 250 % 250) + "." + std::to_string(i % 250) + ".1");
      add(std::move(event));
    }
    EXPECT_LE(counter_.held(), 2 * EventCounter::different_limit);
    pass(EventCounter::settle_ms);
    pass(EventCounter::window_ms);
  }
  pass(EventCounter::window_ms);
  EXPECT_LE(ready_.size(), EventCounter::different_limit + 10 * 8 + 12);
  EXPECT_EQ(counted(), 200'000u);
  EXPECT_EQ(counter_.dropped(), 0u);
}

TEST_F(EventCounterTest, AFloodOfUnknownPeopleLeavesRoomForThoseWhoSignedIn) {
  for (int i = 0; i < 20'000; ++i)
    add(denial("", "10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".1"));
  add(denial("ada"));
  pass(EventCounter::settle_ms);
  EXPECT_EQ(std::count_if(ready_.begin(), ready_.end(),
                          [](const Event& event) { return event.user == "ada"; }),
            1);
}

TEST_F(EventCounterTest, TheEndLosesNone) {
  for (int i = 0; i < 5; ++i) add(denial("ada"));
  counter_.take_all(ready_);
  EXPECT_EQ(counted(), 5u);
}

}  // namespace
}  // namespace hawser::control
