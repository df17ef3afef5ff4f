// SPDX-License-Identifier: Apache-2.0
#include "connector/origin_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "message/head_pool.h"
#include "support/memory_pipe.h"
#include "support/test_loop.h"

namespace hawser::test {
namespace {

using connector::OriginExchange;
using connector::OriginPool;

class OriginPoolTest : public ::testing::Test {
 protected:
  // `count` exchanges with the origin of that name end at once.
  void give_back(const std::string& origin, size_t count) {
    std::vector<std::unique_ptr<OriginExchange>> used;
    for (size_t i = 0; i < count; ++i) {
      if (auto waiting = pool.take(origin)) {
        used.push_back(std::move(waiting));
        continue;
      }
      MemoryPipe pipe = MemoryPipe::make(loop);
      used.push_back(pool.adopt(origin, model::Scheme::http, false, std::move(pipe.a), heads));
      ends.push_back(std::move(pipe.b));
    }
    for (auto& each : used) pool.give_back(std::move(each));
  }
  void after_ms(uint64_t ms) {
    clock.advance_ms(ms);
    settle(loop);
  }

  core::ManualClock clock;
  core::Loop loop{&clock};
  message::HeadPool heads;
  std::vector<std::unique_ptr<MemoryTransport>> ends;
  OriginPool pool{loop,
                  {.idle_per_origin = 4,
                   .idle_in_all = 10,
                   .idle_timeout_ms = 30'000,
                   .surplus_per_origin = 20,
                   .surplus_in_all = 50,
                   .surplus_timeout_ms = 2'000}};
};

TEST_F(OriginPoolTest, ACrowdsConnectionsAreKeptForWhenItComesAgain) {
  give_back("wiki", 15);
  after_ms(1'000);
  EXPECT_EQ(pool.idle(), 15u);
}

TEST_F(OriginPoolTest, WhatACrowdLeavesUnusedIsClosedSoon) {
  give_back("wiki", 15);
  after_ms(2'100);
  EXPECT_EQ(pool.idle(), 4u);
  after_ms(30'000);
  EXPECT_EQ(pool.idle(), 0u);
}

TEST_F(OriginPoolTest, ThoseInUseStayWhileTheOthersGo) {
  give_back("wiki", 15);
  for (int i = 0; i < 5; ++i) {
    after_ms(900);
    give_back("wiki", 8);
  }
  EXPECT_EQ(pool.idle(), 8u);
}

TEST_F(OriginPoolTest, NoMoreThanTheSurplusIsKeptOfAnOriginAndInAll) {
  give_back("wiki", 25);
  EXPECT_EQ(pool.idle(), 20u);
  give_back("mail", 18);
  give_back("shop", 18);
  EXPECT_EQ(pool.idle(), 50u);
}

TEST_F(OriginPoolTest, ManyOriginsWithoutACrowdKeepTheirShareInAll) {
  for (const char* origin : {"a", "b", "c", "d", "e"}) give_back(origin, 4);
  EXPECT_EQ(pool.idle(), 20u);
  after_ms(2'100);
  EXPECT_EQ(pool.idle(), 10u);
}

}  // namespace
}  // namespace hawser::test
