// SPDX-License-Identifier: Apache-2.0
#include "connector/dialer.h"

#include <gtest/gtest.h>

#include "core/clock.h"
#include "core/dns.h"
#include "core/entropy.h"
#include "forwarder_fixture.h"
#include "support/test_loop.h"

namespace hawser::connector {
namespace {

class DialerTest : public ::testing::Test {
 protected:
  void name_is(const std::vector<std::string>& ips) {
    std::vector<core::Address> addresses;
    addresses.reserve(ips.size());
    for (const std::string& ip : ips) addresses.push_back(core::Address::from_ip(ip, 0).value());
    loop.resolver().override_name("edge.test", addresses);
  }
  void name_is_unknown() {
    loop.resolver().override_name(
        "edge.test", core::DnsError{core::DnsError::Kind::not_found, "edge.test is not known"});
  }
  bool dialled(size_t count) {
    return test::run_until(loop, [&] {
      clock.advance_ms(100);
      return orders.size() >= count;
    });
  }
  void up(const DialOrder& order, const std::string& engine, uint32_t wanted = 1,
          std::vector<std::string> others = {}) {
    channel::Welcome welcome;
    welcome.engine_id = engine;
    welcome.channels_wanted = wanted;
    welcome.engine_addresses = std::move(others);
    dialer.established(order.channel, order.worker, welcome);
  }

  core::ManualClock clock;
  core::SeededEntropy entropy{test::test_seed()};
  core::Loop loop{&clock, &entropy};
  test::KeptLog log;
  std::vector<DialOrder> orders;
  std::vector<uint64_t> retired;
  Dialer dialer{loop, log.log(), 2, [this](const DialOrder& order) { orders.push_back(order); },
                [this](size_t, uint64_t channel) { retired.push_back(channel); }};
};

TEST_F(DialerTest, EveryAddressOfTheNameIsDialledAtItsPort) {
  name_is({"192.0.2.1", "2001:db8::1"});
  dialer.set_targets({"edge.test:7443"});
  ASSERT_TRUE(dialled(2));
  EXPECT_EQ(orders[0].address.to_string(), "192.0.2.1:7443");
  EXPECT_EQ(orders[1].address.to_string(), "[2001:db8::1]:7443");
}

TEST_F(DialerTest, TheNameIsAskedForAnewBeforeEachRedial) {
  name_is({"192.0.2.1"});
  dialer.set_targets({"edge.test:7443"});
  ASSERT_TRUE(dialled(1));
  name_is({"192.0.2.2"});
  dialer.lost(orders[0].channel);
  ASSERT_TRUE(dialled(2));
  EXPECT_EQ(orders[1].address.to_string(), "192.0.2.2:7443");
}

TEST_F(DialerTest, ItGoesOnForEver) {
  name_is({"192.0.2.1"});
  dialer.set_targets({"edge.test:7443"});
  for (size_t attempt = 1; attempt <= 40; ++attempt) {
    ASSERT_TRUE(dialled(attempt));
    dialer.lost(orders.back().channel);
    clock.advance_ms(backoff_limit_ms);
  }
}

TEST_F(DialerTest, ANameThatAppearsLaterIsDialledThen) {
  name_is_unknown();
  dialer.set_targets({"edge.test:7443"});
  ASSERT_TRUE(test::run_until(loop, [&] { return !log.text().empty(); }));
  EXPECT_TRUE(orders.empty());
  name_is({"192.0.2.1"});
  EXPECT_TRUE(dialled(1));
}

TEST_F(DialerTest, EnginesThatAWelcomeNamesAreDialledToo) {
  name_is({"192.0.2.1"});
  dialer.set_targets({"edge.test:7443"});
  ASSERT_TRUE(dialled(1));
  up(orders[0], "e1", 1, {"192.0.2.7:7443", "not an address"});
  ASSERT_TRUE(dialled(2));
  EXPECT_EQ(orders[1].address.to_string(), "192.0.2.7:7443");
}

TEST_F(DialerTest, AnAddressAddedToTheNameIsFoundWithoutALoss) {
  name_is({"192.0.2.1"});
  dialer.set_targets({"edge.test:7443"});
  ASSERT_TRUE(dialled(1));
  up(orders[0], "e1");
  name_is({"192.0.2.1", "192.0.2.2"});
  clock.advance_ms(Dialer::resolve_again_ms);
  ASSERT_TRUE(dialled(2));
  EXPECT_EQ(orders[1].address.to_string(), "192.0.2.2:7443");
}

TEST_F(DialerTest, ASurplusChannelIsRetired) {
  name_is({"192.0.2.1", "192.0.2.2"});
  dialer.set_targets({"edge.test:7443"});
  ASSERT_TRUE(dialled(2));
  up(orders[0], "e1");
  up(orders[1], "e1");
  EXPECT_EQ(retired, std::vector<uint64_t>{orders[1].channel});
  EXPECT_EQ(dialer.established_channels(), 1u);
}

}  // namespace
}  // namespace hawser::connector
