// SPDX-License-Identifier: Apache-2.0
#include "connector/channel_plan.h"

#include <gtest/gtest.h>

#include <set>

namespace hawser::connector {
namespace {

core::Address address(const std::string& text) { return core::Address::parse(text).value(); }

constexpr char name[] = "edge.example:7443";

class ChannelPlanTest : public ::testing::Test {
 protected:
  // Without jitter: every wait is as long as it may be.
  ChannelPlan plan{2, [] { return UINT64_MAX; }};
  uint64_t now_ms = 1000;

  void resolve(const std::vector<std::string>& addresses, const std::string& target = name) {
    std::vector<core::Address> parsed;
    for (const std::string& text : addresses) parsed.push_back(address(text));
    plan.set_addresses(target, parsed, now_ms);
  }
  std::vector<DialOrder> due(const std::string& target = name) {
    return plan.take_due(target, now_ms);
  }
  ChannelPlan::Verdict up(uint64_t channel, uint32_t worker, uint32_t wanted = 4,
                          const std::string& engine = "e1") {
    return plan.established(channel, engine, worker, 2, wanted, now_ms);
  }
};

TEST_F(ChannelPlanTest, ANameIsResolvedBeforeAnythingIsDialled) {
  plan.set_targets({name}, now_ms);
  EXPECT_EQ(plan.due_targets(now_ms), std::vector<std::string>{name});
  EXPECT_TRUE(due().empty());
}

TEST_F(ChannelPlanTest, EveryAddressIsDialledOnce) {
  plan.set_targets({name}, now_ms);
  resolve({"192.0.2.1:7443", "[2001:db8::1]:7443"});
  EXPECT_EQ(due().size(), 2u);
  EXPECT_TRUE(due().empty());
}

TEST_F(ChannelPlanTest, AnEngineGetsTheChannelsThatItWantsSpreadOverBothSides) {
  plan.set_targets({name}, now_ms);
  resolve({"192.0.2.1:7443"});
  const auto first = due();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].engine_worker_wanted, -1);
  EXPECT_EQ(up(first[0].channel, 0), ChannelPlan::Verdict::keep);
  const auto rest = due();
  ASSERT_EQ(rest.size(), 3u);
  std::multiset<size_t> ours{first[0].worker};
  std::multiset<int32_t> theirs{0};
  for (const DialOrder& order : rest) {
    ours.insert(order.worker);
    theirs.insert(order.engine_worker_wanted);
  }
  EXPECT_EQ(ours, (std::multiset<size_t>{0, 0, 1, 1}));
  EXPECT_EQ(theirs, (std::multiset<int32_t>{0, 0, 1, 1}));
}

TEST_F(ChannelPlanTest, TwoAddressesOfOneEngineDoNotDoubleItsChannels) {
  plan.set_targets({name}, now_ms);
  resolve({"192.0.2.1:7443", "192.0.2.2:7443"});
  const auto orders = due();
  ASSERT_EQ(orders.size(), 2u);
  EXPECT_EQ(up(orders[0].channel, 0, 1), ChannelPlan::Verdict::keep);
  EXPECT_EQ(up(orders[1].channel, 1, 1), ChannelPlan::Verdict::surplus);
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(plan.established_channels(), 1u);
}

TEST_F(ChannelPlanTest, ALostChannelIsDialledAgainAfterAWaitThatGrowsTo15Seconds) {
  plan.set_targets({name}, now_ms);
  resolve({"192.0.2.1:7443"});
  std::vector<uint64_t> waits;
  for (int i = 0; i < 10; ++i) {
    const auto orders = due();
    ASSERT_EQ(orders.size(), 1u);
    plan.lost(orders[0].channel, now_ms);
    ASSERT_TRUE(plan.next_due_ms().has_value());
    waits.push_back(*plan.next_due_ms() - now_ms);
    EXPECT_TRUE(due().empty());
    now_ms = *plan.next_due_ms();
    EXPECT_EQ(plan.due_targets(now_ms), std::vector<std::string>{name});
  }
  EXPECT_LE(waits.front(), 100u);
  for (const uint64_t wait : waits) EXPECT_LE(wait, 15'000u);
}

TEST_F(ChannelPlanTest, AChannelThatLivedLongIsDialledSoonAgain) {
  plan.set_targets({name}, now_ms);
  resolve({"192.0.2.1:7443"});
  uint64_t channel = 0;
  for (int i = 0; i < 8; ++i) {
    channel = due().at(0).channel;
    plan.lost(channel, now_ms);
    now_ms = *plan.next_due_ms();
  }
  channel = due().at(0).channel;
  up(channel, 0, 1);
  now_ms += backoff_forgets_after_ms;
  plan.lost(channel, now_ms);
  EXPECT_LE(*plan.next_due_ms() - now_ms, backoff_first_ms);
}

TEST_F(ChannelPlanTest, ALostChannelTriesTheEnginesNextAddress) {
  plan.set_targets({name}, now_ms);
  resolve({"192.0.2.1:7443", "192.0.2.2:7443"});
  for (const DialOrder& order : due()) up(order.channel, 0, 2);
  // While the second address was unknown, a third channel seemed to be needed.
  for (const DialOrder& order : due())
    EXPECT_EQ(up(order.channel, 0, 2), ChannelPlan::Verdict::surplus);
  plan.lost(1, now_ms);
  now_ms += backoff_limit_ms;
  const auto orders = due();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].address.to_string(), "192.0.2.2:7443");
}

TEST_F(ChannelPlanTest, AnAddressThatTheNameLostIsForgottenWithItsLastChannel) {
  plan.set_targets({name}, now_ms);
  resolve({"192.0.2.1:7443"});
  const uint64_t channel = due().at(0).channel;
  up(channel, 0, 1);
  resolve({"192.0.2.9:7443"});
  const auto orders = due();
  ASSERT_EQ(orders.size(), 1u);
  EXPECT_EQ(orders[0].address.to_string(), "192.0.2.9:7443");
  EXPECT_EQ(plan.established_channels(), 1u);
  plan.lost(channel, now_ms);
  now_ms += backoff_limit_ms;
  EXPECT_TRUE(due().empty());
}

TEST_F(ChannelPlanTest, ATargetThatIsNoLongerNamedIsForgotten) {
  plan.set_targets({name, "other.example:7443"}, now_ms);
  resolve({"192.0.2.1:7443"});
  resolve({"192.0.2.2:7443"}, "other.example:7443");
  plan.set_targets({name}, now_ms);
  EXPECT_TRUE(due("other.example:7443").empty());
  EXPECT_FALSE(plan.knows("other.example:7443"));
  EXPECT_EQ(due().size(), 1u);
}

TEST_F(ChannelPlanTest, ANameThatDoesNotResolveIsAskedForAgainLater) {
  plan.set_targets({name}, now_ms);
  plan.resolve_failed(name, now_ms);
  EXPECT_TRUE(plan.due_targets(now_ms).empty());
  ASSERT_TRUE(plan.next_due_ms().has_value());
  EXPECT_EQ(plan.due_targets(*plan.next_due_ms()), std::vector<std::string>{name});
}

TEST_F(ChannelPlanTest, WhatAnEngineAsksForIsBounded) {
  plan.set_targets({name}, now_ms);
  resolve({"192.0.2.1:7443"});
  plan.established(due().at(0).channel, "e1", 0, UINT32_MAX, UINT32_MAX, now_ms);
  EXPECT_LE(due().size(), ChannelPlan::channels_limit);
}

}  // namespace
}  // namespace hawser::connector
