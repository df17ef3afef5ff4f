// SPDX-License-Identifier: Apache-2.0
#include "control/authority.h"

#include "control_fixture.h"
#include "model/identity.h"

namespace hawser::control {
namespace {

using model::day_ms;

class AuthorityTest : public ControlFixture {
 protected:
  static std::string pin_hex(const Authority& authority) {
    return model::EnrolmentToken{authority.pin(), {}}.authority_pin_hex();
  }
  std::string add() {
    Caught<Outcome<std::string>> pin;
    authority_->add(now_ms(), pin.done());
    return pin->ok() ? **pin : "(" + pin->error().code + ")";
  }
  std::string sign_with(const std::string& pin) {
    Caught<Outcome<void>> done;
    authority_->sign_with(pin, done.done());
    return done->ok() ? "" : done->error().code;
  }
  std::string retire(const std::string& pin) {
    Caught<Outcome<void>> done;
    authority_->retire(pin, done.done());
    return done->ok() ? "" : done->error().code;
  }
};

TEST_F(AuthorityTest, IsMadeOnceAndKept) {
  const auto again = open_authority();
  EXPECT_EQ(again->pin(), authority_->pin());
  EXPECT_EQ(again->bundle_pem(), authority_->bundle_pem());
}

TEST_F(AuthorityTest, ThePinIsTheHashOfItsPublicKey) {
  EXPECT_EQ(tls::read_certificate_pem(authority_->certificates().front())->public_key_sha256_hex,
            pin_hex(*authority_));
}

TEST_F(AuthorityTest, AnotherTrustDomainIsRefused) {
  Caught<Outcome<std::unique_ptr<Authority>>> caught;
  Authority::open(*store_, "other.example", now_ms(), caught.done());
  ASSERT_FALSE(caught->ok());
  EXPECT_NE(caught->error().detail.find("edge.example"), std::string::npos);
}

TEST_F(AuthorityTest, ADamagedRecordIsAnErrorAndNoNewAuthority) {
  const uint64_t revision = (*store_->get("authorities"))->revision;
  ASSERT_TRUE(
      put("authorities", R"({"trust_domain": "edge.example", "authorities": []})", revision).ok());
  Caught<Outcome<std::unique_ptr<Authority>>> caught;
  Authority::open(*store_, trust_domain, now_ms(), caught.done());
  EXPECT_FALSE(caught->ok());
}

TEST_F(AuthorityTest, AnEngineGetsANewKeyAndItsNameForSixtyDays) {
  const model::Uuid engine = random_uuid();
  const auto first = authority_->issue_engine_certificate(engine, now_ms());
  const auto second = authority_->issue_engine_certificate(engine, now_ms());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->private_key_pem, second->private_key_pem);
  EXPECT_TRUE(tls::check_key_pair(first->certificate_chain_pem, first->private_key_pem).ok());
  const auto facts = tls::read_certificate_pem(first->certificate_chain_pem);
  EXPECT_EQ(facts->uri_san, "spiffe://edge.example/engine/" + engine.to_string());
  EXPECT_EQ(facts->not_after_ms / 1000, (now_ms() + 60 * day_ms) / 1000);
  EXPECT_LT(facts->not_before_ms, now_ms());
  EXPECT_TRUE(facts->dns_sans.empty());
}

TEST_F(AuthorityTest, NothingIsSignedBeyondTheAuthoritysOwnEnd) {
  clock_.set_wall_ms(authority_->signing_not_after_ms() - day_ms);
  const auto near = authority_->issue_engine_certificate(random_uuid(), now_ms());
  ASSERT_TRUE(near.ok());
  EXPECT_LE(tls::read_certificate_pem(near->certificate_chain_pem)->not_after_ms,
            authority_->signing_not_after_ms());
  clock_.set_wall_ms(authority_->signing_not_after_ms());
  EXPECT_FALSE(authority_->issue_engine_certificate(random_uuid(), now_ms()).ok());
}

TEST_F(AuthorityTest, ANewOneIsTrustedThenSignsThenTheOldOneGoes) {
  const std::string old_pin = pin_hex(*authority_);
  const std::string new_pin = add();
  EXPECT_EQ(authority_->certificates().size(), 2u);
  EXPECT_EQ(pin_hex(*authority_), old_pin);
  EXPECT_EQ(retire(old_pin), "authority_signs");
  EXPECT_EQ(sign_with(new_pin), "");
  EXPECT_EQ(pin_hex(*authority_), new_pin);
  EXPECT_EQ(authority_->certificates().size(), 2u);
  EXPECT_EQ(retire(old_pin), "");
  EXPECT_EQ(authority_->certificates().size(), 1u);
  EXPECT_EQ(pin_hex(*open_authority()), new_pin);
}

TEST_F(AuthorityTest, WhatIsNotTrustedCannotSign) {
  EXPECT_EQ(sign_with(std::string(64, '0')), "authority_unknown");
  EXPECT_EQ(retire(std::string(64, '0')), "authority_unknown");
}

TEST_F(AuthorityTest, AtMostFourAreTrusted) {
  EXPECT_EQ(add().size(), 64u);
  EXPECT_EQ(add().size(), 64u);
  EXPECT_EQ(add().size(), 64u);
  EXPECT_EQ(add(), "(authority_limit)");
}

TEST_F(AuthorityTest, OfTwoChangesAtOnceOneIsRefused) {
  const auto other = open_authority();
  EXPECT_EQ(add().size(), 64u);
  Caught<Outcome<std::string>> late;
  other->add(now_ms(), late.done());
  ASSERT_FALSE(late->ok());
  EXPECT_EQ(late->error().code, "changed_meanwhile");
}

}  // namespace
}  // namespace hawser::control
