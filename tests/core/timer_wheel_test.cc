// SPDX-License-Identifier: Apache-2.0
#include "core/timer_wheel.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/entropy.h"
#include "core/loop.h"
#include "support/test_loop.h"

namespace hawser::core {
namespace {

class TimerWheelTest : public testing::Test {
 protected:
  void advance(uint64_t ms) {
    clock_.advance_ms(ms);
    loop_.turn(false);
  }
  TimerWheel& wheel() { return loop_.timers(); }

  ManualClock clock_;
  Loop loop_{&clock_};
};

TEST_F(TimerWheelTest, FiresOnceWhenDueAndNotBefore) {
  int fired = 0;
  Deadline deadline([&] { ++fired; });
  deadline.arm(wheel(), 100);
  advance(99);
  EXPECT_EQ(fired, 0);
  advance(1 + TimerWheel::resolution_ms);
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(deadline.armed());
  advance(10'000);
  EXPECT_EQ(fired, 1);
}

TEST_F(TimerWheelTest, EveryDelayIsKeptToTheResolution) {
  struct Probe {
    std::unique_ptr<Deadline> deadline;
    uint64_t due;
    uint64_t fired = 0;
  };
  SeededEntropy random(test::test_seed());
  std::vector<std::unique_ptr<Probe>> probes;
  for (int i = 0; i < 2000; ++i) {
    auto probe = std::make_unique<Probe>();
    const uint64_t delay = random.next() % (uint64_t{1} << (random.next() % 19));
    probe->due = clock_.monotonic_ms() + delay;
    probe->deadline =
        std::make_unique<Deadline>([this, p = probe.get()] { p->fired = clock_.monotonic_ms(); });
    probe->deadline->arm(wheel(), delay);
    probes.push_back(std::move(probe));
    advance(random.next() % 3);
  }
  while (wheel().armed_count() > 0) advance(1 + random.next() % TimerWheel::resolution_ms);
  for (const auto& probe : probes) {
    EXPECT_GE(probe->fired, probe->due);
    EXPECT_LE(probe->fired, probe->due + 2 * TimerWheel::resolution_ms);
  }
}

TEST_F(TimerWheelTest, AJumpOfTheClockFiresAllInTheirOrder) {
  std::vector<int> order;
  Deadline hour([&] { order.push_back(3); });
  Deadline second([&] { order.push_back(1); });
  Deadline minute([&] { order.push_back(2); });
  Deadline year([&] { order.push_back(4); });
  hour.arm(wheel(), 3'600'000);
  second.arm(wheel(), 1000);
  minute.arm(wheel(), 60'000);
  year.arm(wheel(), 365ull * 24 * 3'600'000);
  advance(2 * 3'600'000);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  advance(366ull * 24 * 3'600'000);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

TEST_F(TimerWheelTest, MovingLaterTakesEffect) {
  int fired = 0;
  Deadline idle([&] { ++fired; });
  idle.arm(wheel(), 1000);
  for (int i = 0; i < 50; ++i) {
    advance(900);
    idle.arm(wheel(), 1000);
  }
  EXPECT_EQ(fired, 0);
  advance(1010);
  EXPECT_EQ(fired, 1);
}

TEST_F(TimerWheelTest, MovingEarlierTakesEffect) {
  int fired = 0;
  Deadline deadline([&] { ++fired; });
  deadline.arm(wheel(), 100'000);
  deadline.arm(wheel(), 50);
  advance(60);
  EXPECT_EQ(fired, 1);
}

TEST_F(TimerWheelTest, DisarmedOrDestroyedNeverFires) {
  int fired = 0;
  Deadline kept([&] { ++fired; });
  kept.arm(wheel(), 20);
  {
    Deadline gone([&] { ++fired; });
    gone.arm(wheel(), 20);
  }
  kept.disarm();
  advance(1000);
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(wheel().armed_count(), 0u);
}

TEST_F(TimerWheelTest, ACallbackMayArmAndDestroyOthersThatAreDue) {
  int fired = 0;
  auto victim = std::make_unique<Deadline>([&] { ++fired; });
  auto other = std::make_unique<Deadline>([&] { ++fired; });
  Deadline again([&] { ++fired; });
  Deadline first([&] {
    victim.reset();
    other.reset();
    again.arm(wheel(), 0);
  });
  first.arm(wheel(), 50);
  victim->arm(wheel(), 50);
  other->arm(wheel(), 50);
  advance(50);
  EXPECT_EQ(fired, 0);
  advance(10);
  EXPECT_EQ(fired, 1);
}

TEST_F(TimerWheelTest, RearmingItselfDoesNotHoldTheTurn) {
  int fired = 0;
  Deadline* self = nullptr;
  Deadline repeating([&] {
    ++fired;
    self->arm(wheel(), 0);
  });
  self = &repeating;
  repeating.arm(wheel(), 0);
  advance(10);
  EXPECT_LE(fired, 2);
  repeating.disarm();
}

TEST_F(TimerWheelTest, AnAbsurdDelayIsHarmless) {
  int fired = 0;
  Deadline deadline([&] { ++fired; });
  deadline.arm(wheel(), UINT64_MAX);
  advance(1'000'000'000);
  EXPECT_EQ(fired, 0);
}

TEST(TimerWheelOnRealTime, TheLoopEndsAfterItsLastDeadline) {
  Loop loop;
  int fired = 0;
  Deadline deadline([&] { ++fired; });
  Deadline disarmed([&] { ++fired; });
  disarmed.arm(loop.timers(), 3'600'000);
  deadline.arm(loop.timers(), 20);
  disarmed.disarm();
  const uint64_t before = loop.now_ms();
  loop.run();
  EXPECT_EQ(fired, 1);
  EXPECT_GE(loop.now_ms(), before + 20);
}

TEST(TimerWheelOnRealTime, ALoopWithADistantDeadlineDoesNotWakeUp) {
  Loop loop;
  Deadline distant([] {});
  Deadline stop([&] { loop.stop(); });
  distant.arm(loop.timers(), 24 * 3'600'000);
  stop.arm(loop.timers(), 300);
  loop.run();
  EXPECT_LE(loop.turn_number(), 6u);  // a ticking wheel would have turned thirty times
}

}  // namespace
}  // namespace hawser::core
