// SPDX-License-Identifier: Apache-2.0
#include "core/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>
#include <vector>

#include "core/mailbox.h"
#include "support/test_loop.h"

namespace hawser::core {
namespace {

using test::run_until;

TEST(Mailbox, TasksRunOnTheLoopInTheirOrder) {
  Loop loop;
  Mailbox mailbox(loop);
  std::vector<int> order;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) mailbox.post([&order, i] { order.push_back(i); });
  });
  ASSERT_TRUE(run_until(loop, [&] { return order.size() == 1000; }));
  other.join();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(Mailbox, ManyProducersLoseNothing) {
  Loop loop;
  Mailbox mailbox(loop);
  int count = 0;
  std::vector<std::thread> producers;
  for (int t = 0; t < 4; ++t)
    producers.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) mailbox.post([&] { ++count; });
    });
  EXPECT_TRUE(run_until(loop, [&] { return count == 20'000; }));
  for (std::thread& producer : producers) producer.join();
}

TEST(Mailbox, ATaskMayOwnWhatCannotBeCopied) {
  Loop loop;
  Mailbox mailbox(loop);
  int got = 0;
  mailbox.post([&got, value = std::make_unique<int>(7)] { got = *value; });
  ASSERT_TRUE(run_until(loop, [&] { return got == 7; }));
}

TEST(Mailbox, ATaskMayPostTheNext) {
  Loop loop;
  Mailbox mailbox(loop);
  bool done = false;
  mailbox.post([&] { mailbox.post([&] { done = true; }); });
  ASSERT_TRUE(run_until(loop, [&] { return done; }));
}

TEST(Mailbox, UnreadTasksAreDestroyedWithIt) {
  auto token = std::make_shared<int>(1);
  {
    Loop loop;
    Mailbox mailbox(loop);
    mailbox.post([token] {});
    EXPECT_EQ(token.use_count(), 2);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Worker, RunsSetupTasksAndTeardownOnItsOwnThread) {
  Worker worker(3);
  std::string order;  // the worker's alone until it is joined
  bool elsewhere = false;
  const auto note = [&](const char* what) {
    order += what;
    elsewhere = elsewhere || !worker.on_own_thread();
  };
  worker.post([&] { note("task "); });
  worker.start([&] { note("setup "); });
  worker.stop_and_join([&] { note("teardown"); });
  EXPECT_EQ(order, "setup task teardown");
  EXPECT_FALSE(elsewhere);
  EXPECT_FALSE(worker.on_own_thread());
  EXPECT_EQ(worker.index(), 3u);
}

TEST(Worker, WhatIsDeferredInTeardownDiesOnItsThread) {
  Worker worker(0);
  std::thread::id died_on{};
  std::thread::id worked_on{};
  struct Dying {
    std::thread::id& on;
    ~Dying() { on = std::this_thread::get_id(); }
  };
  worker.start([&] { worked_on = std::this_thread::get_id(); });
  worker.stop_and_join(
      [&] { worker.loop().defer_delete(std::unique_ptr<Dying>(new Dying{died_on})); });
  EXPECT_EQ(died_on, worked_on);
}

TEST(Worker, IsStoppedByItsDestructor) {
  std::atomic<bool> ran = false;
  {
    Worker worker(0);
    worker.start([&] { ran = true; });
  }
  EXPECT_TRUE(ran);
}

TEST(Worker, LeavesSignalsToMain) {
  Worker worker(0);
  std::promise<bool> blocked;
  worker.start([&] {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked.set_value(sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGHUP) == 1);
  });
  EXPECT_TRUE(blocked.get_future().get());
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGTERM), 0);
}

TEST(Worker, CountsProcessorsForAuto) {
  EXPECT_GE(Worker::count_for("auto").value(), 1u);
  EXPECT_EQ(Worker::count_for("7").value(), 7u);
  for (const char* text : {"", "0", "257", "-1", "two", "2 "})
    EXPECT_FALSE(Worker::count_for(text).ok()) << text;
}

}  // namespace
}  // namespace hawser::core
