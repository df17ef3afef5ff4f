// SPDX-License-Identifier: Apache-2.0
#include "core/memory_watch.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/clock.h"
#include "core/loop.h"

namespace hawser::core {
namespace {

constexpr uint64_t mebi = 1024 * 1024;

class MemoryWatchTest : public testing::Test {
 protected:
  // What is told when that much is resident, in MiB.
  std::vector<MemoryPressure> told_at(uint64_t resident_mebi) {
    told_.clear();
    resident_bytes_ = resident_mebi * mebi;
    clock_.advance_ms(1000);
    loop_.turn(false);
    return told_;
  }

  ManualClock clock_{1000, 1'785'585'600'000};
  Loop loop_{&clock_};
  uint64_t resident_bytes_ = 0;
  std::vector<MemoryPressure> told_;
  MemoryWatch watch_{loop_, 160 * mebi,
                     [this](MemoryPressure pressure, uint64_t) { told_.push_back(pressure); },
                     [this] { return resident_bytes_; }};
};

TEST_F(MemoryWatchTest, TellsWhenThreeQuartersAndSevenEighthsAreReached) {
  EXPECT_TRUE(told_at(119).empty());
  EXPECT_EQ(told_at(120), std::vector{MemoryPressure::tight});
  EXPECT_TRUE(told_at(139).empty());
  EXPECT_EQ(told_at(140), std::vector{MemoryPressure::full});
  EXPECT_TRUE(told_at(300).empty());
}

TEST_F(MemoryWatchTest, FallsOnlyOnceThereIsRoomAgain) {
  told_at(140);
  EXPECT_TRUE(told_at(131).empty());
  EXPECT_EQ(told_at(129), std::vector{MemoryPressure::tight});
  EXPECT_TRUE(told_at(111).empty());
  EXPECT_EQ(told_at(109), std::vector{MemoryPressure::none});
}

TEST_F(MemoryWatchTest, ALimitThatTheProgramItselfFillsIsNotWatched) {
  bool told = false;
  MemoryWatch small(
      loop_, MemoryWatch::least_limit_bytes - 1, [&](MemoryPressure, uint64_t) { told = true; },
      [] { return 1024 * mebi; });
  told_at(0);
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace hawser::core
