// SPDX-License-Identifier: Apache-2.0
#include "connector/connector_worker.h"

#include <gtest/gtest.h>

#include "core/clock.h"
#include "forwarder_fixture.h"
#include "raw_origin.h"
#include "support/test_loop.h"
#include "test_engine.h"

namespace hawser::test {
namespace {

using connector::ConnectorWorker;

constexpr char connector_uri[] =
    "spiffe://edge.test/tenant/default/connector/2f1c0000-0000-4000-8000-000000000001";

class KeptReports final : public connector::WorkerReports {
 public:
  void on_channel_established(uint64_t channel, const channel::Welcome& welcome) override {
    established.push_back(channel);
    last_welcome = welcome;
  }
  void on_channel_lost(uint64_t channel, const std::string& why) override {
    lost.push_back(channel);
    last_reason = why;
  }
  void on_config(const model::ConfigAnswer& answer) override { configs.push_back(answer); }
  void on_drained() override { ++drained; }

  std::vector<uint64_t> established;
  std::vector<uint64_t> lost;
  std::string last_reason;
  channel::Welcome last_welcome;
  std::vector<model::ConfigAnswer> configs;
  int drained = 0;
};

class ConnectorWorkerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    connector::WorkerSettings settings;
    settings.boot_id = "boot";
    worker =
        std::make_unique<ConnectorWorker>(loop, log.log().sink(), registry, ids, settings, reports);
    worker->secure(security(authority, authority));
    engine.app.name = "wiki";
    engine.app.host = model::HostPattern::parse("wiki.example").value();
    engine.app.origins = {model::Origin::parse_url(origin.url()).value()};
    engine.app.revision = 1;
  }
  void TearDown() override {
    for (auto& exchange : exchanges)
      if (!exchange->over()) exchange->stream->reset({});
    settle(loop);
    worker.reset();
    settle(loop);
    engine.channels.clear();
    settle(loop);
  }

  static connector::UplinkSecurity security(const TestAuthority& ours,
                                            const TestAuthority& trusted) {
    tls::ClientOptions options;
    options.tls13_only = true;
    options.alpn = {"hawser/1"};
    options.trust_pem = trusted.certificate_pem();
    options.certificate = ours.channel_peer(connector_uri);
    return {tls::Context::client(options).value(), TestEngine::trust_domain};
  }
  template <class Predicate>
  bool until(Predicate predicate) {
    return run_until(loop, predicate);
  }
  void dial(uint64_t channel = 1, int32_t engine_worker = -1) {
    worker->dial({channel, 0, engine.address(), engine_worker});
  }
  bool up(size_t channels = 1) {
    return until(
        [&] { return reports.established.size() >= channels && engine.channels_up() >= channels; });
  }
  channel::RecordingStream& open(message::RequestHead head, channel::OpenInfo info,
                                 size_t channel = 0) {
    info.app_revision = engine.app.revision;
    exchanges.push_back(std::make_unique<channel::RecordingStream>(loop));
    exchanges.back()->stream =
        engine.channels.at(channel)->link->open(head, info, *exchanges.back());
    EXPECT_NE(exchanges.back()->stream, nullptr);
    return *exchanges.back();
  }
  channel::RecordingStream& get(const std::string& path, size_t channel = 0) {
    return open(channel::request_head("GET", path), channel::open_info(), channel);
  }
  bool origin_got(const std::string& text) {
    return until([&] {
      return origin.connections() > 0 && origin.last().received.find(text) != std::string::npos;
    });
  }

  core::Loop loop;
  TestAuthority authority;
  TestEngine engine{loop, authority};
  RawOrigin origin{loop};
  KeptLog log;
  core::MetricRegistry registry;
  connector::WorkerMetricIds ids{registry};
  KeptReports reports;
  std::unique_ptr<ConnectorWorker> worker;
  std::vector<std::unique_ptr<channel::RecordingStream>> exchanges;
};

TEST_F(ConnectorWorkerTest, AChannelComesUpWithBothSidesKnown) {
  engine.welcome.worker = 1;
  dial(7, 1);
  ASSERT_TRUE(up());
  EXPECT_EQ(reports.established, std::vector<uint64_t>{7});
  EXPECT_EQ(reports.last_welcome.engine_id, TestEngine::id);
  EXPECT_EQ(engine.channels[0]->peer_uri, connector_uri);
  EXPECT_EQ(engine.channels[0]->hello.worker_wanted, 1);
  EXPECT_EQ(engine.channels[0]->hello.initial_request_credit_bytes, 0u);
}

