// SPDX-License-Identifier: Apache-2.0
#include "message/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace hawser::test {
namespace {

using message::ErrorCode;

std::vector<ErrorCode> all_codes() {
  return {
#define HAWSER_TEST_CODE(number, name, status, blame, title) ErrorCode::name,
      HAWSER_EXCHANGE_ERRORS(HAWSER_TEST_CODE)
#undef HAWSER_TEST_CODE
  };
}

TEST(ErrorCodes, TravelAsNumbersAndNames) {
  std::set<std::string_view> names;
  for (const ErrorCode code : all_codes()) {
    EXPECT_EQ(message::error_code_from(static_cast<uint32_t>(code)), code);
    EXPECT_EQ(message::error_code_from(message::name_of(code)), code);
    EXPECT_TRUE(names.insert(message::name_of(code)).second);
    EXPECT_FALSE(message::title_of(code).empty());
  }
}

TEST(ErrorCodes, FromANewerPeerAreInternal) {
  EXPECT_EQ(message::error_code_from(29), ErrorCode::internal);
  EXPECT_EQ(message::error_code_from(100'000), ErrorCode::internal);
  EXPECT_EQ(message::blame_from(9), message::Blame::engine);
  EXPECT_EQ(message::error_code_from("no_such_name"), ErrorCode::none);
}

TEST(ErrorCodes, HaveTheStatusOfTheirKind) {
  EXPECT_EQ(message::status_of(ErrorCode::no_such_host), 421);
  EXPECT_EQ(message::status_of(ErrorCode::no_such_path), 404);
  EXPECT_EQ(message::status_of(ErrorCode::no_connector), 503);
  EXPECT_EQ(message::status_of(ErrorCode::origin_refused), 502);
  EXPECT_EQ(message::status_of(ErrorCode::origin_first_byte_timeout), 504);
  EXPECT_EQ(message::status_of(ErrorCode::head_too_large), 431);
  EXPECT_EQ(message::status_of(ErrorCode::none), 500);
}

TEST(ErrorCodes, KeepTheirNumbers) {
  EXPECT_EQ(static_cast<int>(ErrorCode::bad_request), 2);
  EXPECT_EQ(static_cast<int>(ErrorCode::no_connector), 30);
  EXPECT_EQ(static_cast<int>(ErrorCode::origin_refused), 50);
  EXPECT_EQ(static_cast<int>(ErrorCode::origin_cut), 64);
}

TEST(ExchangeErrors, BlameWhoIsUsuallyAtFault) {
  const auto error = message::ExchangeError::of(ErrorCode::origin_refused, "ECONNREFUSED",
                                                message::Retry::origin_untouched);
  EXPECT_EQ(error.blame, message::Blame::origin);
  EXPECT_EQ(error.reason, "ECONNREFUSED");
  EXPECT_EQ(message::name_of(error.blame), "origin");
}

}  // namespace
}  // namespace hawser::test
