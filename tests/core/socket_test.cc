// SPDX-License-Identifier: Apache-2.0
#include "core/socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "core/entropy.h"
#include "core/fd.h"
#include "core/io_faults.h"
#include "core/listening.h"
#include "support/recording_listener.h"
#include "support/test_loop.h"

namespace hawser::core {
namespace {

using test::RecordingListener;
using test::run_until;

std::string pattern(size_t bytes) {
  SeededEntropy random(test::test_seed());
  std::string text(bytes, '\0');
  random.fill({reinterpret_cast<uint8_t*>(text.data()), text.size()});
  return text;
}

// Two sockets of one loop that are connected to each other, over TCP or a socket pair.
class SocketTest : public testing::Test, public AcceptListener {
 protected:
  void on_accepted(Fd fd, const Address&) override {
    b_ = std::move(Socket::adopt(loop_, fd.release())).value();
  }

  void connect_tcp() {
    auto listening = open_listening(Address::parse("127.0.0.1:0").value());
    ASSERT_TRUE(listening.ok());
    Acceptor acceptor(loop_, listening->fd.get(), *this);
    a_ = Socket::connect(loop_, listening->address);
    a_->set_listener(at_a_);
    ASSERT_TRUE(run_until(loop_, [&] { return b_ != nullptr && at_a_.ready; }));
    b_->set_listener(at_b_);
  }

  void connect_pair() {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    a_ = std::move(Socket::adopt(loop_, fds[0])).value();
    b_ = std::move(Socket::adopt(loop_, fds[1])).value();
    a_->set_listener(at_a_);
    b_->set_listener(at_b_);
  }

  Loop loop_;
  RecordingListener at_a_;
  RecordingListener at_b_;
  std::unique_ptr<Socket> a_;
  std::unique_ptr<Socket> b_;
};

TEST_F(SocketTest, CarriesBytesBothWaysAndEndsEachWayByItself) {
  connect_tcp();
  a_->write_copy("question");
  a_->end();
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.ended; }));
  EXPECT_EQ(at_b_.received, "question");
  b_->write_copy("answer after your end");
  b_->end();
  ASSERT_TRUE(run_until(loop_, [&] { return at_a_.ended; }));
  EXPECT_EQ(at_a_.received, "answer after your end");
  EXPECT_FALSE(at_a_.broken.has_value());
}

TEST_F(SocketTest, KnowsBothAddresses) {
  connect_tcp();
  EXPECT_EQ(a_->peer(), b_->local());
  EXPECT_EQ(a_->local(), b_->peer());
  EXPECT_NE(a_->peer().port(), 0);
}

TEST_F(SocketTest, WhatIsWrittenBeforeTheConnectionWaitsForIt) {
  auto listening = open_listening(Address::parse("[::1]:0").value());
  ASSERT_TRUE(listening.ok());
  Acceptor acceptor(loop_, listening->fd.get(), *this);
  a_ = Socket::connect(loop_, listening->address);
  a_->set_listener(at_a_);
  a_->write_copy("early");
  a_->end();
  ASSERT_TRUE(run_until(loop_, [&] { return b_ != nullptr; }));
  b_->set_listener(at_b_);
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.ended; }));
  EXPECT_EQ(at_b_.received, "early");
}

TEST_F(SocketTest, ARefusedConnectionSaysSoWithItsCode) {
  Address nobody;
  {
    auto listening = open_listening(Address::parse("127.0.0.1:0").value());
    nobody = listening->address;
  }
  a_ = Socket::connect(loop_, nobody);
  a_->set_listener(at_a_);
  EXPECT_FALSE(at_a_.broken.has_value());
  ASSERT_TRUE(run_until(loop_, [&] { return at_a_.broken.has_value(); }));
  EXPECT_EQ(at_a_.broken->code, -ECONNREFUSED);
  EXPECT_NE(at_a_.broken->reason.find("connect"), std::string::npos);
  EXPECT_FALSE(at_a_.ready);
  EXPECT_TRUE(a_->closed());
}

TEST_F(SocketTest, AMissingLocalSocketSaysSoWithItsCode) {
  a_ = Socket::connect(loop_, Address::parse("unix:/nonexistent/socket").value());
  a_->set_listener(at_a_);
  ASSERT_TRUE(run_until(loop_, [&] { return at_a_.broken.has_value(); }));
  EXPECT_EQ(at_a_.broken->code, -ENOENT);
}

