// SPDX-License-Identifier: Apache-2.0
#include "channel/credit.h"

#include <gtest/gtest.h>

#include "link_fixture.h"

namespace hawser::channel {
namespace {

TEST(SendCreditTest, OverflowIsRefused) {
  SendCredit credit(10);
  EXPECT_TRUE(credit.grant(credit_limit_bytes - 10));
  EXPECT_FALSE(credit.grant(1));
  EXPECT_FALSE(credit.grant(UINT32_MAX));
  credit.take(5);
  EXPECT_TRUE(credit.grant(5));
}

TEST(ReceiveWindowTest, TakesItsBytesFromBothBudgetsAndGivesThemBack) {
  core::Budget budget(100'000);
  core::Budget share(50'000);
  {
    ReceiveWindow window(budget, &share, 1_MiB);
    ASSERT_TRUE(window.start(16'384));
    EXPECT_EQ(window.grant(), 16'384u);
    EXPECT_EQ(budget.used_bytes(), 16'384u);
    EXPECT_EQ(share.used_bytes(), 16'384u);
    ASSERT_TRUE(window.received(10'000, 0));
  }
  EXPECT_EQ(budget.used_bytes(), 0u);
  EXPECT_EQ(share.used_bytes(), 0u);
}

TEST(ReceiveWindowTest, DoesNotStartWithoutBudget) {
  core::Budget budget(100'000);
  core::Budget share(10'000);
  ReceiveWindow window(budget, &share, 1_MiB);
  EXPECT_FALSE(window.start(16'384));
  EXPECT_EQ(budget.used_bytes(), 0u);
}

TEST(ReceiveWindowTest, MoreThanWasGrantedIsRefused) {
  core::Budget budget(100'000);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(1000));
  EXPECT_FALSE(window.received(1, 0));  // not granted yet
  EXPECT_EQ(window.grant(), 1000u);
  EXPECT_TRUE(window.received(1000, 0));
  EXPECT_FALSE(window.received(1, 0));
}

TEST(ReceiveWindowTest, GrantsAgainWhenHalfWasConsumedAndNeverMoreThanItCanHold) {
  core::Budget budget(1_MiB);
  ReceiveWindow window(budget, nullptr, 1000);
  ASSERT_TRUE(window.start(1000));
  EXPECT_EQ(window.grant(), 1000u);
  ASSERT_TRUE(window.received(1000, 0));
  window.consumed(499, 0);
  EXPECT_EQ(window.grant(), 0u);
  window.consumed(1, 0);
  EXPECT_EQ(window.grant(), 500u);
  EXPECT_EQ(window.outstanding_bytes() + window.held_bytes(), 1000u);
}

TEST(ReceiveWindowTest, DoublesWhileItsReceiverDrains) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  uint32_t granted = window.grant();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(window.received(granted, 0));
    window.consumed(granted, 0);
    granted = window.grant();
  }
  EXPECT_EQ(window.window_bytes(), 1_MiB);
  EXPECT_EQ(budget.used_bytes(), 1_MiB);
}

// One window's worth that waits `wait_ms` before it is consumed.
void pass(ReceiveWindow& window, uint32_t& granted, uint64_t& now_ms, uint64_t wait_ms) {
  ASSERT_TRUE(window.received(granted, now_ms));
  now_ms += wait_ms;
  window.consumed(granted, now_ms);
  granted = window.grant();
}

TEST(ReceiveWindowTest, AReceiverThatBecomesSlowIsLeftWithTheFirstWindow) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  uint32_t granted = window.grant();
  uint64_t now_ms = 1000;
  for (int i = 0; i < 6; ++i) pass(window, granted, now_ms, 1);
  EXPECT_EQ(window.window_bytes(), 1_MiB);
  for (int i = 0; i < 6; ++i) pass(window, granted, now_ms, 1000);
  EXPECT_EQ(window.window_bytes(), 16'384u);
  EXPECT_EQ(budget.used_bytes(), 16'384u);
  pass(window, granted, now_ms, 1000);
  EXPECT_EQ(granted, 16'384u);
}

TEST(ReceiveWindowTest, ACrowdGrowsLessThanAFew) {
  core::Budget budget(64_MiB);
  std::vector<std::unique_ptr<ReceiveWindow>> windows;
  for (int i = 0; i < 100; ++i) {
    windows.push_back(std::make_unique<ReceiveWindow>(budget, nullptr, 1_MiB));
    ASSERT_TRUE(windows.back()->start(16'384));
  }
  uint64_t now_ms = 0;
  for (auto& window : windows) {
    uint32_t granted = window->grant();
    for (int turn = 0; turn < 8; ++turn) pass(*window, granted, now_ms, 1);
  }
  EXPECT_EQ(windows.front()->window_bytes(), 1_MiB);
  EXPECT_LT(budget.used_bytes(), 16_MiB);
  for (auto& window : windows) EXPECT_GE(window->window_bytes(), 64u * 1024);
}

TEST(ReceiveWindowTest, AReceiverThatIsNeitherQuickNorSlowKeepsItsWindow) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  uint32_t granted = window.grant();
  uint64_t now_ms = 1000;
  pass(window, granted, now_ms, 1);
  for (int i = 0; i < 6; ++i) pass(window, granted, now_ms, 100);
  EXPECT_EQ(window.window_bytes(), 32'768u);
}

TEST(ReceiveWindowTest, DoesNotGrowWhileSomethingIsHeldOrABudgetIsScarce) {
  core::Budget budget(100'000);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  ASSERT_TRUE(window.received(window.grant(), 0));
  window.consumed(16'383, 0);
  EXPECT_GT(window.grant(), 0u);
  EXPECT_EQ(window.window_bytes(), 16'384u);
  window.consumed(1, 0);
  ASSERT_TRUE(budget.take(70'000));
  ASSERT_TRUE(budget.scarce());
  ASSERT_TRUE(window.received(16'383, 0));
  window.consumed(16'383, 0);
  EXPECT_GT(window.grant(), 0u);
  EXPECT_EQ(window.window_bytes(), 16'384u);
  budget.give_back(70'000);
}

TEST(ReceiveWindowTest, GrantsNoMoreThanTheBodyHas) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  window.expect(20'000);
  ASSERT_TRUE(window.start(16'384));
  EXPECT_EQ(window.grant(), 16'384u);
  ASSERT_TRUE(window.received(16'384, 0));
  window.consumed(16'384, 0);
  EXPECT_EQ(window.grant(), 3'616u);
  EXPECT_EQ(window.window_bytes(), 16'384u);
  ASSERT_TRUE(window.received(3'616, 0));
  window.consumed(3'616, 0);
  EXPECT_EQ(window.grant(), 0u);
}

TEST(ReceiveWindowTest, AStoppedWindowKeepsOnlyWhatIsHeld) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  ASSERT_TRUE(window.received(window.grant() / 2, 0));
  window.stop();
  EXPECT_EQ(budget.used_bytes(), 8'192u);
  EXPECT_TRUE(window.received(8'192, 0));  // was on its way; is not held
  EXPECT_EQ(budget.used_bytes(), 8'192u);
  EXPECT_FALSE(window.received(1, 0));
  window.consumed(8'192, 0);
  EXPECT_EQ(budget.used_bytes(), 0u);
}

}  // namespace
}  // namespace hawser::channel
