// SPDX-License-Identifier: Apache-2.0
// A link under test beside another of the same engine, which must not notice when the first is
// lost. Owner: the test. Thread: the loop's own.
#pragma once

#include <memory>
#include <string>

#include "link_fixture.h"

namespace hawser::channel {

using wire::FrameType;

class LinkRules : public LinkTest {
 public:
  // A second channel of the same engine, which must not notice anything.
  void SetUp() override {
    auto pipe = test::MemoryPipe::make(loop);
    LinkOptions options;
    other_engine = Link::make(std::move(pipe.a), other_side, engine_budget, options);
    options.side = Side::connector;
    other_connector = Link::make(std::move(pipe.b), other_peer, connector_budget, options);
    other_side.link = other_engine.get();
    other_connector->send_hello({});
    settle();
    ASSERT_TRUE(other_engine->established());
  }
  void TearDown() override {
    auto stream = open(*other_engine, request_head(), open_info());
    ASSERT_NE(stream, nullptr);
    other_peer.serve = [](RecordingStream& served) {
      served.stream->send_head(response_head(), false, false, true);
    };
    settle();
    EXPECT_EQ(stream->events, "head 200;end;finished;");
    EXPECT_FALSE(other_side.lost);
    other_engine.reset();
    other_connector.reset();
  }

  void expect_engine_lost(RawPeer& peer, const std::string& reason) {
    peer.send();
    settle();
    EXPECT_TRUE(engine_side.lost) << reason;
    EXPECT_NE(engine_side.lost_reason.find(reason), std::string::npos) << engine_side.lost_reason;
    EXPECT_TRUE(peer.broken);
    EXPECT_EQ(engine->open_streams(), 0u);
    EXPECT_EQ(engine_budget.used_bytes(), 0u);
  }
  void expect_connector_lost(RawPeer& peer, const std::string& reason) {
    peer.send();
    settle();
    EXPECT_TRUE(connector_side.lost) << reason;
    EXPECT_NE(connector_side.lost_reason.find(reason), std::string::npos)
        << connector_side.lost_reason;
    EXPECT_EQ(connector->open_streams(), 0u);
    EXPECT_EQ(connector_budget.used_bytes(), 0u);
  }
  // An exchange that the engine opened, with a request's body when `body`.
  RecordingStream* exchange(BodyKind body = BodyKind::none) {
    auto stream =
        open(*engine, request_head(body == BodyKind::none ? "GET" : "POST"), open_info(body));
    settle();
    return stream;
  }
  void open_raw(RawPeer& peer, uint32_t id, BodyKind body = BodyKind::none, uint64_t bytes = 0) {
    ASSERT_TRUE(peer.writer.open(id, request_head("POST"), open_info(body, bytes), 16384));
  }
  void type_alone(RawPeer& peer, FrameType type, uint32_t stream = 0) {
    peer.custom([&](wire::FrameBuilder& frame) {
      frame.add_type(type);
      if (stream != 0) frame.add_stream(stream);
    });
  }

  RecordingLink other_side{loop};
  RecordingLink other_peer{loop};
  std::unique_ptr<Link> other_engine;
  std::unique_ptr<Link> other_connector;
};

}  // namespace hawser::channel
