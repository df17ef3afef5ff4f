// SPDX-License-Identifier: Apache-2.0
#include "tls/context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_authority.h"

namespace hawser::tls {
namespace {

using test::TestAuthority;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string server_fault(const ServerOptions& options) {
  const auto made = Context::server(options);
  return made ? "none" : made.error().reason;
}

std::string client_fault(const ClientOptions& options) {
  const auto made = Context::client(options);
  return made ? "none" : made.error().reason;
}

TEST(Context, AServerNeedsACertificateWithItsOwnKey) {
  const TestAuthority authority;
  EXPECT_THAT(server_fault({}), HasSubstr("needs a certificate"));
  ServerOptions options;
  options.certificates = {authority.server("a.example")};
  EXPECT_EQ(server_fault(options), "none");
  options.certificates.push_back(authority.server("b.example"));
  options.certificates[1].private_key_pem = options.certificates[0].private_key_pem;
  EXPECT_THAT(server_fault(options), AllOf(StartsWith("server certificate 2"),
                                           HasSubstr("does not belong"), HasSubstr("b.example")));
}

TEST(Context, ABrokenPemIsNamed) {
  const TestAuthority authority;
  ServerOptions options;
  options.certificates = {authority.server("a.example")};
  ServerOptions broken = options;
  broken.certificates[0].certificate_chain_pem = "hello";
  EXPECT_THAT(server_fault(broken), HasSubstr("server certificate: certificate: no certificate"));
  broken = options;
  broken.certificates[0].certificate_chain_pem += "-----BEGIN CERTIFICATE-----\nAAAA\n";
  EXPECT_THAT(server_fault(broken), HasSubstr("certificate 2 can't be read"));
  broken = options;
  broken.certificates[0].private_key_pem = "hello";
  EXPECT_THAT(server_fault(broken), HasSubstr("private key: no private key"));
}

TEST(Context, ClientCertificatesNeedAuthorities) {
  const TestAuthority authority;
  ServerOptions options;
  options.certificates = {authority.server("a.example")};
  options.client_certificate = PeerCertificate::optional;
  EXPECT_THAT(server_fault(options), HasSubstr("authorities of client certificates"));
  options.trust_pem = authority.certificate_pem();
  EXPECT_EQ(server_fault(options), "none");
}

TEST(Context, AClientThatVerifiesNeedsAuthorities) {
  const TestAuthority authority;
  ClientOptions options;
  EXPECT_THAT(client_fault(options), HasSubstr("needs authorities"));
  options.trust_pem = "hello";
  EXPECT_THAT(client_fault(options), HasSubstr("trusted authorities: no certificate"));
  options.trust_pem = authority.certificate_pem() + TestAuthority("another").certificate_pem();
  EXPECT_EQ(client_fault(options), "none");
  options.trust_pem.clear();
  options.verify = false;
  EXPECT_EQ(client_fault(options), "none");
}

TEST(Context, AClientsCertificateMustFitItsKey) {
  const TestAuthority authority;
  ClientOptions options;
  options.trust_pem = authority.certificate_pem();
  options.certificate = authority.channel_peer("spiffe://edge.example/engine/1");
  EXPECT_EQ(client_fault(options), "none");
  options.certificate.private_key_pem = *make_private_key_pem();
  EXPECT_THAT(client_fault(options), StartsWith("client certificate: "));
}

TEST(Context, ProtocolNamesHaveLimits) {
  const TestAuthority authority;
  ServerOptions server;
  server.certificates = {authority.server("a.example")};
  ClientOptions client;
  client.trust_pem = authority.certificate_pem();
  for (const std::string& wrong : {std::string(), std::string(256, 'x')}) {
    server.alpn = client.alpn = {wrong};
    EXPECT_THAT(server_fault(server), HasSubstr("ALPN"));
    EXPECT_THAT(client_fault(client), HasSubstr("ALPN"));
  }
}

TEST(Context, TheLibrarysOriginIsKnown) {
  EXPECT_THAT(std::string(library_origin()), StartsWith("BoringSSL ("));
}

}  // namespace
}  // namespace hawser::tls
