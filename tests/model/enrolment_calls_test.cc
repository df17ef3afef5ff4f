// SPDX-License-Identifier: Apache-2.0
#include "model/enrolment_calls.h"

#include <gtest/gtest.h>

namespace hawser::model {
namespace {

TEST(EnrolmentCalls, EachBodyReadsWhatItWrites) {
  const AuthorityAnswer authority{"edge.example", {"pem 1", "pem 2"}};
  EXPECT_EQ(*decode_authority_answer(encode_authority_answer(authority)), authority);
  const EnrolRequest request{"hwt1.x", "request", "büro"};
  EXPECT_EQ(*decode_enrol_request(encode_enrol_request(request)), request);
  const EnrolAnswer answer{"id", "edge.example", "default", "inside", "leaf", "bundle", {"e:7443"}};
  EXPECT_EQ(*decode_enrol_answer(encode_enrol_answer(answer)), answer);
  const Problem problem{409, "token_used", "token used", "make a new one"};
  EXPECT_EQ(*decode_problem(encode_problem(problem)), problem);
}

TEST(EnrolmentCalls, MembersOfANewerVersionAreIgnored) {
  EXPECT_TRUE(decode_enrol_request(
                  R"({"token": "t", "certificate_request_pem": "r", "name": "n", "later": [1]})")
                  .ok());
}

TEST(EnrolmentCalls, MissingMembersAreNamed) {
  const auto request = decode_enrol_request(R"({"token": "t", "name": "n"})");
  ASSERT_FALSE(request.ok());
  EXPECT_NE(request.error().reason.find("certificate_request_pem"), std::string::npos);
  EXPECT_FALSE(decode_enrol_answer("{}").ok());
  EXPECT_FALSE(decode_authority_answer(R"({"trust_domain": "e", "authorities": "pem"})").ok());
  EXPECT_FALSE(decode_authority_answer(R"({"trust_domain": "e", "authorities": [1]})").ok());
  EXPECT_FALSE(decode_problem(R"({"status": 4000, "code": "x"})").ok());
}

TEST(EnrolmentCalls, BodiesAreBounded) {
  std::string text = R"({"token": "t", "certificate_request_pem": "r", "name": ")";
  text += std::string(enrolment_body_limit_bytes, 'n') + "\"}";
  EXPECT_FALSE(decode_enrol_request(text).ok());
}

}  // namespace
}  // namespace hawser::model
