// SPDX-License-Identifier: Apache-2.0
#include "http/connection_auth.h"

#include <gtest/gtest.h>

#include <vector>

namespace hawser::http {
namespace {

ConnectionChallenge challenge(const std::vector<std::string_view>& lines) {
  message::Fields fields;
  for (const std::string_view line : lines) fields.add("WWW-Authenticate", line);
  return connection_challenge_of(fields);
}
bool credentials(const std::vector<std::string_view>& lines) {
  message::Fields fields;
  for (const std::string_view line : lines) fields.add("authorization", line);
  return has_connection_credentials(fields);
}

TEST(ConnectionAuth, ASchemeAloneIsAnOffer) {
  EXPECT_EQ(challenge({"NTLM"}), ConnectionChallenge::offered);
  EXPECT_EQ(challenge({"negotiate"}), ConnectionChallenge::offered);
}

TEST(ConnectionAuth, ATokenIsSpoken) {
  EXPECT_EQ(challenge({"NTLM TlRMTVNTUAACAAAA"}), ConnectionChallenge::spoken);
  EXPECT_EQ(challenge({"nEgOtIaTe YII="}), ConnectionChallenge::spoken);
  EXPECT_EQ(challenge({"NTLM\tTlRM"}), ConnectionChallenge::spoken);
}

TEST(ConnectionAuth, EveryLineAndEveryElementCounts) {
  EXPECT_EQ(challenge({"Basic realm=\"x\"", "NTLM"}), ConnectionChallenge::offered);
  EXPECT_EQ(challenge({"Basic realm=\"a, b\", Negotiate"}), ConnectionChallenge::offered);
  EXPECT_EQ(challenge({"Negotiate", "NTLM TlRM=="}), ConnectionChallenge::spoken);
  EXPECT_EQ(challenge({"NTLM TlRM==, Negotiate"}), ConnectionChallenge::spoken);
  EXPECT_TRUE(credentials({"Basic YTpi", "NTLM TlRM"}));
  EXPECT_TRUE(credentials({"Basic YTpi, negotiate YII"}));
}

TEST(ConnectionAuth, OtherSchemesAndWhatOnlyLooksLikeOneAreNone) {
  for (const char* line : {"Basic realm=\"NTLM\"", "Basic realm=\"x, NTLM y\"", "NTLMv2 abc",
                           "Digest ntlm=1, negotiate=\"a\"", "Bearer NTLM", ""})
    EXPECT_EQ(challenge({line}), ConnectionChallenge::none) << line;
  EXPECT_EQ(challenge({}), ConnectionChallenge::none);
  EXPECT_FALSE(credentials({"Bearer Negotiate"}));
  EXPECT_FALSE(credentials({"Basic TlRM"}));
}

}  // namespace
}  // namespace hawser::http
