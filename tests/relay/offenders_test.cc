// SPDX-License-Identifier: Apache-2.0
#include "relay/offenders.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/loop.h"

namespace hawser::relay {
namespace {

using Arrival = Offenders::Arrival;

core::Address client(const std::string& ip) { return *core::Address::from_ip(ip, 4711); }

class OffendersTest : public testing::Test {
 protected:
  void advance(uint64_t ms) {
    clock_.advance_ms(ms);
    loop_.turn(false);
  }
  // One more connection from there; our client's end is kept open in `clients_`.
  Arrival connect(const std::string& ip) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    clients_.emplace_back(ends[0]);
    core::Fd fd(ends[1]);
    const Arrival arrival = offenders_.arrive(fd, client(ip));
    EXPECT_EQ(static_cast<bool>(fd), arrival == Arrival::free) << "whose the descriptor is";
    return arrival;
  }
  bool was_closed(const core::Fd& end) {
    char byte;
    return ::recv(end.get(), &byte, 1, MSG_DONTWAIT) == 0;
  }
  // Turns come up to the timers' resolution late.
  static constexpr uint64_t turn_ms = 200;
  static constexpr uint64_t late_ms = core::TimerWheel::resolution_ms;

  core::ManualClock clock_;
  core::Loop loop_{&clock_};
  std::vector<std::string> begun_;
  std::vector<core::Fd> clients_;
  Offenders offenders_{loop_, 5, 100, [this](core::Fd fd, const core::Address& peer) {
                         EXPECT_TRUE(fd);
                         begun_.push_back(peer.ip());
                       }};
};

TEST_F(OffendersTest, NobodyElseWaits) {
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free);
  EXPECT_TRUE(offenders_.note_cut(client("192.0.2.1")));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(connect("192.0.2.2"), Arrival::free);
  EXPECT_FALSE(offenders_.note_cut(client("192.0.2.1"))) << "told once";
}

TEST_F(OffendersTest, AnOffenderConnectsSoOftenASecond) {
  offenders_.note_cut(client("192.0.2.1"));
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(connect("192.0.2.1"), Arrival::delayed);
  advance(turn_ms - 1);
  EXPECT_EQ(begun_.size(), 0u);
  for (size_t turns = 1; turns <= 10; ++turns) {
    advance(turns == 1 ? 1 + late_ms : turn_ms);
    EXPECT_EQ(begun_.size(), turns);
  }
  EXPECT_EQ(offenders_.waiting(), 0u);
  EXPECT_EQ(connect("192.0.2.1"), Arrival::delayed) << "the last turn was just now";
  advance(turn_ms);
  advance(turn_ms);
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free);
}

TEST_F(OffendersTest, WaitingEndsWithTheOffence) {
  offenders_.note_cut(client("192.0.2.1"));
  advance(Offenders::memory_ms - 100);
  offenders_.note_cut(client("192.0.2.1"));
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free);
  advance(Offenders::memory_ms - 100);
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free) << "its own turn";
  for (int i = 0; i < 30; ++i) EXPECT_EQ(connect("192.0.2.1"), Arrival::delayed);
  advance(100 + late_ms);
  EXPECT_EQ(begun_.size(), 30u);
  EXPECT_EQ(offenders_.addresses(), 0u);
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free);
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free);
}

TEST_F(OffendersTest, Ipv6ClientsCountByTheirNetwork) {
  offenders_.note_cut(client("2001:db8::1"));
  EXPECT_EQ(connect("2001:db8::2"), Arrival::free);
  EXPECT_EQ(connect("2001:db8::ffff:3"), Arrival::delayed);
  EXPECT_EQ(connect("2001:db8:0:1::1"), Arrival::free);
  EXPECT_EQ(connect("2001:db8:0:1::1"), Arrival::free);
}

TEST_F(OffendersTest, SoManyOfAnAddressWaitAndNoMore) {
  offenders_.note_cut(client("192.0.2.1"));
  offenders_.note_cut(client("192.0.2.2"));
  connect("192.0.2.1");
  connect("192.0.2.2");
  for (size_t i = 0; i < Offenders::waiting_of_address_limit; ++i)
    EXPECT_EQ(connect("192.0.2.1"), Arrival::delayed);
  EXPECT_EQ(connect("192.0.2.1"), Arrival::refused);
  EXPECT_TRUE(was_closed(clients_.back()));
  for (size_t i = Offenders::waiting_of_address_limit; i < 100; ++i)
    EXPECT_EQ(connect("192.0.2.2"), Arrival::delayed);
  EXPECT_EQ(connect("192.0.2.2"), Arrival::refused) << "100 in all";
}

TEST_F(OffendersTest, WhoGoesLeavesPlaceAndTurn) {
  offenders_.note_cut(client("192.0.2.1"));
  connect("192.0.2.1");
  for (size_t i = 0; i < Offenders::waiting_of_address_limit; ++i) connect("192.0.2.1");
  clients_.clear();
  EXPECT_EQ(connect("192.0.2.1"), Arrival::delayed);
  EXPECT_EQ(offenders_.waiting(), 1u);
  advance(turn_ms + late_ms);
  EXPECT_EQ(begun_.size(), 1u);
}

TEST_F(OffendersTest, TheOldestIsForgottenWhereThereAreTooMany) {
  offenders_.note_cut(client("192.0.2.1"));
  offenders_.note_cut(client("192.0.2.2"));
  offenders_.note_cut(client("192.0.2.1"));
  connect("192.0.2.2");
  EXPECT_EQ(connect("192.0.2.2"), Arrival::delayed);
  for (size_t i = 1; i < Offenders::address_limit; ++i) {
    offenders_.note_cut(client("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)));
  }
  EXPECT_EQ(offenders_.addresses(), Offenders::address_limit);
  EXPECT_EQ(begun_, std::vector<std::string>{"192.0.2.2"}) << "nobody keeps it waiting any more";
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free);
  EXPECT_EQ(connect("192.0.2.1"), Arrival::delayed);
}

TEST_F(OffendersTest, SwitchedOffNobodyWaits) {
  offenders_.note_cut(client("192.0.2.1"));
  connect("192.0.2.1");
  EXPECT_EQ(connect("192.0.2.1"), Arrival::delayed);
  offenders_.set_rate(0);
  EXPECT_EQ(begun_.size(), 1u);
  EXPECT_FALSE(offenders_.note_cut(client("192.0.2.1")));
  EXPECT_EQ(connect("192.0.2.1"), Arrival::free);
}

TEST_F(OffendersTest, TheEndClosesWhoWaits) {
  offenders_.note_cut(client("192.0.2.1"));
  connect("192.0.2.1");
  EXPECT_EQ(connect("192.0.2.1"), Arrival::delayed);
  offenders_.close_waiting();
  EXPECT_TRUE(was_closed(clients_.back()));
  advance(Offenders::memory_ms + late_ms);
  EXPECT_TRUE(begun_.empty());
}

}  // namespace
}  // namespace hawser::relay
