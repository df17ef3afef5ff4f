// SPDX-License-Identifier: Apache-2.0
#include "support/memory_pipe.h"

#include <gtest/gtest.h>

#include "support/recording_listener.h"
#include "support/test_loop.h"

namespace hawser::test {
namespace {

using core::PauseReason;

class MemoryPipeTest : public testing::Test {
 protected:
  void use(MemoryPipe pipe) {
    a_ = std::move(pipe.a);
    b_ = std::move(pipe.b);
    a_->set_listener(at_a_);
    b_->set_listener(at_b_);
  }
  core::Loop loop_;
  RecordingListener at_a_;
  RecordingListener at_b_;
  std::unique_ptr<MemoryTransport> a_;
  std::unique_ptr<MemoryTransport> b_;
};

TEST_F(MemoryPipeTest, CarriesBytesAndEndsWithoutASocket) {
  use(MemoryPipe::make(loop_));
  a_->write_copy("to b");
  b_->write_copy("to a");
  a_->end();
  loop_.run();
  EXPECT_EQ(at_b_.received, "to b");
  EXPECT_EQ(at_a_.received, "to a");
  EXPECT_TRUE(at_b_.ended);
  EXPECT_FALSE(at_a_.ended);
}

TEST_F(MemoryPipeTest, CutsEveryDelivery) {
  const std::string text(40'000, 'x');
  for (const size_t cut : {1u, 3u, 16'384u}) {
    at_b_ = {};
    use(MemoryPipe::make(loop_, cut));
    a_->write_copy(text);
    loop_.run();
    EXPECT_EQ(at_b_.received, text);
    EXPECT_LE(at_b_.largest_piece, cut);
  }
}

TEST_F(MemoryPipeTest, APauseWithinADeliveryHolds) {
  use(MemoryPipe::make(loop_, 1));
  at_b_.react = [&](std::string_view) { b_->pause(PauseReason::no_credit); };
  a_->write_copy("abc");
  a_->end();
  loop_.run();
  EXPECT_EQ(at_b_.received, "a");
  EXPECT_FALSE(at_b_.ended);
  at_b_.react = nullptr;
  b_->resume(PauseReason::no_credit);
  loop_.run();
  EXPECT_EQ(at_b_.received, "abc");
  EXPECT_TRUE(at_b_.ended);
}

TEST_F(MemoryPipeTest, HeldOutputFillsToTheHighMarkAndDrains) {
  use(MemoryPipe::make(loop_));
  a_->hold_output(true);
  a_->write_copy(std::string(70'000, 'x'));
  loop_.run();
  EXPECT_TRUE(a_->over_high_mark());
  EXPECT_EQ(a_->unsent_bytes(), 70'000u);
  a_->hold_output(false);
  loop_.run();
  EXPECT_EQ(at_a_.drained, 1);
  EXPECT_EQ(at_b_.received.size(), 70'000u);
}

TEST_F(MemoryPipeTest, AResetBreaksTheOtherSideAlone) {
  use(MemoryPipe::make(loop_));
  a_->reset();
  loop_.run();
  EXPECT_TRUE(at_b_.broken.has_value());
  EXPECT_FALSE(at_a_.broken.has_value());
  EXPECT_TRUE(a_->reset_called());
}

TEST_F(MemoryPipeTest, ABreakReachesBoth) {
  use(MemoryPipe::make(loop_));
  a_->break_both("cable cut");
  loop_.run();
  EXPECT_EQ(at_a_.broken->reason, "cable cut");
  EXPECT_EQ(at_b_.broken->reason, "cable cut");
}

TEST_F(MemoryPipeTest, DestroyingOneSideEndsTheOther) {
  use(MemoryPipe::make(loop_));
  a_.reset();
  loop_.run();
  EXPECT_TRUE(at_b_.ended);
  b_->write_copy("into the void");
  loop_.run();
}

}  // namespace
}  // namespace hawser::test
