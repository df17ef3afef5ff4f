// SPDX-License-Identifier: Apache-2.0
#include "relay/client_rates.h"

#include <gtest/gtest.h>

#include <string>

namespace hawser::relay {
namespace {

constexpr uint64_t second_us = 1'000'000;

core::Address client(const std::string& ip) { return *core::Address::from_ip(ip, 4711); }

TEST(TakeTurn, SoManyAtOnceAndThenSoManyASecond) {
  std::atomic<uint64_t> meter{0};
  const uint64_t now_ns = 5'000'000'000;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(take_turn(meter, now_ns, 4)) << i;
  EXPECT_FALSE(take_turn(meter, now_ns, 4));
  EXPECT_FALSE(take_turn(meter, now_ns + 249'999'999, 4));
  EXPECT_TRUE(take_turn(meter, now_ns + 250'000'000, 4));
  EXPECT_FALSE(take_turn(meter, now_ns + 250'000'000, 4)) << "what was refused takes no turn";
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(take_turn(meter, now_ns + 3'000'000'000, 4)) << i;
  EXPECT_FALSE(take_turn(meter, now_ns + 3'000'000'000, 4)) << "quiet times are not saved up";
}

TEST(ClientRates, EachClientAndEachAppHasItsOwn) {
  ClientRates rates;
  EXPECT_TRUE(rates.take_request(1, client("192.0.2.1"), second_us, 1));
  EXPECT_FALSE(rates.take_request(1, client("192.0.2.1"), second_us, 1));
  EXPECT_TRUE(rates.take_request(1, client("192.0.2.2"), second_us, 1));
  EXPECT_TRUE(rates.take_request(2, client("192.0.2.1"), second_us, 1));
  EXPECT_TRUE(rates.take_request(1, client("192.0.2.1"), 2 * second_us, 1));
}

TEST(ClientRates, AnotherPortIsTheSameClient) {
  ClientRates rates;
  EXPECT_TRUE(rates.take_request(1, *core::Address::parse("192.0.2.1:1"), second_us, 1));
  EXPECT_FALSE(rates.take_request(1, *core::Address::parse("192.0.2.1:2"), second_us, 1));
  EXPECT_FALSE(rates.take_request(1, client("::ffff:192.0.2.1"), second_us, 1));
}

TEST(ClientRates, Ipv6ClientsCountByTheirNetwork) {
  ClientRates rates;
  EXPECT_TRUE(rates.take_request(1, client("2001:db8::1"), second_us, 1));
  EXPECT_FALSE(rates.take_request(1, client("2001:db8::ffff:1"), second_us, 1));
  EXPECT_TRUE(rates.take_request(1, client("2001:db8:0:1::1"), second_us, 1));
}

// A crowd larger than the table costs no more memory; a client that keeps asking stays known.
TEST(ClientRates, ACrowdDoesNotFreeTheOneThatAsksTooFast) {
  ClientRates rates;
  uint64_t passed = 0;
  const uint64_t crowd = 3 * ClientRates::slots;
  for (uint64_t i = 0; i < crowd; ++i) {
    const uint64_t now_us = second_us + i * 10;  // all within two seconds
    const std::string ip = "10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) +
                           "." + std::to_string(i & 255);
    EXPECT_TRUE(rates.take_request(1, client(ip), now_us, 1));
    if (i % 64 == 0) passed += rates.take_request(1, client("192.0.2.1"), now_us, 20) ? 1 : 0;
  }
  EXPECT_LE(passed, 20 + 2 * 20 + 20);  // once more where it was forgotten
}

}  // namespace
}  // namespace hawser::relay
