// SPDX-License-Identifier: Apache-2.0
#include "model/enrolment_token.h"

#include <gtest/gtest.h>

namespace hawser::model {
namespace {

EnrolmentToken sample() {
  EnrolmentToken token;
  for (size_t i = 0; i < 32; ++i) {
    token.authority_pin[i] = static_cast<uint8_t>(i * 7);
    token.secret[i] = static_cast<uint8_t>(255 - i);
  }
  return token;
}

std::string reason(const std::string& text) {
  const auto token = EnrolmentToken::parse(text);
  return token.ok() ? "" : token.error().reason;
}

TEST(EnrolmentToken, ReadsWhatItWrites) {
  const std::string text = sample().to_string();
  EXPECT_EQ(text.size(), enrolment_token_chars);
  EXPECT_EQ(text.substr(0, 5), "hwt1.");
  const auto token = EnrolmentToken::parse(text);
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(*token, sample());
}

TEST(EnrolmentToken, ItsTextIsBase64UrlAsOthersHaveIt) {
  EnrolmentToken token;
  token.authority_pin.fill(0xfb);
  token.secret.fill(0xff);
  EXPECT_EQ(token.to_string(),
            "hwt1.-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v___"
            "_______________________________________w");
}

TEST(EnrolmentToken, WhiteSpaceAroundItIsLetThrough) {
  EXPECT_TRUE(EnrolmentToken::parse("  " + sample().to_string() + "\r\n").ok());
}

TEST(EnrolmentToken, ThePinAsHexIsThatOfACertificate) {
  EXPECT_EQ(sample().authority_pin_hex().substr(0, 8), "00070e15");
  EXPECT_EQ(sample().authority_pin_hex().size(), 64u);
}

TEST(EnrolmentToken, EveryOtherSpellingIsRefused) {
  const std::string text = sample().to_string();
  EXPECT_NE(reason("").find("empty"), std::string::npos);
  EXPECT_NE(reason("\n").find("empty"), std::string::npos);
  EXPECT_NE(reason("hwt2" + text.substr(4)).find("hwt1."), std::string::npos);
  EXPECT_NE(reason(text.substr(0, 60)).find("60 characters instead of 91"), std::string::npos);
  EXPECT_NE(reason(text + text).find("182 characters"), std::string::npos);
  std::string altered = text;
  altered[20] = '+';
  EXPECT_NE(reason(altered).find("altered"), std::string::npos);
  altered = text;
  altered.back() = altered.back() == 'B' ? 'C' : 'B';  // sets a bit that is left over
  EXPECT_NE(reason(altered).find("altered"), std::string::npos);
}

TEST(EnrolmentToken, ARefusalNeverRepeatsTheText) {
  const std::string text = sample().to_string();
  for (const std::string& bad : {text + "x", "x" + text, text.substr(0, 80)}) {
    EXPECT_EQ(reason(bad).find(text.substr(5, 20)), std::string::npos);
  }
}

}  // namespace
}  // namespace hawser::model
