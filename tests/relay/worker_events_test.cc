// SPDX-License-Identifier: Apache-2.0
#include "relay/worker_events.h"

#include <gtest/gtest.h>

#include "core/clock.h"

namespace hawser::relay {
namespace {

class WorkerEventsTest : public testing::Test {
 protected:
  static model::Event of(model::EventKind kind, const std::string& user, const std::string& ip) {
    model::Event event;
    event.kind = kind;
    event.time_ms = 1'700'000'000'000;
    event.app = "wiki";
    event.user = user;
    event.client_ip = ip;
    event.reason = "denied_by_rule";
    return event;
  }
  void deny(const std::string& user, const std::string& ip = "192.0.2.7") {
    events_.on_event(of(model::EventKind::denied, user, ip));
  }
  void pass() {
    clock_.advance_ms(WorkerEvents::gather_ms + 10);
    loop_.timers().run_due();
  }

  core::ManualClock clock_;
  core::Loop loop_{&clock_};
  std::vector<std::vector<model::Event>> lots_;
  WorkerEvents events_{loop_, [this](std::vector<model::Event> lot) { lots_.push_back(lot); }};
};

TEST_F(WorkerEventsTest, ThoseThatAreAlikeTravelAsOne) {
  for (int i = 0; i < 10; ++i) deny("ada");
  deny("bob");
  pass();
  ASSERT_EQ(lots_.size(), 1u);
  ASSERT_EQ(lots_[0].size(), 2u);
  EXPECT_EQ(lots_[0][0].count, 10u);
}

TEST_F(WorkerEventsTest, ASecondLotWaitsUntilTheFirstWasTaken) {
  deny("ada");
  pass();
  deny("bob");
  pass();
  EXPECT_EQ(lots_.size(), 1u);
  events_.on_taken();
  pass();
  ASSERT_EQ(lots_.size(), 2u);
  EXPECT_EQ(lots_[1][0].user, "bob");
}

TEST_F(WorkerEventsTest, AFloodThatNobodyTakesIsBoundedAndCounted) {
  for (int i = 0; i < 100'000; ++i)
    deny("", "10." + std::to_string(i / 250 % 250) + "." + std::to_string(i % 250) + ".1");
  pass();
  ASSERT_EQ(lots_[0].size(), WorkerEvents::crowded + 1);
  uint64_t all = 0;
  for (const model::Event& event : lots_[0]) all += event.count;
  EXPECT_EQ(all, 100'000u);
  EXPECT_EQ(lots_[0].back().client_ip, "");
}

TEST_F(WorkerEventsTest, WhatIsLostIsToldWithTheNext) {
  for (size_t i = 0; i < WorkerEvents::lot_limit + 7; ++i)
    events_.on_event(of(model::EventKind::signed_in, "ada", "192.0.2.7"));
  pass();
  EXPECT_EQ(lots_[0].size(), WorkerEvents::lot_limit);
  EXPECT_EQ(lots_[0].front().dropped, 7u);
}

TEST_F(WorkerEventsTest, TheWorkersEndHandsOverTheRest) {
  deny("ada");
  events_.hand_over_all();
  EXPECT_EQ(lots_.size(), 1u);
}

}  // namespace
}  // namespace hawser::relay
