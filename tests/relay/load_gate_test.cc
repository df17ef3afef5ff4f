// SPDX-License-Identifier: Apache-2.0
#include "relay/load_gate.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

namespace hawser::relay {
namespace {

using message::BodyLength;
using message::ErrorCode;

class LoadGateTest : public ::testing::Test {
 protected:
  LoadGateTest() {
    app_.name = "wiki";
    app_.host = *model::HostPattern::parse("wiki.example");
    app_.origins = {*model::Origin::parse_url("http://127.0.0.1:1")};
  }
  // A worker's gate under the app's present limits.
  LoadGate gate() {
    LoadGate made(loads_, metrics_);
    made.apply(*model::Snapshot::make({app_}));
    return made;
  }
  ErrorCode ask(LoadGate& gate, InFlight& in_flight, BodyLength body = BodyLength::none()) {
    const auto refusal = gate.admit(app_, client_, body, now_us_, in_flight);
    return refusal ? refusal->code : ErrorCode::none;
  }
  ErrorCode ask(LoadGate& gate, BodyLength body = BodyLength::none()) {
    InFlight in_flight;
    return ask(gate, in_flight, body);
  }

  model::App app_;
  std::shared_ptr<AppLoads> loads_ = std::make_shared<AppLoads>();
  core::MetricRegistry registry_;
  RelayMetrics metrics_{registry_};
  core::Address client_ = *core::Address::parse("192.0.2.1:1");
  uint64_t now_us_ = 5'000'000;
};

TEST_F(LoadGateTest, WithoutLimitsEverythingPasses) {
  LoadGate worker = gate();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ask(worker, BodyLength::known(1 << 30)), ErrorCode::none);
}

TEST_F(LoadGateTest, ABodyMayBeAsLongAsTheLimitAndNoLonger) {
  app_.limits.body_bytes = 1024;
  LoadGate worker = gate();
  EXPECT_EQ(ask(worker, BodyLength::known(1024)), ErrorCode::none);
  EXPECT_EQ(ask(worker, BodyLength::known(1025)), ErrorCode::body_too_large);
  EXPECT_EQ(ask(worker, BodyLength::unknown()), ErrorCode::none) << "told when it shows";
}

TEST_F(LoadGateTest, ExchangesInFlightAreCountedOverAllWorkers) {
  app_.limits.connections = 2;
  LoadGate one = gate();
  LoadGate other = gate();
  InFlight first;
  EXPECT_EQ(ask(one, first), ErrorCode::none);
  {
    InFlight second;
    EXPECT_EQ(ask(other, second), ErrorCode::none);
    EXPECT_EQ(ask(one), ErrorCode::too_many_connections);
    EXPECT_EQ(ask(other), ErrorCode::too_many_connections);
  }
  EXPECT_EQ(ask(one), ErrorCode::none) << "one has ended";
  EXPECT_EQ(loads_->of("wiki")->in_flight(), 1u);
}

TEST_F(LoadGateTest, WhatIsInFlightStaysCountedOverAReload) {
  app_.limits.connections = 1;
  LoadGate worker = gate();
  InFlight first;
  EXPECT_EQ(ask(worker, first), ErrorCode::none);
  worker.apply(*model::Snapshot::make({app_}));
  EXPECT_EQ(ask(worker), ErrorCode::too_many_connections);
  first = InFlight();
  EXPECT_EQ(ask(worker), ErrorCode::none);
}

TEST_F(LoadGateTest, RequestsASecondAreCountedOverAllWorkersAndClients) {
  app_.limits.requests_per_second = 3;
  LoadGate one = gate();
  LoadGate other = gate();
  EXPECT_EQ(ask(one), ErrorCode::none);
  EXPECT_EQ(ask(other), ErrorCode::none);
  client_ = *core::Address::parse("192.0.2.2:1");
  EXPECT_EQ(ask(one), ErrorCode::none);
  EXPECT_EQ(ask(one), ErrorCode::too_many_requests);
  EXPECT_EQ(ask(other), ErrorCode::too_many_requests);
  now_us_ += 1'000'000;
  EXPECT_EQ(ask(other), ErrorCode::none);
}

TEST_F(LoadGateTest, AClientThatAsksTooFastTakesNoTurnOfTheOthers) {
  app_.limits.requests_per_second = 3;
  app_.limits.per_client = 1;
  LoadGate worker = gate();
  EXPECT_EQ(ask(worker), ErrorCode::none);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(worker), ErrorCode::too_many_requests);
  client_ = *core::Address::parse("192.0.2.2:1");
  EXPECT_EQ(ask(worker), ErrorCode::none);
}

TEST_F(LoadGateTest, EveryRefusalIsCountedByItsLimit) {
  app_.limits = {1024, 1, 1000, 2};
  LoadGate worker = gate();
  InFlight first;
  ask(worker, first);
  ask(worker);
  ask(worker);
  ask(worker, BodyLength::known(4096));
  const std::string shown = registry_.render();
  for (const char* limit : {"body", "connections", "per_client"}) {
    const std::string series =
        std::string("hawser_refused_total{app=\"wiki\",limit=\"") + limit + "\"} 1\n";
    EXPECT_NE(shown.find(series), std::string::npos) << series << shown;
  }
}

TEST(AppLoad, ManyThreadsNeverPassTheLimitTogether) {
  AppLoad load(1);
  std::atomic<int> passed{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10'000; ++k) {
        if (load.take_request(1'000'000, 500)) ++passed;
        if (load.enter(3)) {
          EXPECT_LE(load.in_flight(), 3u);
          load.leave();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 500);
  EXPECT_EQ(load.in_flight(), 0u);
}

}  // namespace
}  // namespace hawser::relay
