// SPDX-License-Identifier: Apache-2.0
// Streams over real sockets: input without a block, back-pressure by the kernel, other threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <thread>

#include "core/io_faults.h"
#include "core/listening.h"
#include "core/mailbox.h"
#include "core/socket.h"
#include "tls/digest.h"
#include "tls/endpoint.h"

namespace hawser::tls {
namespace {

using core::PauseReason;
using ::testing::HasSubstr;

std::array<int, 2> socket_pair() {
  std::array<int, 2> fds{};
  HAWSER_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  return fds;
}

std::unique_ptr<core::Socket> adopt(core::Loop& loop, int fd) {
  return std::move(*core::Socket::adopt(loop, fd));
}

struct SocketPair {
  explicit SocketPair(core::Loop& on) : loop(on) {
    const PairOptions options;
    const std::array<int, 2> fds = socket_pair();
    server.take(Stream::accept(adopt(loop, fds[0]), server_context(options.server)));
    client.take(Stream::connect(adopt(loop, fds[1]), client_context(options.client), options.host));
  }
  bool ready() {
    return test::run_until(loop, [this] { return client.ready && server.ready; });
  }
  core::Loop& loop;
  Endpoint server;
  Endpoint client;
};

struct AcceptOne : core::AcceptListener {
  void on_accepted(core::Fd accepted, const core::Address&) override { fd = std::move(accepted); }
  core::Fd fd;
};

TEST(StreamOverTcp, AClientThatStillConnectsShakesHandsAfterwards) {
  core::Loop loop;
  auto listening = core::open_listening(*core::Address::parse("127.0.0.1:0"));
  ASSERT_TRUE(listening.ok());
  AcceptOne accepting;
  core::Acceptor acceptor(loop, listening->fd.get(), accepting);
  const PairOptions options;
  Endpoint server;
  Endpoint client;
  client.take(Stream::connect(core::Socket::connect(loop, listening->address),
                              client_context(options.client), options.host));
  client.stream->write_copy("hello");
  ASSERT_TRUE(test::run_until(loop, [&] { return static_cast<bool>(accepting.fd); }));
  server.take(Stream::accept(adopt(loop, accepting.fd.release()), server_context(options.server)));
  ASSERT_TRUE(test::run_until(loop, [&] { return server.received == "hello"; }));
  EXPECT_EQ(server.stream->local().to_string(), listening->address.to_string());
  EXPECT_EQ(client.stream->peer().to_string(), listening->address.to_string());
}

TEST(StreamOverTcp, ARefusedConnectionIsToldByTheSystemsWords) {
  core::Loop loop;
  core::Address address;
  {
    auto listening = core::open_listening(*core::Address::parse("127.0.0.1:0"));
    address = listening->address;
  }
  const PairOptions options;
  Endpoint client;
  client.take(Stream::connect(core::Socket::connect(loop, address), client_context(options.client),
                              options.host));
  ASSERT_TRUE(test::run_until(loop, [&] { return client.broken.has_value(); }));
  EXPECT_THAT(*client.broken, HasSubstr("refused"));
}

TEST(StreamOverSockets, AByteAtATimeGivesTheSame) {
  core::Loop loop;
  core::CuttingFaults one_byte(1);
  loop.set_socket_faults(&one_byte);
  SocketPair pair(loop);
  ASSERT_TRUE(pair.ready());
  pair.client.stream->write_copy(pattern(5000));
  pair.client.stream->end();
  ASSERT_TRUE(test::run_until(
      loop, [&] { return pair.server.ended; }, 30'000));
  EXPECT_TRUE(pair.server.received == pattern(5000));
}

TEST(StreamOverSockets, ARefusedHandshakeReachesThePeerBeforeTheConnectionGoes) {
  core::Loop loop;
  PairOptions options;
  options.client.trust_pem = test::TestAuthority("somebody else").certificate_pem();
  const std::array<int, 2> fds = socket_pair();
  Endpoint server;
  Endpoint client;
  client.after_broken = [&] { loop.defer_delete(std::move(client.stream)); };
  server.take(Stream::accept(adopt(loop, fds[0]), server_context(options.server)));
  client.take(Stream::connect(adopt(loop, fds[1]), client_context(options.client), options.host));
  ASSERT_TRUE(test::run_until(loop, [&] { return server.broken.has_value(); }));
  EXPECT_THAT(*server.broken, HasSubstr("the peer's alert: unknown CA"));
  EXPECT_EQ(client.stream, nullptr);
}

// A sender that heeds the high mark, and a receiver that stops again and again.
TEST(StreamOverSockets, SixtyFourMebibytesPassInBoundedMemory) {
  core::Loop loop;
  SocketPair pair(loop);
  ASSERT_TRUE(pair.ready());
  constexpr size_t total = 64 * 1024 * 1024;
  const std::string piece = pattern(core::block_payload_bytes);
  size_t written = 0;
  size_t most_blocks = 0;
  const auto pump = [&] {
    while (written < total && !pair.client.stream->over_high_mark()) {
      pair.client.stream->write(chain_of(loop, piece));
      written += piece.size();
    }
  };
  size_t received = 0;
  size_t wrong = 0;
  size_t since_pause = 0;
  pair.client.after_drained = pump;
  pair.server.after_bytes = [&] {
    const std::string& got = pair.server.received;
    const size_t offset = received % piece.size();
    if (piece.compare(offset, got.size(), got) != 0) ++wrong;
    received += got.size();
    since_pause += got.size();
    pair.server.received.clear();
    most_blocks = std::max(most_blocks, loop.blocks().blocks_in_use());
    if (since_pause < 1'000'000) return;
    since_pause = 0;
    pair.server.stream->pause(PauseReason::no_credit);
    loop.defer_call([&] { pair.server.stream->resume(PauseReason::no_credit); });
  };
  pump();
  ASSERT_TRUE(test::run_until(
      loop, [&] { return received == total; }, 60'000));
  EXPECT_EQ(wrong, 0U);
  EXPECT_LE(most_blocks * core::block_bytes, 512U * 1024);
}

TEST(StreamOverSockets, AReceiverThatStopsHoldsAtMostOneReceiveBuffer) {
  core::Loop loop;
  SocketPair pair(loop);
  ASSERT_TRUE(pair.ready());
  pair.server.after_bytes = [&] { pair.server.stream->pause(PauseReason::no_credit); };
  pair.client.after_drained = [&] {
    while (!pair.client.stream->over_high_mark())
      pair.client.stream->write(chain_of(loop, pattern(core::block_payload_bytes)));
  };
  pair.client.after_drained();
  test::settle(loop, 50);
  EXPECT_TRUE(pair.client.stream->over_high_mark());
  const size_t client_holds = pair.client.stream->unsent_bytes();
  EXPECT_LE(client_holds, 128U * 1024);
  EXPECT_LE(loop.blocks().blocks_in_use() * core::block_bytes,
            client_holds + 64 * 1024 + 4 * core::block_bytes);
}

TEST(StreamOverSockets, IdleOnesHoldNoBlock) {
  core::Loop loop;
  std::vector<std::unique_ptr<SocketPair>> pairs;
  for (int i = 0; i < 20; ++i) {
    pairs.push_back(std::make_unique<SocketPair>(loop));
    ASSERT_TRUE(pairs.back()->ready());
    pairs.back()->client.stream->write_copy(pattern(20'000));
    ASSERT_TRUE(
        test::run_until(loop, [&] { return pairs.back()->server.received.size() == 20'000; }));
  }
  EXPECT_LE(loop.blocks().blocks_in_use(), 1U);
}

}  // namespace
}  // namespace hawser::tls
