// SPDX-License-Identifier: Apache-2.0
// Two links, or a link and a peer that says what it likes, over a MemoryPipe on one loop with a
// clock that the test moves. Owner: the test. Thread: the loop's own.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "channel/frame_codec.h"
#include "channel/frame_reader.h"
#include "channel/link.h"
#include "core/clock.h"
#include "support/memory_pipe.h"
#include "support/test_loop.h"

namespace hawser::channel {

inline constexpr size_t operator""_KiB(unsigned long long n) {
  return static_cast<size_t>(n) * 1024;
}
inline constexpr size_t operator""_MiB(unsigned long long n) {
  return static_cast<size_t>(n) * 1024 * 1024;
}

// Text that shows where a byte is missing or doubled.
inline std::string pattern(size_t bytes, unsigned seed = 7) {
  std::minstd_rand random(seed);
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

inline message::RequestHead request_head(std::string_view method = "GET",
                                         std::string_view path = "/") {
  message::RequestHead head;
  head.method = message::find_method(method);
  EXPECT_EQ(message::parse_path_and_query(path, head.target), "");
  head.target.scheme = "https";
  EXPECT_EQ(message::parse_authority("wiki.example", head.target.authority), "");
  head.fields.add("Host", "wiki.example");
  head.fields.add("Accept", "*/*");
  return head;
}

inline OpenInfo open_info(BodyKind body = BodyKind::none, uint64_t bytes = 0) {
  OpenInfo info;
  info.request_id = "0190a6c1-0000-7000-8000-000000000001";
  info.tenant = "default";
  info.app = "wiki";
  info.body = body;
  info.body_bytes = bytes;
  info.client_session = 17;
  info.client_address = "192.0.2.1";
  return info;
}

inline message::ResponseHead response_head(uint16_t status = 200) {
  message::ResponseHead head;
  head.status = status;
  head.fields.add("Content-Type", "text/plain");
  head.body_length = message::BodyLength::unknown();
  return head;
}

inline message::Fields fields_of(
    std::initializer_list<std::pair<std::string_view, std::string_view>> lines) {
  message::Fields fields;
  for (const auto& [name, value] : lines) fields.add(name, value);
  return fields;
}

// Writes down what its stream says; sends and consumes what the test wants.
class RecordingStream : public StreamListener {
 public:
  explicit RecordingStream(core::Loop& loop) : loop_(loop) {}

  void use(Stream& opened) {
    stream = &opened;
    opened.set_listener(*this);
  }
  // Sends all of it as credit allows, then the end.
  void send_body(std::string text, message::Fields trailers_to_send = {}) {
    to_send = std::move(text);
    end_trailers = std::move(trailers_to_send);
    sending = true;
    push();
  }
  void push() {
    if (!sending || stream == nullptr) return;
    while (sent < to_send.size() && stream->sendable_bytes() > 0) {
      const size_t n = std::min({stream->sendable_bytes(), to_send.size() - sent, piece_bytes});
      core::ByteChain bytes;
      bytes.append_copy(loop_.blocks(), std::string_view(to_send).substr(sent, n));
      sent += n;
      stream->send_data(std::move(bytes));
    }
    if (sent < to_send.size()) return;
    sending = false;
    stream->send_end(end_trailers);
  }

  void on_head(message::ResponseHead& head, bool interim, bool bound) override {
    events +=
        (interim ? "interim " : "head ") + std::to_string(head.status) + (bound ? " bound;" : ";");
    if (!interim) response = head;
    if (react) react("head");
  }
  void on_data(core::ByteChain bytes) override {
    ++datas;
    if (bytes.empty()) events += "empty;";
    body += bytes.to_string();
    const size_t n = bytes.size();
    if (hold) {
      held.append(std::move(bytes));
    } else if (n > 0) {
      stream->consumed(n);
    }
    if (react) react("data");
  }
  void on_body_end(const message::Fields& fields) override {
    events += "end;";
    trailers = fields;
    if (react) react("end");
  }
  void on_sendable() override {
    ++sendables;
    push();
  }
  void on_body_wanted() override {
    events += "wanted;";
    if (react) react("wanted");
  }
  void on_stop() override {
    events += "stop;";
    sending = false;
  }
  void on_reset(const Reset& why) override {
    events += "reset " + std::string(message::name_of(why.error.code)) +
              (why.origin_untouched ? " untouched;" : ";");
    reset = why;
    stream = nullptr;
    held.clear();
  }
  void on_finished() override {
    events += "finished;";
    stream = nullptr;
  }
  void release_held() {
    const size_t n = held.size();
    held.clear();
    if (n > 0) stream->consumed(n);
  }
  bool over() const { return stream == nullptr; }

  Stream* stream = nullptr;
  std::string events;
  std::string body;
  std::string to_send;
  size_t sent = 0;
  size_t piece_bytes = SIZE_MAX;
  bool sending = false;
  bool hold = false;  // keep what comes instead of consuming it
  core::ByteChain held;
  int datas = 0;
  int sendables = 0;
  message::ResponseHead response;
  message::Fields trailers;
  message::Fields end_trailers;
  Reset reset;
  std::function<void(std::string_view event)> react;

 private:
  core::Loop& loop_;
};

class RecordingLink : public LinkListener {
 public:
  explicit RecordingLink(core::Loop& loop) : loop_(loop) {}

  void on_hello(const Hello& hello) override {
    hellos.push_back(hello);
    if (answer_hello) link->send_welcome(welcome);
  }
  void on_welcome(const Welcome& got) override { welcomes.push_back(got); }
  void on_open(Stream& stream, message::RequestHead& head, OpenInfo& info) override {
    auto& accepted = streams[stream.id()];
    accepted = std::make_unique<RecordingStream>(loop_);
    accepted->use(stream);
    last_head = head;
    last_info = info;
    if (serve) serve(*accepted);
  }
  void on_session_end(uint64_t session) override { ended_sessions.push_back(session); }
  void on_config(uint64_t revision) override { revisions.push_back(revision); }
  void on_drain(const std::string& reason) override { drain_reason = reason; }
  void on_attach(const std::string& ticket) override {
    attach_ticket = ticket;
    if (attach) attach(ticket);
  }
  void on_bulk_offered(Stream& stream, const std::string& ticket) override {
    offered_ticket = ticket;
    if (offered) offered(stream, ticket);
  }
  void on_lost(const core::Error& why) override {
    EXPECT_FALSE(lost) << "told twice";
    lost = true;
    lost_reason = why.reason;
  }
  void on_idle() override { ++idles; }

  RecordingStream& stream(uint32_t id) { return *streams.at(id); }

  Link* link = nullptr;
  std::map<uint32_t, std::unique_ptr<RecordingStream>> streams;  // accepted
  std::function<void(RecordingStream&)> serve;
  std::function<void(const std::string&)> attach;
  std::function<void(Stream&, const std::string&)> offered;
  bool answer_hello = true;
  Welcome welcome;
  std::vector<Hello> hellos;
  std::vector<Welcome> welcomes;
  message::RequestHead last_head;
  OpenInfo last_info;
  std::vector<uint64_t> ended_sessions;
  std::vector<uint64_t> revisions;
  std::string drain_reason;
  std::string attach_ticket;
  std::string offered_ticket;
  bool lost = false;
  std::string lost_reason;
  int idles = 0;

 private:
  core::Loop& loop_;
};

// An end of a pipe that speaks frames without a rule, and writes down what it hears.
class RawPeer : public core::TransportListener {
 public:
  RawPeer(core::Loop& loop, std::unique_ptr<test::MemoryTransport> end)
      : transport(std::move(end)), reader_(loop.blocks()), writer(out_) {
    transport->set_listener(*this);
  }
  // What was written with `writer` leaves.
  void send() {
    if (!ended && !broken) transport->write_copy(out_);
    out_.clear();
  }
  void send_raw(std::string_view bytes) {
    if (!ended && !broken) transport->write_copy(bytes);
  }
  void data(uint32_t stream, std::string_view payload, bool last = false) {
    const auto header = writer.data(stream, last, static_cast<uint32_t>(payload.size()));
    out_.append(reinterpret_cast<const char*>(header.data()), header.size());
    out_.append(payload);
  }
  // A frame whose header is `build`'s.
  void custom(const std::function<void(wire::FrameBuilder&)>& build,
              std::string_view payload = {}) {
    flatbuffers::FlatBufferBuilder builder;
    wire::FrameBuilder frame(builder);
    build(frame);
    builder.Finish(frame.Finish());
    append(builder, payload);
  }
  void append(const flatbuffers::FlatBufferBuilder& builder, std::string_view payload = {}) {
    for (const size_t size : {size_t{builder.GetSize()}, payload.size()})
      for (int i = 0; i < 4; ++i) out_ += static_cast<char>(size >> (8 * i));
    out_.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
    out_.append(payload);
  }
  std::string& out() { return out_; }

  void on_bytes(core::Slice bytes) override {
    for (;;) {
      const auto step = reader_.next(bytes);
      if (step == FrameReader::Step::need_more) return;
      ASSERT_EQ(step, FrameReader::Step::frame) << reader_.fault();
      note(reader_.frame(), reader_.take_payload());
    }
  }
  void on_end() override { ended = true; }
  void on_broken(const core::Error&) override { broken = true; }

  std::unique_ptr<test::MemoryTransport> transport;
  std::string heard;  // "OPEN 1;DATA 1 16384;"
  std::map<uint32_t, size_t> payload_bytes;
  std::map<uint32_t, uint32_t> credits;  // granted, by stream
  uint64_t last_token = 0;
  std::string last_reason;
  bool ended = false;
  bool broken = false;

 private:
  FrameReader reader_;
  std::string out_;

  void note(const wire::Frame& frame, core::ByteChain payload) {
    heard += name_of(frame.type());
    if (frame.stream() != 0) heard += " " + std::to_string(frame.stream());
    if (frame.type() == wire::FrameType::data) heard += " " + std::to_string(payload.size());
    if (frame.last()) heard += " last";
    heard += ";";
    payload_bytes[frame.stream()] += payload.size();
    if (frame.type() == wire::FrameType::credit || frame.type() == wire::FrameType::open)
      credits[frame.stream()] += frame.credit();
    if (frame.type() == wire::FrameType::ping || frame.type() == wire::FrameType::pong)
      last_token = frame.token();
    if (frame.type() == wire::FrameType::drain || frame.type() == wire::FrameType::reset)
      last_reason = reason_of(frame);
  }

 public:
  FrameWriter writer;
};

class LinkTest : public ::testing::Test {
 public:
  core::ManualClock clock;
  core::Loop loop{&clock};
  core::Budget engine_budget{64_MiB};
  core::Budget connector_budget{64_MiB};
  RecordingLink engine_side{loop};
  RecordingLink connector_side{loop};
  LinkOptions engine_options;
  LinkOptions connector_options;
  test::MemoryTransport* engine_end = nullptr;
  test::MemoryTransport* connector_end = nullptr;
  std::unique_ptr<Link> engine;
  std::unique_ptr<Link> connector;

  LinkTest() {
    engine_options.side = Side::engine;
    connector_options.side = Side::connector;
  }
  ~LinkTest() override {
    engine.reset();
    connector.reset();
    settle();
    EXPECT_EQ(engine_budget.used_bytes(), 0u);
    EXPECT_EQ(connector_budget.used_bytes(), 0u);
  }

  void settle(int turns = 8) { test::settle(loop, turns); }

  void connect(size_t cut_bytes = SIZE_MAX) {
    auto pipe = test::MemoryPipe::make(loop, cut_bytes);
    engine_end = pipe.a.get();
    connector_end = pipe.b.get();
    engine = Link::make(std::move(pipe.a), engine_side, engine_budget, engine_options);
    connector = Link::make(std::move(pipe.b), connector_side, connector_budget, connector_options);
    engine_side.link = engine.get();
    connector_side.link = connector.get();
  }
  // With HELLO and WELCOME exchanged.
  void establish(size_t cut_bytes = SIZE_MAX, Hello hello = {}) {
    connect(cut_bytes);
    connector->send_hello(hello);
    settle();
    ASSERT_TRUE(engine->established());
    ASSERT_TRUE(connector->established());
  }
  // The engine's link against a peer of the test's own, after the handshake.
  std::unique_ptr<RawPeer> raw_connector(bool with_handshake = true, Hello hello = {}) {
    auto pipe = test::MemoryPipe::make(loop);
    engine_end = pipe.a.get();
    engine = Link::make(std::move(pipe.a), engine_side, engine_budget, engine_options);
    engine_side.link = engine.get();
    auto peer = std::make_unique<RawPeer>(loop, std::move(pipe.b));
    if (!with_handshake) return peer;
    if (hello.versions.empty()) hello.versions = {1};
    peer->writer.hello(hello);
    peer->send();
    settle();
    EXPECT_TRUE(engine->established());
    peer->heard.clear();
    return peer;
  }
  std::unique_ptr<RawPeer> raw_engine(const Welcome& welcome = {}, const Hello& hello = {}) {
    auto pipe = test::MemoryPipe::make(loop);
    connector_end = pipe.b.get();
    connector = Link::make(std::move(pipe.b), connector_side, connector_budget, connector_options);
    connector_side.link = connector.get();
    auto peer = std::make_unique<RawPeer>(loop, std::move(pipe.a));
    connector->send_hello(hello);
    peer->writer.welcome(welcome);
    peer->send();
    settle();
    EXPECT_TRUE(connector->established());
    peer->heard.clear();
    return peer;
  }
  // Owned by the fixture; null when the link does not open one.
  RecordingStream* open(Link& link, const message::RequestHead& head, const OpenInfo& info,
                        core::Budget* share = nullptr) {
    auto listener = std::make_unique<RecordingStream>(loop);
    Stream* stream = link.open(head, info, *listener, share);
    if (stream == nullptr) return nullptr;
    listener->stream = stream;
    opened.push_back(std::move(listener));
    return opened.back().get();
  }
  std::vector<std::unique_ptr<RecordingStream>> opened;
};

}  // namespace hawser::channel
