// SPDX-License-Identifier: Apache-2.0
// Client certificates that are asked for by server name, and what they are worth afterwards.
#include "tls/client_authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/clock.h"
#include "tls/endpoint.h"

namespace hawser::tls {
namespace {

using testing::HasSubstr;

int64_t now_ms() { return core::SystemClock::instance().wall_ms(); }

class ClientCertificates : public testing::Test {
 protected:
  ClientCertificates() {
    options.server.asked_by_name =
        [this](std::string_view name) -> std::optional<std::vector<std::string>> {
      if (name != "wiki.example") return std::nullopt;
      return judge->subjects_der();
    };
    options.server.certificates.push_back(PairOptions::authority().server("news.example"));
  }
  static std::shared_ptr<const ClientAuthority> made(const test::TestAuthority& authority) {
    auto judge = ClientAuthority::make(authority.certificate_pem());
    EXPECT_TRUE(judge);
    return *judge;
  }
  KeyPair certificate(IssuedFor subject) const {
    subject.client = true;
    return machines.issue(subject);
  }
  // What the client showed in a handshake.
  std::vector<std::string> shown(const KeyPair& pair) {
    options.client.certificate = pair;
    TlsPair connection(options);
    EXPECT_TRUE(connection.settle().both_ready()) << connection.server_reason();
    return connection.seen_by_server().peer_chain_der;
  }
  std::string outcome(const KeyPair& pair, int64_t at_ms = now_ms()) {
    const auto checked = judge->check(shown(pair), at_ms);
    return checked ? checked->name : checked.error().name;
  }

  test::TestAuthority machines{"machines"};
  test::TestAuthority strangers{"machines"};  // of the same name, with another key
  std::shared_ptr<const ClientAuthority> judge = made(machines);
  PairOptions options;
};

TEST_F(ClientCertificates, AreAskedForByNameAlone) {
  const KeyPair pair = certificate(test::subject_valid_now("robot"));
  EXPECT_EQ(shown(pair).size(), 1u);
  options.host = "news.example";
  EXPECT_TRUE(shown(pair).empty());
}

TEST_F(ClientCertificates, WhoHasNoneGetsInToo) { EXPECT_TRUE(shown({}).empty()); }

TEST_F(ClientCertificates, AHandshakeTakesWhatItDoesNotJudge) {
  const KeyPair foreign = strangers.issue(test::subject_valid_now("robot"));
  EXPECT_EQ(shown(foreign).size(), 1u);
}

TEST_F(ClientCertificates, AreNamedByTheirAlternativeNamesElseTheCommonName) {
  IssuedFor subject = test::subject_valid_now("robot");
  EXPECT_EQ(outcome(certificate(subject)), "robot");
  subject.dns_san = "robot.example";
  EXPECT_EQ(outcome(certificate(subject)), "robot.example");
  subject.uri_san = "spiffe://example/robot";
  EXPECT_EQ(outcome(certificate(subject)), "spiffe://example/robot");
}

TEST_F(ClientCertificates, EachFaultHasItsName) {
  const IssuedFor good = test::subject_valid_now("robot");
  EXPECT_EQ(outcome(strangers.issue(good)), "certificate_of_another_authority");
  EXPECT_EQ(outcome(certificate(good), good.not_after_ms + 1000), "certificate_expired");
  EXPECT_EQ(outcome(certificate(good), good.not_before_ms - 1000), "certificate_not_yet_valid");
  IssuedFor server = good;
  server.client = false;
  server.server = true;
  EXPECT_EQ(outcome(machines.issue(server)), "certificate_for_another_purpose");
  EXPECT_EQ(outcome(certificate(test::subject_valid_now(""))), "certificate_without_name");
}

TEST_F(ClientCertificates, TheirEndIsTold) {
  const IssuedFor good = test::subject_valid_now("robot");
  const auto checked = judge->check(shown(certificate(good)), now_ms());
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->not_after_ms, good.not_after_ms / 1000 * 1000);
}

TEST_F(ClientCertificates, WhatIsNoCertificateIsRefused) {
  EXPECT_EQ(judge->check({}, now_ms()).error().name, "certificate_refused");
  EXPECT_EQ(judge->check({"no certificate"}, now_ms()).error().name, "certificate_refused");
}

TEST_F(ClientCertificates, AnAuthorityIsACertificate) {
  EXPECT_THAT(ClientAuthority::make("none").error().reason, HasSubstr("client certificates"));
  EXPECT_EQ(judge->subjects_der().size(), 1u);
}

}  // namespace
}  // namespace hawser::tls