TEST_F(ConnectorWorkerTest, AnEngineOfAnotherAuthorityIsNotTrusted) {
  const TestAuthority other("other authority");
  worker->secure(security(authority, other));
  dial();
  ASSERT_TRUE(until([&] { return !reports.lost.empty(); }));
  EXPECT_NE(reports.last_reason.find("authority"), std::string::npos) << reports.last_reason;
}

TEST_F(ConnectorWorkerTest, AnEngineOfAnotherTrustDomainIsNotTrusted) {
  auto strange = security(authority, authority);
  strange.trust_domain = "other.test";
  worker->secure(strange);
  dial();
  ASSERT_TRUE(until([&] { return !reports.lost.empty(); }));
}

TEST_F(ConnectorWorkerTest, APortThatNobodyListensOnIsALostChannel) {
  engine.stop_accepting();
  const auto closed = core::open_listening(core::Address::parse("127.0.0.1:0").value())->address;
  worker->dial({1, 0, closed, -1});
  ASSERT_TRUE(until([&] { return !reports.lost.empty(); }));
  EXPECT_TRUE(reports.established.empty());
}

TEST_F(ConnectorWorkerTest, TheConfigurationIsAskedForAtWelcomeAndAtConfig) {
  engine.config.revision = 5;
  dial();
  ASSERT_TRUE(until([&] { return reports.configs.size() == 1; }));
  EXPECT_EQ(reports.configs[0].revision, 5u);
  engine.config.revision = 6;
  engine.channels[0]->link->send_config(6);
  ASSERT_TRUE(until([&] { return reports.configs.size() == 2; }));
  EXPECT_EQ(reports.configs[1].revision, 6u);
}

TEST_F(ConnectorWorkerTest, ManyRequestsOfAnUnknownAppAskForItOnce) {
  dial();
  ASSERT_TRUE(up());
  for (int i = 0; i < 20; ++i) get("/");
  ASSERT_TRUE(until([&] { return origin.connections() == 20; }));
  EXPECT_EQ(std::count(engine.targets.begin(), engine.targets.end(), "/v1/apps/wiki"), 1);
  engine.app.revision = 2;
  get("/");
  ASSERT_TRUE(until([&] { return origin.connections() == 21; }));
  EXPECT_EQ(std::count(engine.targets.begin(), engine.targets.end(), "/v1/apps/wiki"), 2);
}

TEST_F(ConnectorWorkerTest, AnAppAskedForOnALostChannelIsAskedForOnAnother) {
  bool silent = true;
  const auto usual = engine.answer;
  engine.answer = [&](const std::string& target, const std::string& body) {
    if (silent && target.starts_with("/v1/apps/")) return std::pair<uint16_t, std::string>(0, "");
    return usual(target, body);
  };
  dial(1);
  ASSERT_TRUE(up(1));
  dial(2);
  ASSERT_TRUE(up(2));
  auto& lost = get("/lost", 0);
  ASSERT_TRUE(until([&] {
    return std::count(engine.targets.begin(), engine.targets.end(), "/v1/apps/wiki") == 1;
  }));
  auto& kept = get("/kept", 1);
  settle(loop);
  silent = false;
  engine.channels[0]->link->close("broken");
  ASSERT_TRUE(origin_got("GET /kept"));
  EXPECT_TRUE(lost.over());
  EXPECT_FALSE(kept.over());
}

TEST_F(ConnectorWorkerTest, ALongBodyMovesToAChannelOfItsOwnThatGoesWithIt) {
  dial();
  ASSERT_TRUE(up());
  message::RequestHead head = channel::request_head("POST", "/upload");
  const std::string body = channel::pattern(4 * 1024 * 1024);
  head.body_length = message::BodyLength::known(body.size());
  channel::OpenInfo info = channel::open_info(channel::BodyKind::known, body.size());
  info.bulk_ticket = "ticket-1";
  auto& exchange = open(head, info);
  engine.tickets["ticket-1"] = exchange.stream;
  exchange.send_body(body);
  ASSERT_TRUE(until([&] {
    return origin.connections() == 1 &&
           origin.last().received.ends_with(body.substr(body.size() - 99));
  }));
  ASSERT_EQ(engine.channels.size(), 2u);
  EXPECT_TRUE(engine.channels[1]->bulk());
  EXPECT_EQ(engine.channels[1]->hello.engine_wanted, TestEngine::id);
  EXPECT_GT(engine.channels[1]->link->counters().payload_bytes_out, body.size() / 2);
  origin.last().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  ASSERT_TRUE(until([&] { return exchange.over(); }));
  EXPECT_EQ(exchange.body, "ok");
  EXPECT_TRUE(until([&] { return engine.channels_up(true) == 0; }));
  EXPECT_EQ(engine.channels_up(), 1u);
  EXPECT_TRUE(reports.lost.empty());
}

