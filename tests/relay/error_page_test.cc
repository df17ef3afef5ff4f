// SPDX-License-Identifier: Apache-2.0
#include "relay/error_page.h"

#include <gtest/gtest.h>

namespace hawser::relay {
namespace {

using message::ErrorCode;
using message::ExchangeError;
using message::FieldName;

constexpr std::string_view id = "01a21419-3718-713c-a1cf-bb1e2528c2f0";

TEST(ErrorPage, BrowsersGetAPageThatNamesReasonAndRequest) {
  const auto page =
      make_error_page(ExchangeError::of(ErrorCode::origin_refused), id, "text/html,*/*;q=0.8");
  EXPECT_EQ(page.head.status, 502);
  EXPECT_EQ(page.head.fields.get(FieldName::content_type), "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("origin_refused"), std::string::npos);
  EXPECT_NE(page.body.find(id), std::string::npos);
}

TEST(ErrorPage, EverythingElseGetsAProblemDocument) {
  const auto page = make_error_page(ExchangeError::of(ErrorCode::no_such_host), id, "*/*");
  EXPECT_EQ(page.head.status, 421);
  EXPECT_EQ(page.head.fields.get(FieldName::content_type), "application/problem+json");
  EXPECT_NE(page.body.find("\"reason\":\"no_such_host\""), std::string::npos);
}

TEST(ErrorPage, TheReasonsWordsStayInTheLog) {
  const auto error = ExchangeError::of(ErrorCode::origin_refused, "connect 10.1.2.3:80: refused");
  for (const char* accept : {"text/html", ""}) {
    EXPECT_EQ(make_error_page(error, id, accept).body.find("10.1.2.3"), std::string::npos);
  }
}

TEST(ErrorPage, WhoHasToWaitIsToldHowLong) {
  for (const ErrorCode code :
       {ErrorCode::no_connector, ErrorCode::queue_full, ErrorCode::queue_timeout,
        ErrorCode::budget_exhausted, ErrorCode::draining}) {
    const auto page = make_error_page(ExchangeError::of(code), id, "");
    EXPECT_EQ(page.head.status, 503);
    EXPECT_TRUE(page.head.fields.has(FieldName::retry_after)) << message::name_of(code);
  }
}

TEST(ErrorPage, TheLengthIsThatOfTheBody) {
  const auto page = make_error_page(ExchangeError::of(ErrorCode::internal), id, "");
  EXPECT_EQ(page.head.body_length, message::BodyLength::known(page.body.size()));
}

}  // namespace
}  // namespace hawser::relay
