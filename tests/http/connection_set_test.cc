// SPDX-License-Identifier: Apache-2.0
#include "http/connection_set.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/memory_pipe.h"
#include "support/test_loop.h"

namespace hawser::test {
namespace {

using http::ConnectionSet;
using http::ServerConnection;
using http::ServerRequest;
using http::ServerResponse;

class Caller final : public core::TransportListener {
 public:
  explicit Caller(std::unique_ptr<MemoryTransport> end) : transport(std::move(end)) {
    transport->set_listener(*this);
  }
  void on_bytes(core::Slice bytes) override { received += bytes.view(); }
  void on_end() override { ended = true; }
  void on_broken(const core::Error&) override { ended = true; }
  void ask() const { transport->write_copy("GET / HTTP/1.1\r\nHost: h\r\n\r\n"); }

  std::unique_ptr<MemoryTransport> transport;
  std::string received;
  bool ended = false;
};

// Answers nothing by itself: the test holds what answers.
class ConnectionSetTest : public testing::Test {
 protected:
  std::unique_ptr<Caller> dial() {
    MemoryPipe pipe = MemoryPipe::make(loop_);
    auto caller = std::make_unique<Caller>(std::move(pipe.b));
    taken_ = set_->serve(std::move(pipe.a));
    settle(loop_);
    return caller;
  }
  void answer(size_t index, const std::string& text) {
    answers_[index](ServerResponse::text(200, text));
    settle(loop_);
  }

  core::Loop loop_;
  std::vector<ConnectionSet::Respond> answers_;
  bool taken_ = false;
  std::unique_ptr<ConnectionSet> set_ =
      std::make_unique<ConnectionSet>(loop_, 2, ServerConnection::Options{},
                                      [this](const ServerRequest&, ConnectionSet::Respond respond) {
                                        answers_.push_back(std::move(respond));
                                      });
};

TEST_F(ConnectionSetTest, AnAnswerMayComeLater) {
  const auto caller = dial();
  caller->ask();
  settle(loop_);
  EXPECT_EQ(caller->received, "");
  answer(0, "later");
  EXPECT_NE(caller->received.find("\r\n\r\nlater"), std::string::npos);
}

TEST_F(ConnectionSetTest, AnAnswerForAConnectionThatWentGoesNowhere) {
  auto caller = dial();
  caller->ask();
  settle(loop_);
  caller->transport->break_both("gone");
  settle(loop_);
  EXPECT_EQ(set_->size(), 0u);
  answer(0, "too late");
}

TEST_F(ConnectionSetTest, AnAnswerAfterTheSetWentGoesNowhere) {
  const auto caller = dial();
  caller->ask();
  settle(loop_);
  set_.reset();
  answer(0, "too late");
}

TEST_F(ConnectionSetTest, ASecondAnswerIsNotTheNextRequests) {
  const auto caller = dial();
  caller->ask();
  settle(loop_);
  answer(0, "first");
  caller->ask();
  settle(loop_);
  answer(0, "twice");
  EXPECT_EQ(caller->received.find("twice"), std::string::npos);
  answer(1, "second");
  EXPECT_NE(caller->received.find("second"), std::string::npos);
}

TEST_F(ConnectionSetTest, AtTheLimitTheOldestThatIsOwedNoAnswerMakesRoom) {
  const auto busy = dial();
  busy->ask();
  settle(loop_);
  const auto silent = dial();
  const auto newcomer = dial();
  EXPECT_TRUE(taken_);
  EXPECT_TRUE(silent->ended);
  EXPECT_FALSE(busy->ended);
  EXPECT_FALSE(newcomer->ended);
  EXPECT_EQ(set_->size(), 2u);
}

TEST_F(ConnectionSetTest, WhereAllAreOwedAnswersTheNewcomerIsClosedUnread) {
  const auto first = dial();
  first->ask();
  const auto second = dial();
  second->ask();
  settle(loop_);
  const auto third = dial();
  EXPECT_FALSE(taken_);
  EXPECT_TRUE(third->ended);
  EXPECT_FALSE(first->ended);
  EXPECT_EQ(set_->size(), 2u);
}

TEST_F(ConnectionSetTest, WhatIsNoRequestIsCounted) {
  core::Counter refused;
  ServerConnection::Options options;
  options.refused = &refused;
  set_ = std::make_unique<ConnectionSet>(
      loop_, 2, options, [](const ServerRequest&, const ConnectionSet::Respond&) {});
  const auto noise = dial();
  noise->transport->write_copy("\x16\x03\x01 noise\r\n\r\n");
  settle(loop_);
  const auto request = dial();
  request->ask();
  settle(loop_);
  EXPECT_EQ(refused.value(), 1u);
}

TEST_F(ConnectionSetTest, DrainingEndsIdleOnesNowAndBusyOnesAfterTheirAnswer) {
  const auto idle = dial();
  const auto busy = dial();
  busy->ask();
  settle(loop_);
  set_->drain();
  settle(loop_);
  EXPECT_TRUE(idle->ended);
  EXPECT_FALSE(busy->ended);
  answer(0, "last");
  EXPECT_NE(busy->received.find("last"), std::string::npos);
  EXPECT_TRUE(busy->ended);
}

}  // namespace
}  // namespace hawser::test
