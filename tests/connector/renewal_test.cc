// SPDX-License-Identifier: Apache-2.0
#include "connector/renewal.h"

#include <gtest/gtest.h>

#include <optional>

#include "core/clock.h"
#include "forwarder_fixture.h"
#include "model/control_calls.h"
#include "support/temp_folder.h"
#include "support/test_authority.h"
#include "support/test_loop.h"
#include "tls/certificate.h"

namespace hawser::connector {
namespace {

constexpr char identity[] =
    "spiffe://edge.test/tenant/default/connector/2f1c0000-0000-4000-8000-000000000001";
constexpr uint64_t age_ms = Renewal::default_age_ms;

class RenewalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const tls::KeyPair first = authority.channel_peer(identity);  // an hour old
    credentials = {first.private_key_pem, first.certificate_chain_pem};
    ASSERT_TRUE(state.save_credentials(credentials));
    renewal = std::make_unique<Renewal>(
        loop, log.log(), state, identity, age_ms,
        [this](ControlRequest request, ControlCall::Done done) {
          requests.push_back(std::move(request));
          last_done = std::move(done);
        },
        [this](const Credentials& fresh, const std::string&) { renewed = fresh; });
    ASSERT_TRUE(renewal->watch(credentials.certificate_pem));
  }
  // The engine signs what was asked for.
  void answer(const std::string& uri = identity) {
    const auto asked = model::decode_renew_request(requests.back().body);
    ASSERT_TRUE(asked);
    const auto key = tls::check_signing_request_pem(asked->certificate_request_pem);
    ASSERT_TRUE(key);
    tls::IssuedFor subject = test::subject_valid_now("connector");
    subject.uri_san = uri;
    const auto issued =
        tls::issue_certificate_pem(authority.certificate_pem(), authority.key_pem(), *key, subject);
    ASSERT_TRUE(issued);
    last_done(ControlAnswer{200, model::encode_renew_answer({*issued, ""})});
  }
  void wait_ms(uint64_t ms) {
    clock.advance_ms(ms);
    test::settle(loop);
  }

  core::ManualClock clock{1'000'000, core::SystemClock::instance().wall_ms()};
  core::Loop loop{&clock};
  test::KeptLog log;
  test::TempFolder folder;
  test::TestAuthority authority;
  StateDir state = StateDir::create(folder / "state").value();
  Credentials credentials;
  std::vector<ControlRequest> requests;
  ControlCall::Done last_done;
  std::optional<Credentials> renewed;
  std::unique_ptr<Renewal> renewal;
};

TEST_F(RenewalTest, AYoungCertificateIsLeftAlone) {
  wait_ms(3'600'000);
  EXPECT_TRUE(requests.empty());
}

TEST_F(RenewalTest, AnOldCertificateIsReplacedTogetherWithItsKey) {
  for (int hours = 0; hours < 31 * 24 && requests.empty(); ++hours) wait_ms(3'600'000);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].target, "/v1/renew");
  answer();
  ASSERT_TRUE(renewed.has_value());
  const auto stored = state.load_credentials();
  ASSERT_TRUE(stored);
  EXPECT_NE(stored->private_key_pem, credentials.private_key_pem);
  EXPECT_TRUE(tls::check_key_pair(stored->certificate_pem, stored->private_key_pem));
}

TEST_F(RenewalTest, AnEngineMayAskForItAtAnyAge) {
  renewal->renew_now();
  wait_ms(20);
  ASSERT_EQ(requests.size(), 1u);
  answer();
  EXPECT_TRUE(renewed.has_value());
}

TEST_F(RenewalTest, AFailureIsTriedAgainLaterAndChangesNothing) {
  renewal->renew_now();
  wait_ms(20);
  ASSERT_EQ(requests.size(), 1u);
  last_done(message::ExchangeError::of(message::ErrorCode::link_lost, "gone"));
  wait_ms(20);
  EXPECT_EQ(requests.size(), 1u);
  wait_ms(Renewal::first_retry_ms + 20);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(state.load_credentials()->private_key_pem, credentials.private_key_pem);
  EXPECT_NE(requests[0].body, requests[1].body);  // each has a key of its own
}

TEST_F(RenewalTest, ACertificateForAnotherIsRefused) {
  renewal->renew_now();
  wait_ms(20);
  ASSERT_EQ(requests.size(), 1u);
  answer("spiffe://edge.test/tenant/default/connector/2f1c0000-0000-4000-8000-000000000002");
  EXPECT_FALSE(renewed.has_value());
  EXPECT_EQ(state.load_credentials()->private_key_pem, credentials.private_key_pem);
}

}  // namespace
}  // namespace hawser::connector