TEST_F(SocketTest, DestroyedWhileConnectingNobodyHearsOfIt) {
  auto listening = open_listening(Address::parse("127.0.0.1:0").value());
  a_ = Socket::connect(loop_, listening->address);
  a_->set_listener(at_a_);
  a_.reset();
  test::settle(loop_);
  EXPECT_FALSE(at_a_.ready);
  EXPECT_FALSE(at_a_.broken.has_value());
}

TEST_F(SocketTest, AdoptTakesTheDescriptorEvenWhenItIsNoSocket) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const Fd write_end(fds[1]);
  EXPECT_FALSE(Socket::adopt(loop_, fds[0]).ok());
  EXPECT_EQ(fcntl(fds[0], F_GETFD), -1);
}

TEST_F(SocketTest, ALargeBodyArrivesWholeThroughBackPressure) {
  connect_tcp();
  const std::string body = pattern(8 * 1024 * 1024);
  size_t written = 0;
  size_t highest = 0;
  const auto fill = [&] {
    while (written < body.size() && !a_->over_high_mark()) {
      const size_t n = std::min<size_t>(10'000, body.size() - written);
      a_->write_copy(std::string_view(body).substr(written, n));
      written += n;
      highest = std::max(highest, a_->unsent_bytes());
    }
  };
  int seen = 0;
  ASSERT_TRUE(run_until(loop_, [&] {
    if (written == 0 || at_a_.drained > std::exchange(seen, at_a_.drained)) fill();
    return at_b_.received.size() == body.size();
  }));
  EXPECT_EQ(at_b_.received, body);
  EXPECT_LE(highest, 64 * 1024 + 10'000u);
  EXPECT_EQ(a_->sent_bytes(), body.size());
  EXPECT_EQ(b_->received_bytes(), body.size());
}

TEST_F(SocketTest, LittleWaitsWhereTheKernelTookLessThanItWasOffered) {
  connect_tcp();
  constexpr size_t piece_bytes = 4 * 1024;
  const auto fill = [&] {  // within a turn, so that nothing leaves meanwhile
    while (!a_->over_high_mark()) a_->write_copy(pattern(piece_bytes));
    return a_->unsent_bytes();
  };
  b_->pause(PauseReason::busy);
  ASSERT_TRUE(run_until(loop_, [&] {
    if (!a_->held_up()) fill();
    return a_->held_up();
  }));
  b_->resume(PauseReason::busy);
  ASSERT_TRUE(run_until(loop_, [&] { return a_->unsent_bytes() == 0; }));
  b_->pause(PauseReason::busy);
  EXPECT_EQ(fill(), 16 * 1024 + piece_bytes);  // it is not known yet that there is room again
  b_->resume(PauseReason::busy);
  ASSERT_TRUE(run_until(loop_, [&] { return a_->unsent_bytes() == 0; }));
  a_->write_copy("it takes all of this");
  ASSERT_TRUE(run_until(loop_, [&] { return a_->unsent_bytes() == 0; }));
  EXPECT_FALSE(a_->held_up());
  EXPECT_EQ(fill(), 64 * 1024 + piece_bytes);
}

TEST_F(SocketTest, ThePausedReaderHearsNothingAndLosesNothing) {
  connect_tcp();
  b_->pause(PauseReason::busy);
  a_->write_copy("wait");
  test::settle(loop_);
  EXPECT_EQ(at_b_.received, "");
  b_->pause(PauseReason::no_credit);
  b_->resume(PauseReason::busy);
  test::settle(loop_);
  EXPECT_EQ(at_b_.received, "");
  b_->resume(PauseReason::no_credit);
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.received == "wait"; }));
}

TEST_F(SocketTest, APauseWithinOnBytesHoldsAtOnce) {
  connect_pair();
  at_b_.react = [&](std::string_view) { b_->pause(PauseReason::no_credit); };
  a_->write_copy(pattern(50'000));
  test::settle(loop_);
  EXPECT_EQ(at_b_.pieces, 1u);
  at_b_.react = nullptr;
  b_->resume(PauseReason::no_credit);
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.received.size() == 50'000; }));
}

TEST_F(SocketTest, ReadsAtMostItsShareInOneTurn) {
  connect_tcp();
  const int room = 4 * 1024 * 1024;
  b_->pause(PauseReason::busy);
  a_->write_copy(pattern(static_cast<size_t>(room)));
  test::settle(loop_, 200);
  b_->resume(PauseReason::busy);
  size_t most = 0;
  size_t before = 0;
  ASSERT_TRUE(run_until(loop_, [&] {
    most = std::max(most, at_b_.received.size() - std::exchange(before, at_b_.received.size()));
    return at_b_.received.size() == static_cast<size_t>(room);
  }));
  EXPECT_LE(most, 64u * 1024);
}

TEST_F(SocketTest, AResetIsNeverTakenForTheEnd) {
  connect_tcp();
  a_->write_copy("half of it");
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.received == "half of it"; }));
  a_->reset();
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.broken.has_value(); }));
  EXPECT_EQ(at_b_.broken->code, -ECONNRESET);
  EXPECT_FALSE(at_b_.ended);
  EXPECT_FALSE(at_a_.broken.has_value());
}

