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
    EXPECT_EQ(window.grant(true), 16'384u);
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
  EXPECT_EQ(window.grant(true), 1000u);
  EXPECT_TRUE(window.received(1000, 0));
  EXPECT_FALSE(window.received(1, 0));
}

TEST(ReceiveWindowTest, GrantsAgainWhenHalfWasConsumedAndNeverMoreThanItCanHold) {
  core::Budget budget(1_MiB);
  ReceiveWindow window(budget, nullptr, 1000);
  ASSERT_TRUE(window.start(1000));
  EXPECT_EQ(window.grant(true), 1000u);
  ASSERT_TRUE(window.received(1000, 0));
  window.consumed(499, 0);
  EXPECT_EQ(window.grant(true), 0u);
  window.consumed(1, 0);
  EXPECT_EQ(window.grant(true), 500u);
  EXPECT_EQ(window.outstanding_bytes() + window.held_bytes(), 1000u);
}

// One window's worth that waits `wait_ms` before it is consumed.
void pass(ReceiveWindow& window, uint32_t& granted, uint64_t& now_ms, uint64_t wait_ms) {
  ASSERT_TRUE(window.received(granted, now_ms));
  now_ms += wait_ms;
  window.consumed(granted, now_ms);
  granted = window.grant(true);
}

// What a receiver consumes at once until the window has that size.
void grow(ReceiveWindow& window, uint32_t& granted, uint64_t& now_ms, size_t window_bytes) {
  for (int i = 0; i < 100 && window.window_bytes() < window_bytes; ++i)
    pass(window, granted, now_ms, 1);
  ASSERT_EQ(window.window_bytes(), window_bytes);
}

