// SPDX-License-Identifier: Apache-2.0
// An engine's link and a connector's link on one loop, forwarders on the connector's side, and an
// origin on a real socket behind them. Owner: the test. Thread: the loop's own.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "channel/link_fixture.h"
#include "connector/app_cache.h"
#include "connector/bound_connections.h"
#include "connector/forwarder.h"
#include "connector/origin_pool.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "model/control_calls.h"
#include "raw_origin.h"
#include "support/memory_pipe.h"
#include "support/test_loop.h"

namespace hawser::test {

// The engine's end: opens requests, answers for apps.
class EngineSide final : public channel::LinkListener {
 public:
  explicit EngineSide(core::Loop& loop) : loop_(loop) {}

  void on_hello(const channel::Hello&) override { link->send_welcome({}); }
  void on_open(channel::Stream& stream, message::RequestHead& head, channel::OpenInfo&) override {
    calls.push_back(std::make_unique<channel::RecordingStream>(loop_));
    calls.back()->use(stream);
    targets.push_back(head.target.path);
    if (answering) answer(calls.size() - 1);
  }
  void on_lost(const core::Error& why) override { lost = why.reason; }

  void answer(size_t call) {
    channel::RecordingStream& asked = *calls[call];
    if (asked.stream == nullptr) return;
    message::ResponseHead head;
    head.status = app_status;
    const std::string body = model::encode_app(app);
    head.body_length = message::BodyLength::known(body.size());
    asked.stream->send_head(head, false, false, false);
    asked.send_body(body);
  }

  model::App app;
  uint16_t app_status = 200;
  bool answering = true;
  std::string lost;
  std::vector<std::string> targets;
  std::vector<std::unique_ptr<channel::RecordingStream>> calls;
  std::unique_ptr<channel::Link> link;

 private:
  core::Loop& loop_;
};

// The connector's end.
class ConnectorSide final : public channel::LinkListener, public connector::ForwarderOwner {
 public:
  ConnectorSide(core::Loop& loop, connector::ForwarderNeeds& needs) : loop_(loop), needs_(needs) {}

  void on_open(channel::Stream& stream, message::RequestHead& head,
               channel::OpenInfo& info) override {
    last_info = info;
    forwarders.push_back(std::make_unique<connector::Forwarder>(needs_, *this, stream, head, info));
    forwarders.back()->start();
  }
  void on_lost(const core::Error&) override { needs_.bound.end_channel(link.get()); }
  void on_session_end(uint64_t client_session) override {
    needs_.bound.end_session(link.get(), client_session);
  }
  void on_bulk_offered(channel::Stream&, const std::string& ticket) override {
    tickets.push_back(ticket);
  }
  void on_forwarder_done(connector::Forwarder& forwarder) override {
    const auto found = std::find_if(forwarders.begin(), forwarders.end(),
                                    [&](const auto& each) { return each.get() == &forwarder; });
    ASSERT_NE(found, forwarders.end());
    loop_.defer_delete(std::move(*found));
    forwarders.erase(found);
  }

  std::vector<std::unique_ptr<connector::Forwarder>> forwarders;
  std::vector<std::string> tickets;  // that streams were offered for a bulk channel
  channel::OpenInfo last_info;
  std::unique_ptr<channel::Link> link;

 private:
  core::Loop& loop_;
  connector::ForwarderNeeds& needs_;
};

// A log that is kept in memory.
class KeptLog {
 public:
  KeptLog() : fd_(memfd_create("log", MFD_CLOEXEC)), sink_(fd_), log_(sink_) {}
  ~KeptLog() { close(fd_); }
  core::Log& log() { return log_; }
  std::string text() const {
    std::string out(1 << 20, '\0');
    const ssize_t n = pread(fd_, out.data(), out.size(), 0);
    out.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return out;
  }

