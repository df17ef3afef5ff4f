// SPDX-License-Identifier: Apache-2.0
#include "tls/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tls/endpoint.h"

namespace hawser::tls {
namespace {

using core::PauseReason;
using ::testing::HasSubstr;

constexpr size_t sealing_bytes = 22;  // what a TLS 1.3 record adds: header, type, tag

TEST(Stream, CarriesBytesBothWays) {
  TlsPair pair;
  pair.settle();
  pair.client.stream->write_copy("ping");
  pair.server.stream->write_copy("pong");
  pair.settle();
  EXPECT_EQ(pair.server.received, "ping");
  EXPECT_EQ(pair.client.received, "pong");
}

TEST(Stream, WhatIsWrittenBeforeTheHandshakeFollowsIt) {
  TlsPair pair;
  pair.client.stream->write_copy("early");
  pair.server.stream->write_copy("too");
  EXPECT_EQ(pair.client.stream->unsent_bytes() - pair.below_client->unsent_bytes(), 5U);
  pair.settle();
  EXPECT_EQ(pair.server.received, "early");
  EXPECT_EQ(pair.client.received, "too");
}

TEST(Stream, EveryCutGivesTheSameBytes) {
  const std::string text = pattern(100'000);
  for (const size_t cut : {1u, 2u, 3u, 5u, 7u, 31u, 1000u, 16'384u}) {
    PairOptions options;
    options.cut_bytes = cut;
    TlsPair pair(options);
    pair.client.stream->write(chain_of(pair.loop, text));
    pair.client.stream->end();
    test::run_until(pair.loop, [&] { return pair.server.ended; });
    EXPECT_TRUE(pair.server.received == text) << cut;
  }
}

TEST(Stream, SmallWritesOfATurnShareARecord) {
  TlsPair pair;
  pair.settle();
  const uint64_t before = pair.below_client->sent_bytes();
  for (int i = 0; i < 10; ++i) {
    core::BlockRef block = pair.loop.blocks().take();
    const uint32_t begin = block->filled;
    std::memset(block->bytes + begin, 'x', 100);
    block->filled += 100;
    pair.client.stream->write(core::ByteChain(core::Slice(block, begin, begin + 100)));
  }
  pair.settle();
  EXPECT_EQ(pair.below_client->sent_bytes() - before, 10 * 100 + sealing_bytes);
  EXPECT_EQ(pair.server.received, std::string(1000, 'x'));
}

TEST(Stream, AWholeBlockBecomesOneRecordAndOneSlice) {
  TlsPair pair;
  pair.settle();
  const uint64_t before = pair.below_client->sent_bytes();
  pair.client.stream->write(chain_of(pair.loop, pattern(4 * core::block_payload_bytes)));
  pair.settle();
  EXPECT_EQ(pair.below_client->sent_bytes() - before,
            4 * (core::block_payload_bytes + sealing_bytes));
  EXPECT_EQ(pair.server.largest_slice, core::block_payload_bytes);
  EXPECT_TRUE(pair.server.received == pattern(4 * core::block_payload_bytes));
}

TEST(Stream, ALargeRecordArrivesInABlockWithHeadroomForItsReader) {
  struct Reader : Endpoint {
    void on_bytes(core::Slice bytes) override { headroom = bytes.exclusive_headroom(); }
    uint32_t headroom = 0;
  } reader;
  core::Loop loop;
  test::MemoryPipe pipe = test::MemoryPipe::make(loop);
  const PairOptions options;
  Endpoint client;
  reader.take(Stream::accept(std::move(pipe.a), server_context(options.server)));
  client.take(Stream::connect(std::move(pipe.b), client_context(options.client), options.host));
  client.stream->write(chain_of(loop, pattern(core::block_payload_bytes)));
  test::settle(loop);
  EXPECT_EQ(reader.headroom, core::block_headroom_bytes);
}

// Writes of every size, pieces of every size, pauses at any time.
TEST(Stream, AnyTrafficArrivesAsItWasWritten) {
  std::mt19937_64 random(test::test_seed());
  const auto below = [&random](size_t limit) { return random() % limit; };
  for (int round = 0; round < 6; ++round) {
    PairOptions options;
    options.cut_bytes = 1 + below(40'000);
    TlsPair pair(options);
    size_t written = 0;
    pair.server.after_bytes = [&] {
      if (below(4) == 0) pair.server.stream->pause(PauseReason::no_credit);
    };
    for (int step = 0; step < 40; ++step) {
      for (uint64_t n = below(6); n > 0; --n) {
        const size_t size = 1 + below(below(3) == 0 ? 40'000 : 500);
        pair.client.stream->write(chain_of(pair.loop, pattern(size, written)));
        written += size;
      }
      if (below(3) == 0) pair.server.stream->resume(PauseReason::no_credit);
      if (below(8) == 0) pair.below_client->hold_output(true);
      if (below(4) == 0) pair.below_client->hold_output(false);
      pair.loop.turn(false);
    }
    pair.client.stream->end();
    pair.below_client->hold_output(false);
    pair.server.after_bytes = nullptr;
    pair.server.stream->resume(PauseReason::no_credit);
    ASSERT_TRUE(test::run_until(pair.loop, [&] { return pair.server.ended; }));
    ASSERT_TRUE(pair.server.received == pattern(written)) << round;
  }
}

// --- ends

TEST(StreamEnd, ComesAfterWhatWasWrittenAndLeavesTheOtherDirectionOpen) {
  TlsPair pair;
  pair.settle();
  pair.client.stream->write_copy("last words");
  pair.client.stream->end();
  pair.settle();
  EXPECT_EQ(pair.server.received, "last words");
  EXPECT_TRUE(pair.server.ended);
  EXPECT_TRUE(pair.below_client->ended());
  pair.server.stream->write_copy("an answer");
  pair.server.stream->end();
  pair.settle();
  EXPECT_EQ(pair.client.received, "an answer");
  EXPECT_TRUE(pair.client.ended);
  EXPECT_FALSE(pair.client.broken || pair.server.broken);
}

TEST(StreamEnd, AskedForDuringTheHandshakeComesAfterIt) {
  TlsPair pair;
  pair.client.stream->write_copy("all");
  pair.client.stream->end();
  pair.settle();
  EXPECT_EQ(pair.server.received, "all");
  EXPECT_TRUE(pair.server.ended);
}

TEST(StreamEnd, WithoutCloseNotifyIsBroken) {
  TlsPair pair;
  pair.settle();
  pair.client.stream->write_copy("half of it");
  pair.settle();
  pair.below_client->end();
  pair.settle();
  EXPECT_EQ(pair.server.received, "half of it");
  EXPECT_FALSE(pair.server.ended);
  EXPECT_THAT(pair.server_reason(), HasSubstr("without close_notify"));
}

TEST(StreamEnd, DestroyingSendsNoCloseNotify) {
  TlsPair pair;
  pair.settle();
  pair.client.stream->write_copy("half of it");
  pair.settle();
  pair.client.stream.reset();
  pair.settle();
  EXPECT_FALSE(pair.server.ended);
  EXPECT_THAT(pair.server_reason(), HasSubstr("without close_notify"));
}

TEST(StreamEnd, AResetIsTakenForNoEndAndSilencesItsOwnSide) {
  TlsPair pair;
  pair.settle();
  pair.server.stream->write_copy("unheard");
  pair.client.stream->reset();
  pair.settle();
  EXPECT_TRUE(pair.below_client->reset_called());
  EXPECT_THAT(pair.server_reason(), HasSubstr("reset"));
  EXPECT_FALSE(pair.server.ended);
  EXPECT_EQ(pair.client.received, "");
  EXPECT_FALSE(pair.client.broken.has_value());
}

TEST(StreamEnd, BytesBehindCloseNotifyAreNoPlaintext) {
  TlsPair pair;
  pair.settle();
  pair.client.stream->end();
  pair.settle();
  ASSERT_TRUE(pair.server.ended);
  pair.server.stream->write_copy("still here");
  pair.settle();
  EXPECT_EQ(pair.client.received, "still here");
  EXPECT_EQ(pair.server.received, "");
}

TEST(StreamFailure, AnAlteredRecordIsRefusedAndThePeerIsTold) {
  TlsPair pair;
  pair.settle();
  const std::string forged = std::string("\x17\x03\x03\x00\x30", 5) + std::string(0x30, 'x');
  pair.below_client->write_copy(forged);
  pair.settle();
  EXPECT_THAT(pair.server_reason(), HasSubstr("bad record mac"));
  EXPECT_THAT(pair.client_reason(), HasSubstr("the peer's alert: bad record mac"));
  EXPECT_EQ(pair.server.received, "");
}

TEST(StreamFailure, NothingIsHeardAfterIt) {
  PairOptions options;
  options.cut_bytes = 100;
  TlsPair pair(options);
  pair.settle();
  int times = 0;
  pair.server.after_broken = [&] { ++times; };
  pair.below_client->write_copy(std::string(2000, '\x17'));
  pair.below_client->end();
  pair.settle();
  pair.server.stream->write_copy("dropped");
  pair.settle();
  EXPECT_EQ(times, 1);
  EXPECT_FALSE(pair.server.ended);
}

TEST(StreamFailure, OfTheTransportBelowIsHandedUp) {
  TlsPair pair;
  pair.settle();
  pair.below_client->break_both("cable cut");
  pair.settle();
  EXPECT_EQ(pair.server_reason(), "cable cut");
  EXPECT_EQ(pair.client_reason(), "cable cut");
}

// --- pausing

TEST(StreamPause, InTheMiddleOfInputKeepsTheRestForLater) {
  TlsPair pair;
  pair.settle();
  pair.server.after_bytes = [&] { pair.server.stream->pause(PauseReason::no_credit); };
  const std::string text = pattern(40'000);
  pair.client.stream->write(chain_of(pair.loop, text));
  for (int i = 0; pair.server.received.size() < text.size() && i < 100; ++i) {
    pair.settle();
    const size_t before = pair.server.received.size();
    EXPECT_TRUE(pair.below_server->reads_paused());
    pair.server.stream->resume(PauseReason::no_credit);
    EXPECT_EQ(pair.server.received.size(), before);  // never from within resume()
  }
  EXPECT_TRUE(pair.server.received == text);
  pair.settle();
  EXPECT_LE(pair.loop.blocks().blocks_in_use(), 1U);  // the loop's shared one
}

TEST(StreamPause, GoesOnOnlyWhenNoReasonIsLeft) {
  TlsPair pair;
  pair.settle();
  pair.server.stream->pause(PauseReason::no_credit);
  pair.server.stream->pause(PauseReason::busy);
  pair.client.stream->write_copy("hello");
  pair.settle();
  pair.server.stream->resume(PauseReason::no_credit);
  pair.settle();
  EXPECT_EQ(pair.server.received, "");
  pair.server.stream->resume(PauseReason::busy);
  pair.settle();
  EXPECT_EQ(pair.server.received, "hello");
}

TEST(StreamPause, DoesNotStopTheHandshake) {
  TlsPair pair;
  pair.server.stream->pause(PauseReason::busy);
  pair.client.stream->pause(PauseReason::busy);
  pair.client.stream->write_copy("hello");
  EXPECT_TRUE(pair.settle().both_ready());
  EXPECT_EQ(pair.server.received, "");
  pair.server.stream->resume(PauseReason::busy);
  pair.settle();
  EXPECT_EQ(pair.server.received, "hello");
}

TEST(StreamPause, TheEndWaitsBehindWhatWasHeldBack) {
  for (const bool proper : {true, false}) {
    TlsPair pair;
    pair.settle();
    pair.server.after_bytes = [&] { pair.server.stream->pause(PauseReason::busy); };
    pair.client.stream->write(chain_of(pair.loop, pattern(30'000)));
    if (proper) pair.client.stream->end();
    pair.settle();
    if (!proper) pair.below_client->end();
    pair.settle();
    EXPECT_FALSE(pair.server.ended || pair.server.broken);
    pair.server.after_bytes = nullptr;
    pair.server.stream->resume(PauseReason::busy);
    pair.settle();
    EXPECT_TRUE(pair.server.received == pattern(30'000));
    EXPECT_EQ(pair.server.ended, proper);
    EXPECT_EQ(pair.server.broken.has_value(), !proper);
  }
}

TEST(StreamPause, AndResumeInOneCallLosesNothing) {
  TlsPair pair;
  pair.settle();
  pair.server.after_bytes = [&] {
    pair.server.stream->pause(PauseReason::busy);
    pair.server.stream->resume(PauseReason::busy);
  };
  pair.client.stream->write(chain_of(pair.loop, pattern(200'000)));
  test::run_until(pair.loop, [&] { return pair.server.received.size() >= 200'000; });
  EXPECT_TRUE(pair.server.received == pattern(200'000));
}

TEST(StreamPause, AStreamMayBeGivenUpInsideItsOwnCallback) {
  TlsPair pair;
  pair.settle();
  pair.server.after_bytes = [&] {
    if (pair.server.stream == nullptr) return;
    pair.server.stream->pause(PauseReason::busy);
    pair.loop.defer_delete(std::move(pair.server.stream));
  };
  pair.client.stream->write(chain_of(pair.loop, pattern(100'000)));
  pair.settle();
  EXPECT_EQ(pair.server.received.size(), core::block_payload_bytes);
  EXPECT_EQ(pair.server.stream, nullptr);
  EXPECT_TRUE(pair.client.broken.has_value());
}

// --- how much is held

TEST(StreamMemory, SealsOnlyWhatTheTransportBelowWants) {
  TlsPair pair;
  pair.settle();
  pair.below_client->hold_output(true);
  pair.client.stream->write(chain_of(pair.loop, pattern(1'000'000)));
  EXPECT_TRUE(pair.client.stream->over_high_mark());
  pair.settle();
  EXPECT_LE(pair.below_client->unsent_bytes(), 64U * 1024 + core::block_payload_bytes + 2 * 64);
  EXPECT_GE(pair.client.stream->unsent_bytes(), 1'000'000U);
  EXPECT_EQ(pair.client.drained, 0);
  pair.below_client->hold_output(false);
  test::run_until(pair.loop, [&] { return pair.server.received.size() >= 1'000'000; });
  EXPECT_EQ(pair.client.drained, 1);
  EXPECT_FALSE(pair.client.stream->over_high_mark());
  EXPECT_EQ(pair.client.stream->unsent_bytes(), 0U);
  EXPECT_TRUE(pair.server.received == pattern(1'000'000));
}

TEST(StreamMemory, AWriterThatHeedsTheMarkIsAlwaysToldToGoOn) {
  for (const size_t piece : {size_t{1000}, size_t{16'384}, size_t{40'000}, size_t{65'536}}) {
    TlsPair pair;
    constexpr size_t total = 2'000'000;
    size_t written = 0;
    const auto pump = [&] {
      while (written < total && !pair.client.stream->over_high_mark()) {
        const size_t n = std::min(piece, total - written);
        pair.client.stream->write(chain_of(pair.loop, pattern(n, written)));
        written += n;
        EXPECT_LE(pair.client.stream->unsent_bytes(), 64U * 1024 + piece);
      }
    };
    pair.client.after_drained = pump;
    pump();
    ASSERT_TRUE(test::run_until(pair.loop, [&] { return pair.server.received.size() == total; }))
        << piece;
    EXPECT_TRUE(pair.server.received == pattern(total));
  }
}

TEST(StreamMemory, AnIdleStreamHoldsNoBlock) {
  core::Loop loop;
  const PairOptions options;
  const auto server = server_context(options.server);
  const auto client = client_context(options.client);
  std::vector<std::unique_ptr<Endpoint>> ends;
  for (int i = 0; i < 40; ++i) {
    test::MemoryPipe pipe = test::MemoryPipe::make(loop);
    ends.push_back(std::make_unique<Endpoint>());
    ends.back()->take(Stream::accept(std::move(pipe.a), server));
    ends.push_back(std::make_unique<Endpoint>());
    ends.back()->take(Stream::connect(std::move(pipe.b), client, options.host));
    ends.back()->stream->write_copy("hello");
    test::settle(loop);
  }
  for (const auto& end : ends) EXPECT_TRUE(end->ready);
  EXPECT_LE(loop.blocks().blocks_in_use(), 1U);  // the loop's shared one
}

}  // namespace
}  // namespace hawser::tls