// The size of a window whose receiver has taken so many times the first one, at once.
size_t window_after(core::Budget& budget, uint64_t first_windows) {
  ReceiveWindow window(budget, nullptr, 1_MiB);
  EXPECT_TRUE(window.start(16'384));
  uint32_t granted = window.grant(true);
  uint64_t now_ms = 1000;
  for (uint64_t taken = 0; taken < first_windows * 16'384;) {
    taken += granted;
    pass(window, granted, now_ms, 1);
  }
  return window.window_bytes();
}

TEST(ReceiveWindowTest, GrowsAfterItsReceiverHasTakenTwiceAsMuch) {
  core::Budget budget(100_MiB);
  EXPECT_EQ(window_after(budget, 1), 16'384u);  // that much the kernels take of any reader
  EXPECT_EQ(window_after(budget, 2), 32'768u);
  EXPECT_EQ(window_after(budget, 128), 1_MiB);
}

TEST(ReceiveWindowTest, InACrowdAReceiverShowsMoreBeforeItsWindowGrows) {
  core::Budget budget(100_MiB);
  ASSERT_TRUE(budget.take(4_MiB));  // of others
  EXPECT_EQ(window_after(budget, 7), 16'384u);
  EXPECT_EQ(window_after(budget, 8), 32'768u);
  EXPECT_EQ(window_after(budget, 512), 1_MiB);
}

TEST(ReceiveWindowTest, AReceiverThatBecomesSlowIsLeftWithTheFirstWindow) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  uint32_t granted = window.grant(true);
  uint64_t now_ms = 1000;
  grow(window, granted, now_ms, 1_MiB);
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
    uint32_t granted = window->grant(true);
    for (int turn = 0; turn < 24; ++turn) pass(*window, granted, now_ms, 1);
  }
  EXPECT_EQ(windows.front()->window_bytes(), 1_MiB);
  EXPECT_LT(budget.used_bytes(), 16_MiB);
  for (auto& window : windows) EXPECT_GE(window->window_bytes(), 64u * 1024);
}

TEST(ReceiveWindowTest, AReceiverThatIsNeitherQuickNorSlowKeepsItsWindow) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  uint32_t granted = window.grant(true);
  uint64_t now_ms = 1000;
  grow(window, granted, now_ms, 32'768);
  for (int i = 0; i < 20; ++i) pass(window, granted, now_ms, 100);
  EXPECT_EQ(window.window_bytes(), 32'768u);
}

TEST(ReceiveWindowTest, DoesNotGrowWhileSomethingIsHeldAndShrinksWhileABudgetIsScarce) {
  core::Budget budget(100'000);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  ASSERT_TRUE(window.received(window.grant(true), 0));
  window.consumed(16'383, 0);
  EXPECT_GT(window.grant(true), 0u);
  EXPECT_EQ(window.window_bytes(), 16'384u);
  window.consumed(1, 0);
  ASSERT_TRUE(budget.take(70'000));
  ASSERT_TRUE(budget.scarce());
  ASSERT_TRUE(window.received(16'383, 0));
  window.consumed(16'383, 0);
  uint32_t granted = window.grant(true);
  EXPECT_EQ(window.window_bytes(), 8'192u);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(window.received(granted, 0));
    window.consumed(granted, 0);
    granted = window.grant(true);
  }
  EXPECT_EQ(window.window_bytes(), ReceiveWindow::least_bytes);
  budget.give_back(70'000);
}

TEST(ReceiveWindowTest, TheMoreIsInUseTheLessANewOneBeginsWith) {
  core::Budget budget(1_MiB);
  const auto begins_with = [&] {
    ReceiveWindow window(budget, nullptr, 1_MiB);
    EXPECT_TRUE(window.start(16'384));
    return window.window_bytes();
  };
  EXPECT_EQ(begins_with(), 16'384u);
  ASSERT_TRUE(budget.take(600 * 1024));
  EXPECT_EQ(begins_with(), 8'192u);
  ASSERT_TRUE(budget.take(200 * 1024));
  EXPECT_EQ(begins_with(), 4'096u);
  budget.give_back(800 * 1024);
}

TEST(ReceiveWindowTest, GrantsNoMoreThanTheBodyHas) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  window.expect(20'000);
  ASSERT_TRUE(window.start(16'384));
  EXPECT_EQ(window.grant(true), 16'384u);
  ASSERT_TRUE(window.received(16'384, 0));
  window.consumed(16'384, 0);
  EXPECT_EQ(window.grant(true), 3'616u);
  EXPECT_EQ(window.window_bytes(), 16'384u);
  ASSERT_TRUE(window.received(3'616, 0));
  window.consumed(3'616, 0);
  EXPECT_EQ(window.grant(true), 0u);
}

TEST(ReceiveWindowTest, AStoppedWindowKeepsOnlyWhatIsHeld) {
  core::Budget budget(10_MiB);
  ReceiveWindow window(budget, nullptr, 1_MiB);
  ASSERT_TRUE(window.start(16'384));
  ASSERT_TRUE(window.received(window.grant(true) / 2, 0));
  window.stop();
  EXPECT_EQ(budget.used_bytes(), 8'192u);
  EXPECT_TRUE(window.received(8'192, 0));  // was on its way; is not held
  EXPECT_EQ(budget.used_bytes(), 8'192u);
  EXPECT_FALSE(window.received(1, 0));
  window.consumed(8'192, 0);
  EXPECT_EQ(budget.used_bytes(), 0u);
}

TEST(ReceiveWindow, DoesNotGrowWhereWhatWasConsumedOnlyWaitsElsewhere) {
  core::Budget budget(64 * 1024 * 1024);
  ReceiveWindow window(budget, nullptr, 1024 * 1024);
  ASSERT_TRUE(window.start(16 * 1024));
  uint32_t granted = window.grant(false);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(window.received(granted, 0));
    window.consumed(granted, 0);
    EXPECT_EQ(window.wants_to_grow(), i >= 1);
    granted = window.grant(false);
    EXPECT_EQ(window.window_bytes(), 16u * 1024);
  }
  ASSERT_TRUE(window.received(granted, 0));
  window.consumed(granted, 0);
  window.grant(true);
  EXPECT_EQ(window.window_bytes(), 32u * 1024);
}

}  // namespace
}  // namespace hawser::channel