TEST_F(ConnectorWorkerTest, AnExchangeThatEndsBeforeItsBulkChannelIsThereLeavesNone) {
  dial();
  ASSERT_TRUE(up());
  channel::OpenInfo info = channel::open_info();
  info.bulk_ticket = "ticket-1";
  auto& exchange = open(channel::request_head("GET", "/"), info);
  engine.tickets["ticket-1"] = exchange.stream;
  ASSERT_TRUE(until([&] { return engine.channels.size() == 2; }));
  exchange.stream->reset({});
  exchange.stream = nullptr;
  engine.tickets.clear();
  EXPECT_TRUE(until([&] { return engine.channels[1]->lost; }));
  EXPECT_TRUE(reports.lost.empty());
}

TEST_F(ConnectorWorkerTest, ASurplusChannelGoesOnceItsStreamsAreThrough) {
  dial(1);
  ASSERT_TRUE(up());
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got("\r\n\r\n"));
  worker->retire(1);
  ASSERT_TRUE(until([&] { return !engine.channels[0]->drain_reason.empty(); }));
  settle(loop);
  EXPECT_FALSE(engine.channels[0]->lost);
  origin.last().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  ASSERT_TRUE(until([&] { return exchange.over(); }));
  EXPECT_EQ(exchange.body, "ok");
  EXPECT_TRUE(until([&] { return engine.channels[0]->lost; }));
  EXPECT_TRUE(reports.lost.empty());
}

TEST_F(ConnectorWorkerTest, AChannelThatTheEngineDrainsIsReplacedWhileItsStreamsGoOn) {
  dial(1);
  ASSERT_TRUE(up());
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got("\r\n\r\n"));
  engine.channels[0]->link->drain("new version");
  ASSERT_TRUE(until([&] { return reports.lost == std::vector<uint64_t>{1}; }));
  EXPECT_FALSE(exchange.over());
  origin.last().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  ASSERT_TRUE(until([&] { return exchange.over(); }));
  EXPECT_EQ(exchange.body, "ok");
}

TEST_F(ConnectorWorkerTest, DrainingLetsWhatIsOpenFinishAndTakesNothingNew) {
  dial(1);
  ASSERT_TRUE(up());
  auto& exchange = get("/");
  ASSERT_TRUE(origin_got("\r\n\r\n"));
  worker->drain("going");
  ASSERT_TRUE(until([&] { return !engine.channels[0]->drain_reason.empty(); }));
  EXPECT_FALSE(engine.channels[0]->link->can_open());
  settle(loop);
  EXPECT_EQ(reports.drained, 0);
  origin.last().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  ASSERT_TRUE(until([&] { return reports.drained == 1; }));
  ASSERT_TRUE(until([&] { return exchange.over(); }));
  EXPECT_EQ(exchange.body, "ok");
  EXPECT_NE(exchange.events.find("end;"), std::string::npos);  // it was the whole answer
}

TEST_F(ConnectorWorkerTest, DrainingWithNothingOpenIsDoneAtOnce) {
  worker->drain("going");
  EXPECT_TRUE(until([&] { return reports.drained == 1; }));
}

TEST_F(ConnectorWorkerTest, ACallWithABodyIsAnswered) {
  dial();
  ASSERT_TRUE(up());
  engine.answer = [](const std::string& target, const std::string& body) {
    return std::pair<uint16_t, std::string>(200, target + " got " + std::to_string(body.size()));
  };
  connector::ControlRequest request;
  request.method = message::Method::post;
  request.target = "/v1/renew";
  request.body = channel::pattern(40'000);
  std::string answer;
  worker->call(request, [&](connector::ControlResult result) {
    answer = result ? result->body : result.error().reason;
  });
  ASSERT_TRUE(until([&] { return !answer.empty(); }));
  EXPECT_EQ(answer, "/v1/renew got 40000");
}

TEST_F(ConnectorWorkerTest, ACallWithoutAChannelFails) {
  bool failed = false;
  worker->call({.target = "/v1/config"},
               [&](connector::ControlResult result) { failed = !result; });
  EXPECT_TRUE(until([&] { return failed; }));
}

}  // namespace
}  // namespace hawser::test
