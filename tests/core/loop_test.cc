// SPDX-License-Identifier: Apache-2.0
#include "core/loop.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/entropy.h"
#include "support/test_loop.h"

namespace hawser::core {
namespace {

class Flushing : public Flushable {
 public:
  explicit Flushing(std::function<void()> call) : call_(std::move(call)) {}
  void flush() override { call_(); }

 private:
  std::function<void()> call_;
};

TEST(Loop, EndsAtOnceWhenThereIsNothingToWaitFor) {
  Loop loop;
  loop.run();
  EXPECT_FALSE(loop.turn(false));
}

TEST(Loop, FlushesOnceForManyRequests) {
  Loop loop;
  int flushed = 0;
  Flushing output([&] { ++flushed; });
  loop.request_flush(output);
  loop.request_flush(output);
  loop.run();
  EXPECT_EQ(flushed, 1);
}

TEST(Loop, AFlushThatAsksForAnotherSeesItInTheSameTurn) {
  Loop loop;
  std::string order;
  Flushing socket([&] { order += "socket "; });
  Flushing stream([&] {
    order += "stream ";
    loop.request_flush(socket);
  });
  loop.request_flush(stream);
  loop.turn(false);
  EXPECT_EQ(order, "stream socket ");
}

TEST(Loop, WhatIsPutOffComesOnceInEachTurnAndTheLoopDoesNotBlock) {
  Loop loop;
  Deadline far([] {});
  far.arm(loop.timers(), 3'600'000);
  std::vector<uint64_t> turns;
  Flushing* self = nullptr;
  Flushing patient([&] {
    turns.push_back(loop.turn_number());
    if (turns.size() < 3) return loop.request_flush_next_turn(*self);
    far.disarm();
  });
  self = &patient;
  loop.request_flush_next_turn(patient);
  loop.request_flush_next_turn(patient);
  loop.run();
  ASSERT_EQ(turns.size(), 3u);
  EXPECT_EQ(turns[1], turns[0] + 1);
  EXPECT_EQ(turns[2], turns[0] + 2);
}

TEST(Loop, WhatIsPutOffCanBeAskedForNowOrForgotten) {
  Loop loop;
  std::string order;
  Flushing sooner([&] { order += "sooner "; });
  auto gone = std::make_unique<Flushing>([&] { order += "gone "; });
  Flushing first([&] {
    order += "first ";
    loop.request_flush_next_turn(sooner);
    loop.request_flush_next_turn(*gone);
    loop.request_flush(sooner);
    gone.reset();
  });
  loop.request_flush(first);
  loop.turn(false);
  EXPECT_EQ(order, "first sooner ");
  loop.run();
  EXPECT_EQ(order, "first sooner ");
}

TEST(Loop, ADestroyedFlushableIsForgotten) {
  Loop loop;
  int flushed = 0;
  Flushing first([&] { ++flushed; });
  auto second = std::make_unique<Flushing>([&] { flushed += 100; });
  Flushing third([&] { ++flushed; });
  loop.request_flush(first);
  loop.request_flush(*second);
  loop.request_flush(third);
  second.reset();
  loop.run();
  EXPECT_EQ(flushed, 2);
}

TEST(Loop, DeferredDestructionComesAfterTheFlush) {
  Loop loop;
  std::string order;
  struct Dying {
    std::string& order;
    ~Dying() { order += "destroyed "; }
  };
  Flushing output([&] { order += "flushed "; });
  loop.defer_delete(std::unique_ptr<Dying>(new Dying{order}));
  loop.request_flush(output);
  EXPECT_EQ(order, "");
  loop.run();
  EXPECT_EQ(order, "flushed destroyed ");
}

TEST(Loop, DeferredCallsRunInOrderBeforeTheLoopBlocks) {
  Loop loop;
  std::string order;
  loop.defer_call([&] {
    order += "1";
    loop.defer_call([&] { order += "3"; });
  });
  loop.defer_call([&] { order += "2"; });
  loop.run();
  EXPECT_EQ(order, "123");
}

TEST(Loop, AChainOfDeferredCallsDoesNotStarveDeadlines) {
  Loop loop;
  bool due = false;
  Deadline deadline([&] { due = true; });
  deadline.arm(loop.timers(), 20);
  std::function<void()> again = [&] {
    if (!due) loop.defer_call(again);
  };
  loop.defer_call(again);
  loop.run();
  EXPECT_TRUE(due);
}

TEST(Loop, WhatIsDeferredWhenTheLoopGoesIsDestroyedWithIt) {
  bool destroyed = false;
  bool called = false;
  struct Dying {
    bool& destroyed;
    ~Dying() { destroyed = true; }
  };
  {
    Loop loop;
    loop.defer_delete(std::unique_ptr<Dying>(new Dying{destroyed}));
    loop.defer_call([&] { called = true; });
  }
  EXPECT_TRUE(destroyed);
  EXPECT_FALSE(called);
}

TEST(Loop, StopsFromAnotherThread) {
  Loop loop;
  Deadline keeps_it_alive([] {});
  keeps_it_alive.arm(loop.timers(), 3'600'000);
  std::thread other([&] { loop.stop(); });
  loop.run();
  other.join();
}

TEST(Loop, AStopBeforeTheRunCounts) {
  Loop loop;
  Deadline keeps_it_alive([] {});
  keeps_it_alive.arm(loop.timers(), 3'600'000);
  loop.stop();
  loop.run();
}

TEST(Loop, TakesTimeAndEntropyFromItsSeams) {
  ManualClock clock(5000, 1'000'000);
  SeededEntropy first(7);
  SeededEntropy second(7);
  Loop loop(&clock, &first);
  clock.advance_ms(10);
  EXPECT_EQ(loop.now_ms(), 5010u);
  EXPECT_EQ(loop.now_us(), 5'010'000u);
  EXPECT_EQ(loop.wall_ms(), 1'000'010);
  std::array<uint8_t, 20> bytes{};
  std::array<uint8_t, 20> same{};
  loop.fill_random(bytes);
  second.fill(same);
  EXPECT_EQ(bytes, same);
}

TEST(Loop, TheSystemsEntropyDiffersEachTime) {
  Loop loop;
  std::array<uint8_t, 32> one{};
  std::array<uint8_t, 32> two{};
  loop.fill_random(one);
  loop.fill_random(two);
  EXPECT_NE(one, two);
}

TEST(Loop, SmallReadsShareABlockAndLargeOnesGetRoom) {
  Loop loop;
  std::vector<Slice> kept;
  for (int i = 0; i < 100; ++i) {
    ASSERT_GE(loop.read_room().size(), 4096u);
    loop.read_room()[0] = static_cast<uint8_t>(i);
    kept.push_back(loop.take_read(1));
  }
  EXPECT_EQ(loop.blocks().blocks_in_use(), 1u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(kept[static_cast<size_t>(i)].data()[0], i);
  while (loop.blocks().blocks_in_use() == 1) {
    ASSERT_GE(loop.read_room().size(), 4096u);
    kept.push_back(loop.take_read(4096));
  }
  EXPECT_EQ(kept[0].data()[0], 0);
}

}  // namespace
}  // namespace hawser::core
