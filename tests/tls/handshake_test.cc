// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tls/endpoint.h"

namespace hawser::tls {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

TEST(Handshake, BothSidesKnowWhatWasAgreed) {
  PairOptions options;
  options.server.alpn = {"h2", "http/1.1"};
  options.client.alpn = {"http/1.1", "h2"};
  options.host = "WIKI.example.";
  TlsPair pair(options);
  ASSERT_TRUE(pair.settle().both_ready()) << pair.client_reason() << pair.server_reason();
  for (const Handshake* seen : {&pair.seen_by_server(), &pair.seen_by_client()}) {
    EXPECT_EQ(seen->alpn, "h2");
    EXPECT_EQ(seen->server_name, "wiki.example");
    EXPECT_EQ(seen->version, "TLSv1.3");
    EXPECT_THAT(seen->cipher, HasSubstr("TLS_"));
    EXPECT_FALSE(seen->resumed);
  }
  EXPECT_EQ(pair.seen_by_client().peer_certificate_pem,
            options.server.certificates[0].certificate_chain_pem);
  EXPECT_EQ(pair.seen_by_server().peer_certificate_pem, "");
  EXPECT_TRUE(pair.client.stream->established());
}

// --- sessions that go on

TEST(Handshake, ASessionIsOfferedAgainWhereItIsKept) {
  for (const bool keep : {true, false}) {
    PairOptions options;
    options.client.keep_session = keep;
    const auto server = server_context(options.server);
    const auto client = client_context(options.client);
    TlsPair first(server, client);
    ASSERT_TRUE(first.settle().both_ready());
    EXPECT_FALSE(first.seen_by_server().resumed);
    first.server.stream->write_copy("tickets leave with what a server says first");
    first.settle();
    TlsPair second(server, client);
    ASSERT_TRUE(second.settle().both_ready()) << second.client_reason();
    EXPECT_EQ(second.seen_by_server().resumed, keep);
    EXPECT_EQ(second.seen_by_client().resumed, keep);
  }
}

// --- versions and ciphers

std::shared_ptr<Context> limited_client(const PairOptions& options, uint16_t version,
                                        const char* ciphers) {
  std::shared_ptr<Context> context = client_context(options.client);
  SSL_CTX_set_max_proto_version(context->raw(), version);
  if (ciphers != nullptr) SSL_CTX_set_strict_cipher_list(context->raw(), ciphers);
  return context;
}

TEST(Handshake, Tls12IsAcceptedWithForwardSecrecyAndAeadAlone) {
  const PairOptions options;
  const auto server = server_context(options.server);
  TlsPair good(server, limited_client(options, TLS1_2_VERSION, nullptr));
  ASSERT_TRUE(good.settle().both_ready());
  EXPECT_EQ(good.seen_by_server().version, "TLSv1.2");
  EXPECT_THAT(good.seen_by_server().cipher, HasSubstr("TLS_ECDHE_"));
  TlsPair bad(server, limited_client(options, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA"));
  EXPECT_FALSE(bad.settle().both_ready());
  EXPECT_THAT(bad.server_reason(), HasSubstr("no shared cipher"));
}

TEST(Handshake, AServerOfChannelsRefusesTls12) {
  PairOptions options;
  options.server.tls13_only = true;
  TlsPair pair(server_context(options.server), limited_client(options, TLS1_2_VERSION, nullptr));
  pair.settle();
  EXPECT_THAT(pair.server_reason(), HasSubstr("unsupported protocol"));
  EXPECT_THAT(pair.client_reason(), HasSubstr("the peer's alert: protocol version"));
}

TEST(Handshake, Tls11IsRefused) {
  const PairOptions options;
  auto client = client_context(options.client);
  SSL_CTX_set_min_proto_version(client->raw(), TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(client->raw(), TLS1_1_VERSION);
  TlsPair pair(server_context(options.server), client);
  EXPECT_FALSE(pair.settle().both_ready());
}

// --- protocols

TEST(Alpn, TheServersOrderDecides) {
  PairOptions options;
  options.server.alpn = {"h2", "http/1.1"};
  options.client.alpn = {"other", "http/1.1"};
  TlsPair pair(options);
  pair.settle();
  EXPECT_EQ(pair.seen_by_server().alpn, "http/1.1");
}

TEST(Alpn, NoOverlapIsRefusedOnlyWhereAsked) {
  PairOptions options;
  options.server.alpn = {"hawser/1"};
  options.client.alpn = {"http/1.1"};
  TlsPair lax(options);
  ASSERT_TRUE(lax.settle().both_ready());
  EXPECT_EQ(lax.seen_by_client().alpn, "");
  options.server.refuse_unknown_alpn = true;
  TlsPair strict(options);
  strict.settle();
  EXPECT_THAT(strict.server_reason(), HasSubstr("no application protocol"));
  EXPECT_THAT(strict.client_reason(), HasSubstr("the peer's alert"));
}

// --- server names

class ServerName : public ::testing::Test {
 protected:
  std::string certificate_shown_for(const std::string& host) {
    PairOptions options;
    const auto& authority = PairOptions::authority();
    options.server.certificates = {authority.server("first.example"), authority.server("*.example"),
                                   authority.server("wiki.example")};
    options.client.verify = false;
    options.host = host;
    TlsPair pair(options);
    EXPECT_TRUE(pair.settle().both_ready());
    return read_certificate_pem(pair.seen_by_client().peer_certificate_pem)->dns_sans.front();
  }
};

TEST_F(ServerName, ChoosesTheCertificateExactlyThenByWildcardElseTheFirst) {
  EXPECT_EQ(certificate_shown_for("wiki.example"), "wiki.example");
  EXPECT_EQ(certificate_shown_for("Wiki.Example"), "wiki.example");
  EXPECT_EQ(certificate_shown_for("other.example"), "*.example");
  EXPECT_EQ(certificate_shown_for("a.b.example"), "first.example");
  EXPECT_EQ(certificate_shown_for("elsewhere.test"), "first.example");
  EXPECT_EQ(certificate_shown_for("192.0.2.1"), "first.example");
  EXPECT_EQ(certificate_shown_for(""), "first.example");
}

// --- what a client demands of its server

class ServerCertificate : public ::testing::Test {
 protected:
  static constexpr int64_t day_ms = 86'400'000;

  std::string failure() {
    TlsPair pair(options);
    pair.settle();
    EXPECT_EQ(pair.client.ready, !pair.client.broken.has_value());
    if (pair.client.broken) {
      EXPECT_THAT(pair.server_reason(), HasSubstr("the peer's alert"));
    }
    return pair.client_reason();
  }
  void serve() { options.server.certificates = {PairOptions::authority().issue(subject)}; }
  IssuedFor subject = [] {
    IssuedFor made = test::subject_valid_now("wiki.example");
    made.dns_san = "wiki.example";
    return made;
  }();
  PairOptions options;
};

TEST_F(ServerCertificate, ForTheHostIsAccepted) {
  EXPECT_EQ(failure(), "none");
  subject.dns_san = "*.corp.example";
  options.host = "wiki.corp.example";
  serve();
  EXPECT_EQ(failure(), "none");
  options.host = "a.wiki.corp.example";
  EXPECT_THAT(failure(), HasSubstr("certificate is not for host"));
}

TEST_F(ServerCertificate, ForAnotherHostIsRefusedByName) {
  options.host = "payroll.example";
  EXPECT_THAT(failure(),
              HasSubstr("certificate is not for host payroll.example (it names wiki.example)"));
  options.host = "192.0.2.1";
  EXPECT_THAT(failure(), HasSubstr("certificate is not for host 192.0.2.1"));
  options.host = "";
  EXPECT_THAT(failure(), HasSubstr("certificate is not for host"));
}

TEST_F(ServerCertificate, ACommonNameIsNoHostName) {
  subject.dns_san.clear();
  serve();
  EXPECT_THAT(failure(), HasSubstr("it names no host"));
}

TEST_F(ServerCertificate, ThatExpiredOrIsNotValidYetIsRefused) {
  subject.not_before_ms -= 10 * day_ms;
  subject.not_after_ms -= 5 * day_ms;
  serve();
  EXPECT_THAT(failure(), HasSubstr("certificate has expired"));
  subject.not_before_ms += 20 * day_ms;
  subject.not_after_ms += 20 * day_ms;
  serve();
  EXPECT_THAT(failure(), HasSubstr("certificate is not valid yet"));
}

TEST_F(ServerCertificate, OfAnUnknownAuthorityIsRefused) {
  options.client.trust_pem = test::TestAuthority("somebody else").certificate_pem();
  EXPECT_THAT(failure(), HasSubstr("unknown authority (CN=test authority)"));
  // The same name does not make it the same authority.
  options.client.trust_pem = test::TestAuthority("test authority").certificate_pem();
  EXPECT_NE(failure(), "none");
}

TEST_F(ServerCertificate, IsAcceptedFromAnyAuthorityOfABundle) {
  options.client.trust_pem = test::TestAuthority("the next").certificate_pem() +
                             PairOptions::authority().certificate_pem();
  EXPECT_EQ(failure(), "none");
}

TEST_F(ServerCertificate, MeantForClientsAloneIsRefused) {
  subject.server = false;
  serve();
  EXPECT_THAT(failure(), HasSubstr("not meant for a server"));
}

TEST_F(ServerCertificate, CannotSignOtherCertificates) {
  const KeyPair leaf = PairOptions::authority().server("wiki.example");
  const std::string key = *make_private_key_pem();
  KeyPair forged;
  forged.private_key_pem = key;
  forged.certificate_chain_pem =
      *issue_certificate_pem(leaf.certificate_chain_pem, leaf.private_key_pem,
                             *check_signing_request_pem(*make_signing_request_pem(key)), subject) +
      leaf.certificate_chain_pem;
  options.server.certificates = {forged};
  EXPECT_NE(failure(), "none");
}

TEST_F(ServerCertificate, IsNotLookedAtOnlyWhereVerifyingIsOff) {
  options.host = "payroll.example";
  options.client.verify = false;
  EXPECT_EQ(failure(), "none");
}

TEST_F(ServerCertificate, OfAChannelIsJudgedByItsUriAlone) {
  subject.dns_san.clear();
  subject.uri_san = "spiffe://edge.example/engine/1";
  serve();
  options.host = "whatever.example";
  options.uri_prefix = "spiffe://edge.example/engine/";
  EXPECT_EQ(failure(), "none");
  options.uri_prefix = "spiffe://edge.example/tenant/";
  EXPECT_THAT(failure(), HasSubstr("certificate is for spiffe://edge.example/engine/1"));
  subject.uri_san.clear();
  subject.dns_san = "whatever.example";
  serve();
  EXPECT_THAT(failure(), HasSubstr("0 URI names"));
}

TEST_F(ServerCertificate, OfAChannelIsNeverTakenUnverified) {
  subject.uri_san = "spiffe://edge.example/engine/1";
  serve();
  options.uri_prefix = "spiffe://edge.example/engine/";
  options.client.verify = false;
  EXPECT_THAT(failure(), HasSubstr("no authorities"));
}

// --- what a server demands of its clients

class ClientCertificate : public ::testing::Test {
 protected:
  ClientCertificate() {
    options.server.client_certificate = PeerCertificate::required;
    options.server.trust_pem = PairOptions::authority().certificate_pem();
    options.server.alpn = {"hawser/1", "hawser-enrol/1"};
  }
  void show_certificate() {
    options.client.certificate = PairOptions::authority().channel_peer(uri);
  }
  // The server's words; "" when it let the client in.
  std::string verdict() {
    pair.emplace(options);
    pair->settle();
    return pair->server.ready ? "" : pair->server_reason();
  }
  static constexpr const char* uri = "spiffe://edge.example/tenant/default/connector/1";
  PairOptions options;
  std::optional<TlsPair> pair;
};

TEST_F(ClientCertificate, RequiredAndShownGivesTheIdentity) {
  show_certificate();
  ASSERT_EQ(verdict(), "");
  EXPECT_EQ(pair->seen_by_server().peer_uri_san, uri);
  EXPECT_EQ(pair->seen_by_server().peer_certificate_pem,
            options.client.certificate.certificate_chain_pem);
}

TEST_F(ClientCertificate, RequiredAndMissingFailsTheHandshake) {
  EXPECT_THAT(verdict(), HasSubstr("peer did not return a certificate"));
  EXPECT_THAT(pair->client_reason(), HasSubstr("the peer's alert: certificate required"));
}

TEST_F(ClientCertificate, OptionalAndMissingHasNoIdentity) {
  options.server.client_certificate = PeerCertificate::optional;
  ASSERT_EQ(verdict(), "");
  EXPECT_EQ(pair->seen_by_server().peer_certificate_pem, "");
  show_certificate();
  ASSERT_EQ(verdict(), "");
  EXPECT_EQ(pair->seen_by_server().peer_uri_san, uri);
}

TEST_F(ClientCertificate, OfAnotherAuthorityIsRefusedEvenWhenOptional) {
  options.client.certificate = test::TestAuthority("somebody else").channel_peer(uri);
  EXPECT_THAT(verdict(), HasSubstr("unknown authority (CN=somebody else)"));
  options.server.client_certificate = PeerCertificate::optional;
  EXPECT_THAT(verdict(), HasSubstr("unknown authority"));
  EXPECT_THAT(pair->client_reason(), HasSubstr("the peer's alert: unknown CA"));
}

TEST_F(ClientCertificate, ThatExpiredIsRefused) {
  IssuedFor subject = test::subject_valid_now("x");
  subject.uri_san = uri;
  subject.not_after_ms = subject.not_before_ms + 1000;
  options.client.certificate = PairOptions::authority().issue(subject);
  EXPECT_THAT(verdict(), HasSubstr("certificate has expired"));
}

TEST_F(ClientCertificate, MeantForServersAloneIsRefused) {
  IssuedFor subject = test::subject_valid_now("x");
  subject.uri_san = uri;
  subject.client = false;
  options.client.certificate = PairOptions::authority().issue(subject);
  EXPECT_THAT(verdict(), HasSubstr("not meant for a client"));
}

TEST_F(ClientCertificate, IsRequiredForOneProtocolAndNotAskedForAnother) {
  options.server.certificate_only_for_alpn = "hawser/1";
  options.client.alpn = {"hawser-enrol/1"};
  EXPECT_EQ(verdict(), "");
  options.client.alpn = {"hawser/1"};
  EXPECT_THAT(verdict(), HasSubstr("peer did not return a certificate"));
  show_certificate();
  ASSERT_EQ(verdict(), "");
  EXPECT_EQ(pair->seen_by_server().peer_uri_san, uri);
}

TEST_F(ClientCertificate, OfferingBothProtocolsDoesNotGetAroundIt) {
  options.server.certificate_only_for_alpn = "hawser/1";
  for (const auto& offer : {std::vector<std::string>{"hawser-enrol/1", "hawser/1"},
                            std::vector<std::string>{"hawser/1", "hawser-enrol/1"}}) {
    options.client.alpn = offer;
    EXPECT_THAT(verdict(), HasSubstr("peer did not return a certificate"));
  }
  options.client.alpn = {};
  ASSERT_EQ(verdict(), "");  // no protocol, no certificate: the layer above refuses it
  EXPECT_EQ(pair->seen_by_server().alpn, "");
}

TEST_F(ClientCertificate, OfAChannelNeverComesFromATicket) {
  show_certificate();
  ASSERT_EQ(verdict(), "");
  EXPECT_FALSE(pair->seen_by_server().resumed);
  EXPECT_TRUE(SSL_CTX_get_options(server_context(options.server)->raw()) & SSL_OP_NO_TICKET);
}

// --- what is no handshake

TEST(Handshake, OtherThanTlsIsAnsweredByAnAlertAndNamed) {
  for (const std::string_view text :
       {"GET / HTTP/1.1\r\nHost: wiki.example\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"}) {
    core::Loop loop;
    test::MemoryPipe pipe = test::MemoryPipe::make(loop);
    Endpoint server;
    server.take(Stream::accept(std::move(pipe.a), server_context(PairOptions().server)));
    pipe.b->write_copy(text);
    test::settle(loop);
    EXPECT_THAT(server.broken.value_or("none"),
                AnyOf(HasSubstr("http request"), HasSubstr("wrong version number")));
    EXPECT_FALSE(server.ready);
  }
}

TEST(Handshake, RandomBytesNeverGetIn) {
  std::srand(static_cast<unsigned>(test::test_seed()));
  const auto context = server_context(PairOptions().server);
  for (int round = 0; round < 200; ++round) {
    core::Loop loop;
    test::MemoryPipe pipe = test::MemoryPipe::make(loop);
    Endpoint server;
    server.take(Stream::accept(std::move(pipe.a), context));
    std::string bytes = round % 2 == 0 ? std::string("\x16\x03\x01\x02\x00\x01\x00", 7) : "";
    while (bytes.size() < 2000) bytes.push_back(static_cast<char>(std::rand()));
    pipe.b->write_copy(bytes);
    pipe.b->end();
    test::settle(loop);
    EXPECT_TRUE(server.broken.has_value());
    EXPECT_FALSE(server.ready);
  }
}

TEST(Handshake, APeerThatLeavesMeanwhileIsToldAsSuch) {
  TlsPair pair;
  pair.below_client->hold_output(true);
  pair.settle();
  pair.below_client->end();
  pair.below_client->hold_output(false);
  pair.client.stream.reset();
  pair.settle();
  EXPECT_THAT(pair.server_reason(), HasSubstr("ended during the TLS handshake"));
}

TEST(Handshake, EveryCutLeadsToTheSame) {
  for (const size_t cut : {1u, 2u, 3u, 7u, 31u, 1000u}) {
    PairOptions options;
    options.cut_bytes = cut;
    options.server.client_certificate = PeerCertificate::required;
    options.server.trust_pem = PairOptions::authority().certificate_pem();
    options.client.certificate = PairOptions::authority().channel_peer("spiffe://edge.example/x");
    TlsPair pair(options);
    EXPECT_TRUE(pair.settle().both_ready()) << cut;
  }
}

}  // namespace
}  // namespace hawser::tls
