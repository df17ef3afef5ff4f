// SPDX-License-Identifier: Apache-2.0
#include "core/listening.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <vector>

#include "core/io_faults.h"
#include "core/limits.h"
#include "support/test_loop.h"

namespace hawser::core {
namespace {

using test::run_until;

class ListeningTest : public testing::Test, public AcceptListener {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "hawser-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void on_accepted(Fd fd, const Address& peer) override {
    accepted_.push_back(std::move(fd));
    peers_.push_back(peer);
  }
  void on_accept_trouble(const Error& why) override { troubles_.push_back(why); }

  Fd connect_to(const Address& address) {
    Fd fd(::socket(address.raw()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), address.raw(), address.raw_length()) != 0) return {};
    return fd;
  }
  Address local(const std::string& name) {
    return Address::parse("unix:" + folder_ + "/" + name).value();
  }

  Loop loop_;
  std::string folder_;
  std::vector<Fd> accepted_;
  std::vector<Address> peers_;
  std::vector<Error> troubles_;
};

TEST_F(ListeningTest, PortZeroBecomesARealOne) {
  auto listening = open_listening(Address::parse("127.0.0.1:0").value());
  ASSERT_TRUE(listening.ok()) << listening.error().reason;
  EXPECT_NE(listening->address.port(), 0);
  EXPECT_EQ(listening->address.ip(), "127.0.0.1");
}

TEST_F(ListeningTest, TheWildcardTakesIpv4AndCallsItSo) {
  auto listening = open_listening(Address::parse("[::]:0").value());
  ASSERT_TRUE(listening.ok()) << listening.error().reason;
  Acceptor acceptor(loop_, listening->fd.get(), *this);
  const Fd client = connect_to(Address::from_ip("127.0.0.1", listening->address.port()).value());
  ASSERT_TRUE(client);
  ASSERT_TRUE(run_until(loop_, [&] { return accepted_.size() == 1; }));
  EXPECT_EQ(peers_[0].ip(), "127.0.0.1");
  EXPECT_EQ(acceptor.accepted(), 1u);
}

TEST_F(ListeningTest, TwoDescriptorsShareOnePort) {
  auto first = open_listening(Address::parse("127.0.0.1:0").value());
  auto second = open_listening(first->address);
  ASSERT_TRUE(second.ok()) << second.error().reason;
  EXPECT_EQ(second->address, first->address);
}

TEST_F(ListeningTest, ATakenPortIsAnErrorThatNamesIt) {
  auto first = open_listening(Address::parse("127.0.0.1:0").value(), {.reuse_port = false});
  auto second = open_listening(first->address, {.reuse_port = false});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, -EADDRINUSE);
  EXPECT_NE(second.error().reason.find(first->address.to_string()), std::string::npos);
}

