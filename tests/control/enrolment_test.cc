// SPDX-License-Identifier: Apache-2.0
#include "control/enrolment.h"

#include <atomic>
#include <thread>

#include "control_fixture.h"
#include "model/identity.h"

namespace hawser::control {
namespace {

using model::day_ms;

using EnrolmentTest = ControlFixture;

TEST_F(EnrolmentTest, ATokenBecomesAConnectorOfItsGroup) {
  const Enrolled connector = enrolled("inside");
  const auto facts = tls::read_certificate_pem(connector.answer.certificate_pem);
  EXPECT_EQ(facts->uri_san,
            "spiffe://edge.example/tenant/default/connector/" + connector.answer.connector_id);
  EXPECT_EQ(facts->not_after_ms / 1000, (now_ms() + 60 * day_ms) / 1000);
  EXPECT_EQ(connector.answer.group, "inside");
  EXPECT_EQ(connector.answer.trust_domain, "edge.example");
  EXPECT_EQ(connector.answer.authorities_pem, authority_->bundle_pem());
  EXPECT_EQ(connector.answer.engines, std::vector<std::string>{"edge.example:7443"});
  EXPECT_TRUE(tls::check_key_pair(connector.answer.certificate_pem, connector.key_pem).ok());
  EXPECT_EQ(refusal_at_door(connector.id, connector.certificate_sha256_hex), "");
}

TEST_F(EnrolmentTest, TheRegistryShowsWhoEnrolled) {
  ASSERT_EQ(enrol(make_token("inside").text, new_key(), "büro-1").status, 201);
  const auto records = registry_.list();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ(records->front().name, "büro-1");
  EXPECT_EQ(records->front().group, "inside");
  EXPECT_EQ(records->front().created_ms, now_ms());
}

TEST_F(EnrolmentTest, TellsOfEachNewConnector) {
  std::vector<model::Uuid> told;
  enrolment_.on_enrolled = [&](const ConnectorRecord& record) { told.push_back(record.id); };
  const Enrolled connector = enrolled();
  EXPECT_EQ(told, std::vector<model::Uuid>{connector.id});
}

TEST_F(EnrolmentTest, TheAuthorityIsShownToWhoeverAsks) {
  const Answer answer = enrolment_.authority();
  EXPECT_EQ(answer.status, 200);
  const auto shown = model::decode_authority_answer(answer.body);
  EXPECT_EQ(shown->trust_domain, "edge.example");
  EXPECT_EQ(shown->authorities, authority_->certificates());
}

TEST_F(EnrolmentTest, ATokenIsGoodOnce) {
  const std::string text = make_token().text;
  ASSERT_EQ(enrol(text).status, 201);
  const Answer again = enrol(text);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(code_of(again), "token_used");
  EXPECT_EQ(registry_.list()->size(), 1u);
}

TEST_F(EnrolmentTest, AnExpiredTokenIsRefused) {
  const std::string text = make_token().text;
  clock_.advance_ms(hour_ms);
  const Answer answer = enrol(text);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(code_of(answer), "token_expired");
}

TEST_F(EnrolmentTest, ARefusalNeverRepeatsTheToken) {
  const std::string text = make_token().text;
  ASSERT_EQ(enrol(text).status, 201);
  EXPECT_EQ(enrol(text).body.find(text.substr(5, 40)), std::string::npos);
  const Answer malformed = enrol(text + "x");
  EXPECT_EQ(code_of(malformed), "bad_token");
  EXPECT_EQ(malformed.body.find(text.substr(5, 40)), std::string::npos);
}

TEST_F(EnrolmentTest, ARefusedRequestLeavesTheTokenGood) {
  const std::string text = make_token().text;
  EXPECT_EQ(code_of(enrol(text, new_key(), "")), "bad_name");
  EXPECT_EQ(code_of(enrol_body(model::encode_enrol_request({text, "no request", "host"}))),
            "bad_certificate_request");
  EXPECT_EQ(enrol(text).status, 201);
}

TEST_F(EnrolmentTest, BadBodiesAreNamed) {
  for (const char* body : {"", "{", "[]", "null", "{\"token\": 7}", "{\"token\": \"hwt1.x\"}",
                           "{\"token\":\"\xff\"}", "{} {}"}) {
    const Answer answer = enrol_body(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(code_of(answer), "bad_json") << body;
  }
}

TEST_F(EnrolmentTest, ADeeplyNestedBodyIsOnlyBadJson) {
  EXPECT_EQ(code_of(enrol_body(std::string(60000, '['))), "bad_json");
}

TEST_F(EnrolmentTest, AnOversizeBodyIsRefusedUnread) {
  const Answer answer = enrol_body(std::string(model::enrolment_body_limit_bytes + 1, ' '));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(code_of(answer), "body_too_large");
}

TEST_F(EnrolmentTest, ANameWithControlCharactersIsRefused) {
  const std::string text = make_token().text;
  for (const char* name : {"a\nb", "\x1b[31mred", "a\x7f", "a\xc2\x9b", ""}) {
    EXPECT_EQ(code_of(enrol(text, new_key(), name)), "bad_name");
  }
  EXPECT_EQ(code_of(enrol(text, new_key(), std::string(256, 'n'))), "bad_name");
}

TEST_F(EnrolmentTest, OfTwoEnrolmentsWithOneTokenAtOnceOneWins) {
  const std::string text = make_token().text;
  std::atomic<int> ready{0};
  std::atomic<int> created{0};
  std::atomic<int> used{0};
  auto apply = [&] {
    core::Loop loop(&clock_);
    auto store = SqliteStore::open(loop, store_path(), {1 << 28, 10'000}).value();
    Caught<Outcome<std::unique_ptr<Authority>>> authority;
    Authority::open(*store, trust_domain, now_ms(), authority.done());
    Tokens tokens(*store, ***authority);
    ConnectorRegistry registry(*store);
    Enrolment enrolment(*store, ***authority, tokens, registry, {});
    const auto body = model::encode_enrol_request({text, request_of(new_key()), "host"});
    ++ready;
    while (ready < 2) std::this_thread::yield();
    enrolment.enrol(body, now_ms(), [&](const Answer& answer) {
      if (answer.status == 201) ++created;
      if (code_of(answer) == "token_used") ++used;
    });
  };
  std::thread a(apply);
  std::thread b(apply);
  a.join();
  b.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(used, 1);
  EXPECT_EQ(registry_.list()->size(), 1u);
}

// --- renewal

TEST_F(EnrolmentTest, ARenewalGivesTheSameConnectorANewCertificate) {
  const Enrolled connector = enrolled();
  clock_.advance_ms(31 * day_ms);
  const std::string key = new_key();
  const Answer answer = renew(connector, key);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto renewed = model::decode_renew_answer(answer.body);
  const auto facts = tls::read_certificate_pem(renewed->certificate_pem);
  EXPECT_EQ(*model::parse_connector_uri(facts->uri_san, trust_domain),
            (model::ConnectorIdentity{"default", connector.id}));
  EXPECT_EQ(facts->not_after_ms / 1000, (now_ms() + 60 * day_ms) / 1000);
  EXPECT_EQ(renewed->authorities_pem, authority_->bundle_pem());
  EXPECT_TRUE(tls::check_key_pair(renewed->certificate_pem, key).ok());
}

TEST_F(EnrolmentTest, TheOldCertificateIsRefusedADayAfterTheNewOneWasSeen) {
  Enrolled connector = enrolled();
  const std::string old = connector.certificate_sha256_hex;
  ASSERT_EQ(refusal_at_door(connector.id, old), "");
  const auto renewed = model::decode_renew_answer(renew(connector).body);
  const std::string fresh = tls::read_certificate_pem(renewed->certificate_pem)->sha256_hex;
  clock_.advance_ms(5 * day_ms);  // the answer may have been lost: nobody is locked out
  EXPECT_EQ(refusal_at_door(connector.id, old), "");
  EXPECT_EQ(refusal_at_door(connector.id, fresh), "");
  clock_.advance_ms(day_ms - 1);
  EXPECT_EQ(refusal_at_door(connector.id, old), "");
  clock_.advance_ms(1);
  EXPECT_EQ(refusal_at_door(connector.id, old), "certificate_replaced");
  EXPECT_EQ(code_of(renew(connector)), "certificate_replaced");
  EXPECT_EQ(refusal_at_door(connector.id, fresh), "");
}

TEST_F(EnrolmentTest, RenewalsWhoseAnswersWereLostDontPushTheCertificateInUseOut) {
  const Enrolled connector = enrolled();
  ASSERT_EQ(refusal_at_door(connector.id, connector.certificate_sha256_hex), "");
  for (int i = 0; i < 10; ++i) ASSERT_EQ(renew(connector).status, 200);
  EXPECT_EQ(registry_.find(connector.id)->certificates.size(), certificates_kept_limit);
  EXPECT_EQ(refusal_at_door(connector.id, connector.certificate_sha256_hex), "");
}

TEST_F(EnrolmentTest, ARenewalNeedsANewKey) {
  const Enrolled connector = enrolled();
  const Answer answer = renew(connector, connector.key_pem);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(code_of(answer), "key_reused");
}

TEST_F(EnrolmentTest, ARevokedConnectorIsNeitherLetInNorRenewed) {
  const Enrolled connector = enrolled();
  Caught<Outcome<ConnectorRecord>> revoked;
  registry_.revoke(connector.id, now_ms(), revoked.done());
  ASSERT_TRUE(revoked->ok());
  EXPECT_EQ(refusal_at_door(connector.id, connector.certificate_sha256_hex), "connector_revoked");
  EXPECT_EQ(code_of(renew(connector)), "connector_revoked");
}

TEST_F(EnrolmentTest, WhoIsNotEnrolledHereIsNotLetIn) {
  const Enrolled connector = enrolled();
  EXPECT_EQ(refusal_at_door(random_uuid(), connector.certificate_sha256_hex), "connector_unknown");
  EXPECT_EQ(refusal_at_door(connector.id, std::string(64, 'a')), "certificate_unknown");
}

TEST_F(EnrolmentTest, ConnectorsRevokedLongAgoAreForgotten) {
  const Enrolled old = enrolled();
  Caught<Outcome<ConnectorRecord>> revoked;
  registry_.revoke(old.id, now_ms(), revoked.done());
  clock_.advance_ms(static_cast<uint64_t>(revoked_connector_kept_ms) - 1);
  enrolled();
  EXPECT_EQ(registry_.list()->size(), 2u);
  clock_.advance_ms(1);
  enrolled();
  EXPECT_EQ(registry_.list()->size(), 2u);
  EXPECT_EQ(refusal_at_door(old.id, old.certificate_sha256_hex), "connector_unknown");
}

TEST_F(EnrolmentTest, AfterARolloverOldTokensAreNamedAndOldConnectorsStayWelcome) {
  const Enrolled connector = enrolled();
  const std::string text = make_token().text;
  Caught<Outcome<std::string>> pin;
  authority_->add(now_ms(), pin.done());
  Caught<Outcome<void>> signs;
  authority_->sign_with(**pin, signs.done());
  ASSERT_TRUE(signs->ok());
  EXPECT_EQ(code_of(enrol(text)), "token_other_engine");
  EXPECT_EQ(refusal_at_door(connector.id, connector.certificate_sha256_hex), "");
  EXPECT_EQ(renew(connector).status, 200);
  EXPECT_EQ(enrol(make_token().text).status, 201);
}

}  // namespace
}  // namespace hawser::control
