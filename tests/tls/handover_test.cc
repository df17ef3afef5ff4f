// SPDX-License-Identifier: Apache-2.0
// A live connection moves from one worker's loop to another's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <future>

#include "core/socket.h"
#include "core/worker.h"
#include "tls/endpoint.h"

namespace hawser::tls {
namespace {

using core::PauseReason;

struct SocketEnds {
  SocketEnds() {
    HAWSER_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  }
  std::array<int, 2> fds{};
};

std::unique_ptr<core::Socket> adopt(core::Loop& loop, int fd) {
  return std::move(*core::Socket::adopt(loop, fd));
}

// A connection whose both ends live on one loop, to try when it can move.
struct LocalPair {
  LocalPair() {
    const PairOptions options;
    const SocketEnds ends;
    server.take(Stream::accept(adopt(loop, ends.fds[0]), server_context(options.server)));
    client.take(
        Stream::connect(adopt(loop, ends.fds[1]), client_context(options.client), options.host));
  }
  bool ready() {
    return test::run_until(loop, [this] { return client.ready && server.ready; }) &&
           test::run_until(loop, [this] { return server.stream->can_release(); });
  }
  core::Loop loop;
  Endpoint server;
  Endpoint client;
};

TEST(Handover, KeepsWhatTheHandshakeShowedAndBothDirections) {
  LocalPair pair;
  EXPECT_FALSE(pair.server.stream->can_release());  // the handshake is under way
  ASSERT_TRUE(pair.ready());
  std::optional<Stream::Released> released = pair.server.stream->release();
  ASSERT_TRUE(released.has_value());
  pair.server.stream.reset();
  Endpoint moved;
  moved.take(Stream::adopt(pair.loop, std::move(*released)));
  EXPECT_EQ(moved.stream->handshake().server_name, "wiki.example");
  EXPECT_TRUE(moved.stream->established());
  pair.client.stream->write_copy("to the new owner");
  moved.stream->write_copy("from the new owner");
  ASSERT_TRUE(test::run_until(pair.loop, [&] {
    return moved.received == "to the new owner" && pair.client.received == "from the new owner";
  }));
  pair.client.stream->end();
  ASSERT_TRUE(test::run_until(pair.loop, [&] { return moved.ended; }));
  EXPECT_FALSE(pair.server.broken || pair.server.ended);
}

TEST(Handover, WaitsForUnsentBytes) {
  LocalPair pair;
  ASSERT_TRUE(pair.ready());
  pair.server.stream->write_copy("welcome");
  EXPECT_FALSE(pair.server.stream->can_release());
  EXPECT_FALSE(pair.server.stream->release().has_value());
  ASSERT_TRUE(test::run_until(pair.loop, [&] { return pair.server.stream->can_release(); }));
}

TEST(Handover, WaitsForUndeliveredBytes) {
  LocalPair pair;
  ASSERT_TRUE(pair.ready());
  pair.server.after_bytes = [&] { pair.server.stream->pause(PauseReason::handover); };
  pair.client.stream->write_copy("first");
  pair.loop.turn(true);
  pair.client.stream->write_copy("second");
  const std::string more = pattern(40'000);
  pair.client.stream->write(chain_of(pair.loop, more));
  ASSERT_TRUE(test::run_until(pair.loop, [&] { return !pair.server.received.empty(); }));
  test::settle(pair.loop);
  pair.server.after_bytes = nullptr;
  while (!pair.server.stream->can_release()) {
    pair.server.stream->resume(PauseReason::handover);
    pair.loop.turn(true);
    pair.server.stream->pause(PauseReason::handover);
  }
  auto released = pair.server.stream->release();
  ASSERT_TRUE(released.has_value());
  Endpoint moved;
  moved.take(Stream::adopt(pair.loop, std::move(*released)));
  const std::string all = "firstsecond" + more;
  ASSERT_TRUE(test::run_until(pair.loop, [&] {
    return pair.server.received.size() + moved.received.size() == all.size();
  }));
  EXPECT_TRUE(pair.server.received + moved.received == all);
}

TEST(Handover, TheBeginningOfARecordTravelsAlong) {
  core::Loop loop;
  const PairOptions options;
  const SocketEnds ends;
  test::MemoryPipe pipe = test::MemoryPipe::make(loop);
  // The client's sealed bytes pass through our hands, so that a record can be split in the middle.
  Endpoint client;
  Endpoint server;
  struct Forward : core::TransportListener {
    void on_bytes(core::Slice bytes) override { held += bytes.view(); }
    void on_end() override {}
    void on_broken(const core::Error&) override {}
    std::string held;
  } from_client, from_server;
  auto plain = adopt(loop, ends.fds[1]);
  plain->set_listener(from_server);
  pipe.a->set_listener(from_client);
  server.take(Stream::accept(adopt(loop, ends.fds[0]), server_context(options.server)));
  client.take(Stream::connect(std::move(pipe.b), client_context(options.client), options.host));
  const auto forward = [&] {
    plain->write_copy(std::exchange(from_client.held, {}));
    pipe.a->write_copy(std::exchange(from_server.held, {}));
    return client.ready && server.ready;
  };
  ASSERT_TRUE(test::run_until(loop, forward));
  ASSERT_TRUE(test::run_until(loop, [&] { return forward() && server.stream->can_release(); }));
  client.stream->write_copy("cut in two");
  test::settle(loop);
  const std::string record = std::exchange(from_client.held, {});
  plain->write_copy(record.substr(0, 3));
  test::settle(loop);
  auto released = server.stream->release();
  ASSERT_TRUE(released.has_value());
  Endpoint moved;
  moved.take(Stream::adopt(loop, std::move(*released)));
  plain->write_copy(record.substr(3));
  ASSERT_TRUE(test::run_until(loop, [&] { return moved.received == "cut in two"; }));
}

TEST(Handover, APeerThatChangesItsKeysIsFollowed) {
  LocalPair pair;
  ASSERT_TRUE(pair.ready());
  ASSERT_TRUE(test::run_until(pair.loop, [&] { return pair.client.stream->can_release(); }));
  auto released = pair.client.stream->release();
  ASSERT_TRUE(released.has_value());
  ASSERT_TRUE(SSL_key_update(released->ssl, SSL_KEY_UPDATE_REQUESTED));
  Endpoint moved;
  moved.take(Stream::adopt(pair.loop, std::move(*released)));
  for (const std::string_view text : {"with the new key", "and again"}) {
    pair.server.received.clear();
    moved.received.clear();
    moved.stream->write_copy(text);
    ASSERT_TRUE(test::run_until(pair.loop, [&] { return pair.server.received == text; }));
    pair.server.stream->write_copy(text);
    ASSERT_TRUE(test::run_until(pair.loop, [&] { return moved.received == text; }));
  }
}

TEST(Handover, DiscardClosesTheConnection) {
  LocalPair pair;
  ASSERT_TRUE(pair.ready());
  Stream::discard(*pair.server.stream->release());
  ASSERT_TRUE(test::run_until(pair.loop, [&] { return pair.client.broken.has_value(); }));
}

TEST(Handover, IsNotForStreamsOverOtherTransportsNorForEndedOnes) {
  TlsPair pair;
  pair.settle();
  EXPECT_FALSE(pair.server.stream->can_release());
  LocalPair sockets;
  ASSERT_TRUE(sockets.ready());
  sockets.server.stream->end();
  EXPECT_FALSE(sockets.server.stream->can_release());
}

// --- between threads

// One end of a connection that a worker owns; made, used and destroyed on the worker's thread.
struct Echo : Endpoint {
  void on_bytes(core::Slice bytes) override { stream->write(core::ByteChain(std::move(bytes))); }
};

struct Side {
  explicit Side(size_t index) : worker(index) { worker.start({}); }
  ~Side() {
    worker.stop_and_join([this] { echo.reset(); });
  }
  template <class Call>
  auto on_thread(Call call) {
    std::promise<decltype(call())> done;
    worker.post([&] { done.set_value(call()); });
    return done.get_future().get();
  }
  std::unique_ptr<Echo> echo;
  core::Worker worker;
};

// Tries until nothing is buffered at that moment; the client goes on sending meanwhile.
std::optional<Stream::Released> release_from(Side& side) {
  for (;;) {
    auto released = side.on_thread([&side] {
      auto taken = side.echo->stream->release();
      if (taken) side.echo.reset();
      return taken;
    });
    if (released) return released;
  }
}

TEST(HandoverBetweenWorkers, ALiveConnectionLosesNoByteAcrossManyMoves) {
  const PairOptions options;
  const auto server = server_context(options.server);
  const SocketEnds ends;
  Side sides[2] = {Side(0), Side(1)};
  sides[0].on_thread([&] {
    sides[0].echo = std::make_unique<Echo>();
    sides[0].echo->take(Stream::accept(adopt(sides[0].worker.loop(), ends.fds[0]), server));
    return true;
  });
  core::Loop loop;
  Endpoint client;
  client.take(
      Stream::connect(adopt(loop, ends.fds[1]), client_context(options.client), options.host));
  std::string sent;
  for (size_t move = 0; move < 100; ++move) {
    const std::string text = pattern(1 + move * 37 % 3000, sent.size());
    client.stream->write_copy(text);
    sent += text;
    loop.turn(false);
    const bool all_back = move % 3 == 0;  // else bytes are under way while the connection moves
    ASSERT_TRUE(test::run_until(loop, [&] {
      return client.ready && (!all_back || client.received.size() == sent.size());
    }));
    Side& to = sides[(move + 1) % 2];
    auto released = release_from(sides[move % 2]);
    to.on_thread([&] {
      to.echo = std::make_unique<Echo>();
      to.echo->take(Stream::adopt(to.worker.loop(), std::move(*released)));
      return true;
    });
  }
  ASSERT_TRUE(test::run_until(loop, [&] { return client.received.size() == sent.size(); }));
  EXPECT_TRUE(client.received == sent);
}

}  // namespace
}  // namespace hawser::tls
