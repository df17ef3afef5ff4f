// SPDX-License-Identifier: Apache-2.0
#include "model/quantity.h"

#include <gtest/gtest.h>

namespace hawser::model {
namespace {

TEST(Duration, IsOneNumberAndOneUnit) {
  EXPECT_EQ(parse_duration_ms("300ms").value(), 300u);
  EXPECT_EQ(parse_duration_ms("10s").value(), 10'000u);
  EXPECT_EQ(parse_duration_ms("5m").value(), 300'000u);
  EXPECT_EQ(parse_duration_ms("1h").value(), 3'600'000u);
  EXPECT_EQ(parse_duration_ms("60d").value(), 5'184'000'000u);
}

TEST(Duration, AnythingElseIsRefusedWithAdvice) {
  const auto advice = [](const char* text) { return parse_duration_ms(text).error().reason; };
  EXPECT_EQ(advice("10"), "add a unit: ms, s, m, h or d");
  EXPECT_EQ(advice("10 s"), "write `10s`");
  EXPECT_EQ(advice("10S"), "write `10s`");
  EXPECT_EQ(advice("5min"), "write `5m`");
  EXPECT_EQ(advice("2 hours"), "write `2h`");
  EXPECT_EQ(advice("1.5h"), "use a whole number and a smaller unit");
  EXPECT_EQ(advice("1h30m"), "use one number and one unit: ms, s, m, h or d");
  EXPECT_EQ(advice("-1s"), "begin with a whole number, then one of ms, s, m, h or d");
  EXPECT_EQ(advice(""), "begin with a whole number, then one of ms, s, m, h or d");
  EXPECT_EQ(advice("99999999999999999999s"), "the number is too large");
  EXPECT_EQ(advice("18446744073709551615d"), "the number is too large");
}

TEST(Size, IsOneNumberAndOneUnit) {
  EXPECT_EQ(parse_size_bytes("64K").value(), 65'536u);
  EXPECT_EQ(parse_size_bytes("512M").value(), 536'870'912u);
  EXPECT_EQ(parse_size_bytes("1G").value(), 1'073'741'824u);
  EXPECT_EQ(parse_size_bytes("64k").error().reason, "write `64K`");
  EXPECT_EQ(parse_size_bytes("64 KiB").error().reason, "write `64K`");
  EXPECT_EQ(parse_size_bytes("65536").error().reason, "add a unit: K, M, G or T");
  EXPECT_FALSE(parse_size_bytes("17179869184G").ok());
}

TEST(Quantity, IsWrittenInTheLargestUnitThatFits) {
  EXPECT_EQ(format_duration(90'000), "90s");
  EXPECT_EQ(format_duration(3'600'000), "1h");
  EXPECT_EQ(format_duration(1'500), "1500ms");
  EXPECT_EQ(format_duration(0), "0ms");
  EXPECT_EQ(format_size(536'870'912), "512M");
  EXPECT_EQ(format_size(1000), "1000 bytes");
}

}  // namespace
}  // namespace hawser::model
