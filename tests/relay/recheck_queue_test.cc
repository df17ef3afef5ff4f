// SPDX-License-Identifier: Apache-2.0
#include "relay/recheck_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hawser::relay {
namespace {

class RecheckQueueTest : public ::testing::Test {
 protected:
  void add(const std::string& session, const std::string& provider = "main") {
    queue_.add(provider, session, [this, session] { told_.push_back(session); });
  }

  std::vector<std::string> begun_;
  std::vector<std::string> told_;
  bool finish_at_once_ = false;
  RecheckQueue queue_{[this](const std::string& provider, const std::string& session) {
    begun_.push_back(session);
    if (finish_at_once_) queue_.finish(provider, session);
  }};
};

TEST_F(RecheckQueueTest, ASessionIsAskedForOnceHoweverManyWait) {
  add("a");
  add("a");
  EXPECT_EQ(begun_, std::vector<std::string>{"a"});
  queue_.finish("main", "a");
  EXPECT_EQ(told_, (std::vector<std::string>{"a", "a"}));
  add("a");
  EXPECT_EQ(begun_.size(), 2u);
}

TEST_F(RecheckQueueTest, OfOneProviderAFewAreAskedForAtATime) {
  for (int i = 0; i < 100; ++i) add(std::to_string(i));
  EXPECT_EQ(begun_.size(), RecheckQueue::asked_at_once);
  add("another's", "other");
  EXPECT_EQ(begun_.back(), "another's");
  queue_.finish("main", "3");
  EXPECT_EQ(begun_.back(), std::to_string(RecheckQueue::asked_at_once)) << "in their order";
}

TEST_F(RecheckQueueTest, ThousandsThatEndAtOnceNeedNoDeepStack) {
  for (int i = 0; i < 100'000; ++i) add(std::to_string(i));
  finish_at_once_ = true;
  for (size_t i = 0; i < RecheckQueue::asked_at_once; ++i) queue_.finish("main", std::to_string(i));
  EXPECT_EQ(told_.size(), 100'000u);
}

TEST_F(RecheckQueueTest, WhoIsToldMayAskAgain) {
  bool again = false;
  queue_.add("main", "a", [&] {
    if (again) return;
    again = true;
    add("a");
  });
  queue_.finish("main", "a");
  EXPECT_EQ(begun_, (std::vector<std::string>{"a", "a"}));
  queue_.finish("main", "a");
  EXPECT_EQ(told_, std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace hawser::relay