TEST_F(ListeningTest, AcceptsAllOfACrowd) {
  auto listening = open_listening(Address::parse("127.0.0.1:0").value());
  std::vector<Fd> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(connect_to(listening->address));
  Acceptor acceptor(loop_, listening->fd.get(), *this);
  ASSERT_TRUE(run_until(loop_, [&] { return accepted_.size() == 100; }));
  EXPECT_TRUE((fcntl(accepted_[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
  EXPECT_TRUE((fcntl(accepted_[0].get(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_F(ListeningTest, PausedItLeavesThemInTheQueue) {
  auto listening = open_listening(Address::parse("127.0.0.1:0").value());
  Acceptor acceptor(loop_, listening->fd.get(), *this);
  acceptor.pause();
  const Fd client = connect_to(listening->address);
  ASSERT_TRUE(client);
  test::settle(loop_);
  EXPECT_TRUE(accepted_.empty());
  acceptor.resume();
  ASSERT_TRUE(run_until(loop_, [&] { return accepted_.size() == 1; }));
}

TEST_F(ListeningTest, TwoLoopsAcceptFromOneDescriptor) {
  auto listening = open_listening(Address::parse("127.0.0.1:0").value());
  Loop other;
  Acceptor here(loop_, listening->fd.get(), *this);
  Acceptor there(other, listening->fd.get(), *this);
  std::vector<Fd> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(connect_to(listening->address));
  ASSERT_TRUE(run_until(loop_, [&] {
    other.turn(false);
    return accepted_.size() == 10;
  }));
}

TEST_F(ListeningTest, ALocalSocketHasItsModeAndReplacesAStaleOne) {
  {
    auto left_over = open_listening(local("admin.sock"));
    ASSERT_TRUE(left_over.ok()) << left_over.error().reason;
  }
  auto listening = open_listening(local("admin.sock"), {.local_mode = 0640});
  ASSERT_TRUE(listening.ok()) << listening.error().reason;
  struct stat found {};
  ASSERT_EQ(stat((folder_ + "/admin.sock").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0640u);
  EXPECT_TRUE(connect_to(listening->address));
}

TEST_F(ListeningTest, ALocalSocketInUseIsNotTakenAway) {
  auto first = open_listening(local("admin.sock"));
  auto second = open_listening(local("admin.sock"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, -EADDRINUSE);
  EXPECT_TRUE(connect_to(first->address));
}

TEST_F(ListeningTest, AFileThatIsNoSocketIsNotRemoved) {
  const Fd file(::open((folder_ + "/precious").c_str(), O_CREAT | O_WRONLY, 0600));
  EXPECT_FALSE(open_listening(local("precious")).ok());
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/precious"));
}

class NoDescriptors : public SocketFaults {
 public:
  int before_accept() override { return refusals > 0 ? --refusals, EMFILE : 0; }
  int refusals = 3;
};

TEST_F(ListeningTest, AfterTroubleItRestsAndGoesOn) {
  NoDescriptors faults;
  loop_.set_socket_faults(&faults);
  auto listening = open_listening(Address::parse("127.0.0.1:0").value());
  Acceptor acceptor(loop_, listening->fd.get(), *this);
  const Fd client = connect_to(listening->address);
  ASSERT_TRUE(run_until(loop_, [&] { return accepted_.size() == 1; }));
  ASSERT_EQ(troubles_.size(), 3u);
  EXPECT_EQ(troubles_[0].code, -EMFILE);
  EXPECT_EQ(faults.refusals, 0);
  loop_.set_socket_faults(nullptr);
}

// The address sanitizer needs descriptors of its own to look at an object, so it can't be out of
// them.
#ifndef HAWSER_SANITIZED
TEST_F(ListeningTest, OutOfDescriptorsItRestsAndGoesOn) {
  auto listening = open_listening(Address::parse("127.0.0.1:0").value());
  Acceptor acceptor(loop_, listening->fd.get(), *this);
  const Fd client = connect_to(listening->address);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const Fd next(::dup(client.get()));
  const rlimit none{static_cast<rlim_t>(next.get()), before.rlim_max};
  std::vector<Fd> gaps;  // lower numbers that are still free
  for (Fd gap(::dup(client.get())); gap && gap.get() < next.get();) {
    gaps.push_back(std::move(gap));
    gap = Fd(::dup(client.get()));
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool troubled = run_until(loop_, [&] { return !troubles_.empty(); });
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(troubled);
  EXPECT_EQ(troubles_[0].code, -EMFILE);
  ASSERT_TRUE(run_until(loop_, [&] { return accepted_.size() == 1; }));
  EXPECT_LE(troubles_.size(), 3u);
}
#endif

TEST(Limits, OpenFilesAreRaisedOrTheErrorSaysHow) {
  EXPECT_TRUE(raise_open_files(16).ok());
  const Result<uint64_t> too_many = raise_open_files(uint64_t{1} << 40);
  if (too_many.ok()) return;
  EXPECT_NE(too_many.error().reason.find("LimitNOFILE"), std::string::npos);
}

}  // namespace
}  // namespace hawser::core