TEST_F(SocketTest, WhatCameBeforeAResetIsReadAndThenItBreaks) {
  connect_tcp();
  b_->pause(PauseReason::busy);
  a_->write_copy("half of it");
  test::settle(loop_);
  a_->reset();
  test::settle(loop_);
  b_->resume(PauseReason::busy);
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.broken.has_value(); }));
  EXPECT_EQ(at_b_.received, "half of it");
  EXPECT_FALSE(at_b_.ended);
}

TEST_F(SocketTest, WritingToAPeerThatHasGoneBreaks) {
  connect_tcp();
  b_.reset();
  ASSERT_TRUE(run_until(loop_, [&] { return at_a_.ended; }));
  ASSERT_TRUE(run_until(loop_, [&] {
    if (!at_a_.broken.has_value()) a_->write_copy("anyone?");
    return at_a_.broken.has_value();
  }));
  EXPECT_TRUE(at_a_.broken->code == -EPIPE || at_a_.broken->code == -ECONNRESET);
  a_->write_copy("too late, and harmless");
  a_->end();
  test::settle(loop_);
}

TEST_F(SocketTest, AnEarlyAnswerIsReadThoughTheWriteFailed) {
  connect_pair();
  a_->pause(PauseReason::busy);
  b_->write_copy("413 too large");
  test::settle(loop_);
  b_.reset();
  test::settle(loop_);
  a_->resume(PauseReason::busy);
  a_->write_copy("body");  // fails with EPIPE at the end of this turn
  ASSERT_TRUE(run_until(loop_, [&] { return at_a_.broken.has_value(); }));
  EXPECT_EQ(at_a_.received, "413 too large");
  EXPECT_EQ(at_a_.broken->code, -EPIPE);
}

TEST_F(SocketTest, DestroyedWithUnsentBytesNothingIsHeardAndNothingLeaks) {
  connect_tcp();
  b_->pause(PauseReason::busy);
  a_->write_copy(pattern(8 * 1024 * 1024));
  test::settle(loop_);
  EXPECT_GT(a_->unsent_bytes(), 0u);
  loop_.defer_delete(std::move(a_));
  test::settle(loop_);
  EXPECT_FALSE(at_a_.broken.has_value());
  EXPECT_LE(loop_.blocks().blocks_in_use(), 1u);  // the loop's own read block
}

TEST_F(SocketTest, ASpanReaderGetsTheBytesWithoutABlock) {
  struct Spans : SpanReader {
    void on_span(std::span<const uint8_t> bytes) override {
      received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    std::string received;
  } spans;
  connect_pair();
  b_->set_span_reader(spans);
  const std::string body = pattern(300'000);
  a_->write_copy(body);
  a_->end();
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.ended; }));
  EXPECT_EQ(spans.received, body);
  EXPECT_EQ(at_b_.received, "");
  EXPECT_EQ(loop_.blocks().blocks_in_use(), 0u);
}

TEST_F(SocketTest, AnIdleSocketHoldsNoBlock) {
  connect_tcp();
  a_->write_copy("hello");
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.received == "hello"; }));
  EXPECT_LE(loop_.blocks().blocks_in_use(), 1u);  // the loop's own read block
}

TEST_F(SocketTest, AHandedOverDescriptorGoesOnElsewhere) {
  connect_tcp();
  a_->write_copy("first ");
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.received == "first "; }));
  const Result<int> fd = a_->release_fd();
  ASSERT_TRUE(fd.ok());
  EXPECT_TRUE(a_->closed());
  loop_.defer_delete(std::move(a_));
  Loop other_loop;
  RecordingListener at_new;
  {
    auto moved = std::move(Socket::adopt(other_loop, *fd)).value();
    moved->set_listener(at_new);
    moved->write_copy("second");
    ASSERT_TRUE(run_until(loop_, [&] {
      other_loop.turn(false);
      return at_b_.received == "first second";
    }));
    b_->write_copy("back");
    ASSERT_TRUE(run_until(loop_, [&] {
      other_loop.turn(false);
      return at_new.received == "back";
    }));
  }
}

