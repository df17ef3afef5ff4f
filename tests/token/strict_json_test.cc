// SPDX-License-Identifier: Apache-2.0
#include "token/strict_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace hawser::token {
namespace {

constexpr size_t limit_bytes = 1024 * 1024;

std::string outcome(const std::string& text) {
  const auto object = parse_strict_object(text, limit_bytes);
  return object.ok() ? object->dump() : object.error().reason;
}

TEST(StrictJson, WhatIsReadIsWhatStandsThere) {
  const std::string text =
      R"({"a":[null,true,-1,1,1.5,"\u00e9",[],{}],"b":{"a":{"a":""}},"c":18446744073709551615})";
  EXPECT_EQ(outcome(text), nlohmann::json::parse(text).dump());
}

TEST(StrictJson, WhatIsNoObjectIsRefused) {
  for (const char* text : {"", "{", "{}x", "{\"a\":1e999}", "{\"a\":\"\xff\"}", "{\"a\":1,}", "{]"})
    EXPECT_EQ(outcome(text), "not JSON") << text;
  for (const char* text : {"[]", "1", "null", "\"{}\""})
    EXPECT_EQ(outcome(text), "not a JSON object") << text;
  EXPECT_EQ(outcome("{" + std::string(limit_bytes, ' ') + "}"), "longer than its limit");
}

TEST(StrictJson, ANameStandsOnceInItsObject) {
  constexpr const char* twice = "a name stands twice in one object";
  EXPECT_EQ(outcome(R"({"a":1,"a":1})"), twice);
  EXPECT_EQ(outcome(R"({"a":1,"\u0061":1})"), twice) << "however it is written";
  EXPECT_EQ(outcome(R"({"x":[{"a":{"b":1},"c":[{"b":1,"b":1}]}]})"), twice);
  EXPECT_EQ(outcome(R"({"a":{"a":1},"b":[{"a":1},{"a":1}]})"),
            R"({"a":{"a":1},"b":[{"a":1},{"a":1}]})");
}

TEST(StrictJson, DepthHasABound) {
  const auto deep = [](int lists) {
    return "{\"a\":" + std::string(static_cast<size_t>(lists), '[') +
           std::string(static_cast<size_t>(lists), ']') + "}";
  };
  EXPECT_EQ(outcome(deep(json_depth_limit - 1)), deep(json_depth_limit - 1));
  EXPECT_EQ(outcome(deep(json_depth_limit)), "nested too deep");
  EXPECT_EQ(outcome(deep(300'000)), "nested too deep");
}

}  // namespace
}  // namespace hawser::token
