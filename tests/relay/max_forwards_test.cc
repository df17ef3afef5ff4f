// SPDX-License-Identifier: Apache-2.0
#include "relay/max_forwards.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace hawser::relay {
namespace {

using message::FieldName;
using message::Method;

message::RequestHead head_of(Method method, std::initializer_list<std::string_view> values) {
  message::RequestHead head;
  head.method = method;
  for (const std::string_view value : values) head.fields.add(FieldName::max_forwards, value);
  return head;
}

TEST(MaxForwards, IsOneLessBehindUs) {
  for (const auto& [before, after] : {std::pair{"1", "0"},
                                      {"10", "9"},
                                      {"007", "6"},
                                      {"5000000", "1000000"},
                                      {"99999999999999999999", "1000000"}}) {
    message::RequestHead head = head_of(Method::trace, {before});
    EXPECT_EQ(count_hop(head), Hop::onward);
    EXPECT_EQ(head.fields.get(FieldName::max_forwards), after);
  }
}

TEST(MaxForwards, EndsHereAtZero) {
  for (const Method method : {Method::trace, Method::options}) {
    message::RequestHead head = head_of(method, {"00"});
    EXPECT_EQ(count_hop(head), Hop::last);
  }
}

TEST(MaxForwards, IsOneDecimalNumber) {
  for (const char* value : {"", "-1", "+1", "1.0", "0x1", "1 1", "1, 1", "one"}) {
    message::RequestHead head = head_of(Method::options, {value});
    EXPECT_EQ(count_hop(head), Hop::unclear) << value;
  }
  message::RequestHead twice = head_of(Method::options, {"1", "1"});
  EXPECT_EQ(count_hop(twice), Hop::unclear);
}

TEST(MaxForwards, MeansNothingElsewhere) {
  message::RequestHead none = head_of(Method::options, {});
  EXPECT_EQ(count_hop(none), Hop::onward);
  message::RequestHead get = head_of(Method::get, {"0"});
  EXPECT_EQ(count_hop(get), Hop::onward);
  EXPECT_EQ(get.fields.get(FieldName::max_forwards), "0");
}

}  // namespace
}  // namespace hawser::relay