TEST_F(SocketTest, WithUnsentBytesThereIsNoHandOver) {
  connect_tcp();
  a_->write_copy("still here");
  EXPECT_FALSE(a_->release_fd().ok());
  EXPECT_FALSE(a_->closed());
}

TEST_F(SocketTest, OptionsReachTheKernel) {
  connect_tcp();
  a_->set_notsent_lowat(128 * 1024);
  a_->set_user_timeout(10'000);
  a_->set_keepalive(30, 10, 3);
  const Fd fd(*a_->release_fd());
  const auto option = [&](int level, int name) {
    int value = 0;
    socklen_t length = sizeof(value);
    getsockopt(fd.get(), level, name, &value, &length);
    return value;
  };
  EXPECT_EQ(option(IPPROTO_TCP, TCP_NOTSENT_LOWAT), 128 * 1024);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 10'000);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPIDLE), 30);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPINTVL), 10);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPCNT), 3);
  EXPECT_NE(option(SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_NE(option(IPPROTO_TCP, TCP_NODELAY), 0);
}

// --- The seam

TEST_F(SocketTest, EveryCutGivesTheSameBytes) {
  const std::string body = pattern(3000);
  for (const size_t cut : {1u, 2u, 3u, 7u, 31u, 1000u}) {
    CuttingFaults faults(cut);
    loop_.set_socket_faults(&faults);
    at_b_ = {};
    connect_pair();
    a_->write_copy(body);
    a_->end();
    ASSERT_TRUE(run_until(loop_, [&] { return at_b_.ended; })) << cut;
    EXPECT_EQ(at_b_.received, body);
    EXPECT_LE(at_b_.largest_piece, cut);
    loop_.set_socket_faults(nullptr);
  }
}

// Answers each question by the next of its list, the last one again and again.
class ScriptedFaults : public SocketFaults {
 public:
  SocketFault before_read(const Socket&) override { return next(reads); }
  SocketFault before_write(const Socket&, size_t) override { return next(writes); }
  static SocketFault next(std::vector<SocketFault>& from) {
    if (from.empty()) return {};
    const SocketFault fault = from.front();
    from.erase(from.begin());
    return fault;
  }
  std::vector<SocketFault> reads;
  std::vector<SocketFault> writes;
};

TEST_F(SocketTest, EagainOnlyDelays) {
  ScriptedFaults faults;
  faults.reads.assign(3, {SIZE_MAX, -EAGAIN});
  faults.writes.assign(2, {SIZE_MAX, -EAGAIN});
  loop_.set_socket_faults(&faults);
  connect_pair();
  a_->write_copy("patience");
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.received == "patience"; }));
  EXPECT_TRUE(faults.reads.empty());
}

TEST_F(SocketTest, AReadThatFailsBreaks) {
  ScriptedFaults faults;
  faults.reads.push_back({SIZE_MAX, -ECONNRESET});
  loop_.set_socket_faults(&faults);
  connect_pair();
  a_->pause(PauseReason::busy);
  a_->write_copy("lost");
  ASSERT_TRUE(run_until(loop_, [&] { return at_b_.broken.has_value(); }));
  EXPECT_EQ(at_b_.broken->code, -ECONNRESET);
  EXPECT_EQ(at_b_.received, "");
}

TEST_F(SocketTest, AWriteThatFailsBreaks) {
  ScriptedFaults faults;
  faults.writes.push_back({SIZE_MAX, -ECONNRESET});
  loop_.set_socket_faults(&faults);
  connect_pair();
  a_->write_copy("lost");
  ASSERT_TRUE(run_until(loop_, [&] { return at_a_.broken.has_value(); }));
  EXPECT_EQ(at_a_.broken->code, -ECONNRESET);
  EXPECT_EQ(at_b_.received, "");
}

TEST_F(SocketTest, APausedSocketStillLearnsThatItsWriteFailed) {
  ScriptedFaults faults;
  faults.writes.push_back({SIZE_MAX, -EPIPE});
  loop_.set_socket_faults(&faults);
  connect_pair();
  a_->pause(PauseReason::busy);
  a_->write_copy("lost");
  ASSERT_TRUE(run_until(loop_, [&] { return at_a_.broken.has_value(); }));
}

}  // namespace
}  // namespace hawser::core