 private:
  int fd_;
  core::LogSink sink_;
  core::Log log_;
};

class ForwarderTest : public ::testing::Test {
 protected:
  // Everything is ready once the app's origin is set; `connector_bytes` is the connector's budget.
  void start(size_t connector_bytes = 64 * 1024 * 1024) {
    connector_budget = std::make_unique<core::Budget>(connector_bytes);
    MemoryPipe pipe = MemoryPipe::make(loop, cut_bytes);
    channel::LinkOptions options;
    options.handshake = true;
    options.side = channel::Side::engine;
    engine.link = channel::Link::make(std::move(pipe.a), engine, engine_budget, options);
    options.side = channel::Side::connector;
    connector.link = channel::Link::make(std::move(pipe.b), connector, *connector_budget, options);
    connector.link->send_hello({});
    ASSERT_TRUE(until([&] { return engine.link->established() && connector.link->established(); }));
  }
  void TearDown() override {
    for (auto& exchange : exchanges)
      if (!exchange->over()) exchange->stream->reset({});
    settle(loop);
    connector.forwarders.clear();
    settle(loop);
    connector.link.reset();
    engine.link.reset();
    settle(loop);
  }

  model::App app_for(const std::string& url) {
    model::App app;
    app.name = "wiki";
    app.host = model::HostPattern::parse("wiki.example").value();
    app.origins = {model::Origin::parse_url(url).value()};
    app.revision = 1;
    return app;
  }
  // The engine publishes this origin as the app "wiki".
  void publish(const std::string& url) { engine.app = app_for(url); }

  channel::RecordingStream& open(const message::RequestHead& head, channel::OpenInfo info) {
    exchanges.push_back(std::make_unique<channel::RecordingStream>(loop));
    channel::RecordingStream& exchange = *exchanges.back();
    info.app_revision = engine.app.revision;
    channel::Stream* stream = engine.link->open(head, info, exchange);
    EXPECT_NE(stream, nullptr);
    exchange.stream = stream;
    return exchange;
  }
  channel::RecordingStream& get(const std::string& path, std::string_view method = "GET") {
    return open(channel::request_head(method, path), channel::open_info());
  }
  // A request with a body that is not sent yet; bytes: -1 for an unknown length.
  channel::RecordingStream& post(const std::string& path, int64_t bytes) {
    message::RequestHead head = channel::request_head("POST", path);
    if (bytes < 0) {
      head.body_length = message::BodyLength::unknown();
      return open(head, channel::open_info(channel::BodyKind::unknown));
    }
    head.body_length = message::BodyLength::known(static_cast<uint64_t>(bytes));
    return open(head, channel::open_info(channel::BodyKind::known, static_cast<uint64_t>(bytes)));
  }

  template <class Predicate>
  bool until(Predicate predicate) {
    return run_until(loop, predicate);
  }
  // The origin has got a connection and a whole head on it.
  bool origin_got_head(size_t session = 0) {
    return until([&] {
      return origin.connections() > session &&
             origin.session(session).received.find("\r\n\r\n") != std::string::npos;
    });
  }
  static bool finished(const channel::RecordingStream& exchange) {
    return exchange.events.find("finished;") != std::string::npos;
  }
  bool ended(const channel::RecordingStream& exchange) {
    return until([&] { return exchange.over(); });
  }
  bool body_wanted(const channel::RecordingStream& exchange) {
    return until([&] { return exchange.events.find("wanted;") != std::string::npos; });
  }
  void send_data(channel::RecordingStream& exchange, std::string_view text) {
    core::ByteChain bytes;
    bytes.append_copy(loop.blocks(), text);
    exchange.stream->send_data(std::move(bytes));
  }

  core::ManualClock clock{1'000'000, core::SystemClock::instance().wall_ms()};
  core::Loop loop{&clock};
  RawOrigin origin{loop};
  KeptLog log;
  core::MetricRegistry registry;
  core::MetricSet metric_set{registry};
  connector::ExchangeMetricIds metric_ids{registry};
  connector::ExchangeMetrics metrics{metric_set, metric_ids};
  message::HeadPool heads;
  connector::OriginPool pool{loop, {}};
  connector::AppCache apps{loop};
  connector::OriginPolicy policy;
  connector::BoundConnections bound{loop, {.connections = 3}};
  connector::ForwarderNeeds needs{loop, heads, pool, apps, policy, log.log(), metrics, bound};
  core::Budget engine_budget{64 * 1024 * 1024};
  std::unique_ptr<core::Budget> connector_budget;
  size_t cut_bytes = SIZE_MAX;
  EngineSide engine{loop};
  ConnectorSide connector{loop, needs};
  std::vector<std::unique_ptr<channel::RecordingStream>> exchanges;
};

}  // namespace hawser::test
