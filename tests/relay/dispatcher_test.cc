// SPDX-License-Identifier: Apache-2.0
#include "relay/dispatcher.h"

#include <gtest/gtest.h>

#include "channel/link_fixture.h"
#include "core/metrics.h"
#include "relay/session_bindings.h"
#include "support/memory_pipe.h"
#include "support/test_loop.h"

namespace hawser::test {
namespace {

// A channel that has room for one stream.
class Channel final : public channel::LinkListener {
 public:
  explicit Channel(core::Loop& loop) : heard_(loop), busy(loop) {
    MemoryPipe pipe = MemoryPipe::make(loop);
    channel::LinkOptions options;
    options.handshake = false;
    options.stream_limit = 1;
    here = channel::Link::make(std::move(pipe.a), *this, budget_, options);
    options.side = channel::Side::connector;
    there_ = channel::Link::make(std::move(pipe.b), *this, budget_, options);
  }
  void fill() { busy.use(*here->open(channel::request_head(), channel::open_info(), busy)); }
  void free() const { busy.stream->reset({}); }

  void on_open(channel::Stream& stream, message::RequestHead&, channel::OpenInfo&) override {
    heard_.use(stream);
  }
  void on_session_end(uint64_t session) override { ended_sessions.push_back(session); }
  void on_lost(const core::Error&) override {}

 private:
  core::Budget budget_{1 << 20};
  channel::RecordingStream heard_;

 public:
  channel::RecordingStream busy;
  std::vector<uint64_t> ended_sessions;
  std::unique_ptr<channel::Link> here;  // the links tell the streams when they go

 private:
  std::unique_ptr<channel::Link> there_;
};

struct Asker final : relay::Waiter {
  void on_way(const relay::Way& found) override { way = found; }
  void on_no_way(message::ExchangeError error) override { refused = error.code; }
  relay::Way way;
  message::ErrorCode refused = message::ErrorCode::none;
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() {
    dispatcher.add_channel("default", "connector-a", *a.here);
    dispatcher.add_channel("default", "connector-b", *b.here);
  }
  void ask(Asker& asker, const std::optional<relay::WayName>& only = std::nullopt) {
    dispatcher.submit(asker, "default", 5'000, false, only);
  }
  relay::WayName name_of(const Channel& wanted) {
    for (;;) {
      Asker asker;
      ask(asker);
      if (asker.way.link == wanted.here.get()) return asker.way.name;
    }
  }

  core::Loop loop;
  core::Gauge waiting;
  relay::Dispatcher dispatcher{loop, 10, waiting, [](uint32_t) { return nullptr; }};
  relay::SessionBindings bindings{dispatcher};
  Channel a{loop}, b{loop};
};

TEST_F(DispatcherTest, WhoIsBoundGetsItsChannelThoughAnotherIsFreer) {
  const relay::WayName to_a = name_of(a);
  a.fill();
  Asker bound;
  ask(bound, to_a);
  EXPECT_EQ(bound.way.link, nullptr);
  EXPECT_TRUE(bound.waiting());
  a.free();
  dispatcher.serve("default");
  EXPECT_EQ(bound.way.link, a.here.get());
}

TEST_F(DispatcherTest, WhoWaitsForOneChannelHoldsUpNobody) {
  const relay::WayName to_a = name_of(a);
  a.fill();
  b.fill();
  Asker bound, other;
  ask(bound, to_a);
  ask(other);
  ASSERT_TRUE(bound.waiting() && other.waiting());
  b.free();
  dispatcher.serve("default");
  EXPECT_EQ(other.way.link, b.here.get());
  EXPECT_TRUE(bound.waiting());
}

TEST_F(DispatcherTest, AChannelThatGoesIsNotReplaced) {
  const relay::WayName to_a = name_of(a);
  a.fill();
  Asker waiting_for_it, late;
  ask(waiting_for_it, to_a);
  dispatcher.remove_channel(*a.here);
  EXPECT_EQ(waiting_for_it.refused, message::ErrorCode::connector_gone);
  ask(late, to_a);
  EXPECT_EQ(late.refused, message::ErrorCode::connector_gone);
}

TEST_F(DispatcherTest, AnotherGroupsChannelIsNoneOfTheApps) {
  const relay::WayName to_a = name_of(a);
  Asker asker;
  dispatcher.submit(asker, "other", 5'000, false, to_a);
  EXPECT_EQ(asker.refused, message::ErrorCode::connector_gone);
}

TEST_F(DispatcherTest, TheFirstBindingOfAnAppCountsAndAllHearOfTheSessionsEnd) {
  bindings.bind(7, "wiki", name_of(a));
  bindings.bind(7, "wiki", name_of(b));
  bindings.bind(7, "news", name_of(b));
  bindings.bind(8, "wiki", name_of(b));
  EXPECT_EQ(bindings.find(7, "wiki"), name_of(a));
  EXPECT_EQ(bindings.find(7, "news"), name_of(b));
  EXPECT_EQ(bindings.find(7, "other"), std::nullopt);
  bindings.end_session(7);
  EXPECT_TRUE(
      run_until(loop, [&] { return !a.ended_sessions.empty() && !b.ended_sessions.empty(); }));
  EXPECT_EQ(a.ended_sessions, std::vector<uint64_t>{7});
  EXPECT_EQ(b.ended_sessions, std::vector<uint64_t>{7});
  EXPECT_EQ(bindings.find(7, "wiki"), std::nullopt);
  EXPECT_EQ(bindings.sessions(), 1u);
}

TEST_F(DispatcherTest, WhatAnotherWorkerKnewIsLostWithTheLinkToIt) {
  bindings.bind(7, "wiki", {0, 3});
  bindings.lose_worker(3);
  Asker asker;
  ask(asker, bindings.find(7, "wiki"));
  EXPECT_EQ(asker.refused, message::ErrorCode::connector_gone);
}

}  // namespace
}  // namespace hawser::test
