// SPDX-License-Identifier: Apache-2.0
#include "tls/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/test_authority.h"
#include "tls/digest.h"

namespace hawser::tls {
namespace {

using test::subject_valid_now;
using test::TestAuthority;
using ::testing::HasSubstr;

constexpr const char* connector_uri =
    "spiffe://edge.example/tenant/default/connector/0190c1b6-0000-7000-8000-000000000001";

CertificateFacts facts_of(const std::string& pem) {
  auto facts = read_certificate_pem(pem);
  EXPECT_TRUE(facts.ok());
  return facts.ok() ? *facts : CertificateFacts{};
}

std::string public_key_of(const std::string& key_pem) {
  return *check_signing_request_pem(*make_signing_request_pem(key_pem));
}

template <class Write>
std::string pem_by(Write write) {
  bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  const uint8_t* bytes = nullptr;
  size_t length = 0;
  EXPECT_TRUE(write(out.get()));
  BIO_mem_contents(out.get(), &bytes, &length);
  return {reinterpret_cast<const char*>(bytes), length};
}

std::string rsa_key_pem(int bits) {
  bssl::UniquePtr<RSA> rsa(RSA_new());
  bssl::UniquePtr<BIGNUM> exponent(BN_new());
  BN_set_word(exponent.get(), RSA_F4);
  RSA_generate_key_ex(rsa.get(), bits, exponent.get(), nullptr);
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  EVP_PKEY_set1_RSA(key.get(), rsa.get());
  return pem_by([&key](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

// Runs the openssl program on files made of the texts given.
class OpensslProgram {
 public:
  OpensslProgram() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hawser-tls-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~OpensslProgram() { std::filesystem::remove_all(folder_); }
  static bool installed() { return std::system("openssl version >/dev/null 2>&1") == 0; }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::string run(const std::string& arguments) const {
    const std::string out = (folder_ / "out").string();
    const int status = std::system(("openssl " + arguments + " >" + out + " 2>&1").c_str());
    std::ifstream text(out);
    return std::string(std::istreambuf_iterator<char>(text), {}) +
           (status == 0 ? "succeeded" : "failed");
  }

 private:
  std::filesystem::path folder_;
};

TEST(Certificate, SaysWhatItWasIssuedFor) {
  const TestAuthority authority;
  IssuedFor subject = subject_valid_now("connector one");
  subject.uri_san = connector_uri;
  subject.dns_san = "one.example";
  subject.not_before_ms = 1'700'000'000'000;
  subject.not_after_ms = 4'000'000'000'000;  // after 2050: another form of time
  const CertificateFacts facts = facts_of(authority.issue(subject).certificate_chain_pem);
  EXPECT_EQ(facts.subject, "CN=connector one");
  EXPECT_EQ(facts.uri_san, connector_uri);
  EXPECT_EQ(facts.dns_sans, std::vector<std::string>{"one.example"});
  EXPECT_EQ(facts.not_before_ms, subject.not_before_ms);
  EXPECT_EQ(facts.not_after_ms, subject.not_after_ms);
  EXPECT_EQ(facts.sha256_hex.size(), 64U);
  EXPECT_EQ(facts.serial_hex.size(), 32U);
}

TEST(Certificate, SerialsDifferAndTheKeysDigestFollowsTheKey) {
  const TestAuthority authority;
  const std::string key = public_key_of(*make_private_key_pem());
  const IssuedFor subject = subject_valid_now("x");
  const auto issue = [&](const std::string& public_key) {
    return facts_of(*issue_certificate_pem(authority.certificate_pem(), authority.key_pem(),
                                           public_key, subject));
  };
  const CertificateFacts first = issue(key);
  const CertificateFacts second = issue(key);
  const CertificateFacts other = issue(public_key_of(*make_private_key_pem()));
  EXPECT_NE(first.serial_hex, second.serial_hex);
  EXPECT_NE(first.sha256_hex, second.sha256_hex);
  EXPECT_EQ(first.public_key_sha256_hex, second.public_key_sha256_hex);
  EXPECT_NE(first.public_key_sha256_hex, other.public_key_sha256_hex);
}

TEST(Certificate, OpensslAgreesWithChainRequestAndExtensions) {
  ASSERT_TRUE(OpensslProgram::installed()) << "tools/setup installs it";
  const OpensslProgram openssl;
  const TestAuthority authority;
  const KeyPair pair = authority.channel_peer(connector_uri);
  const std::string root = openssl.file("root", authority.certificate_pem());
  const std::string leaf = openssl.file("leaf", pair.certificate_chain_pem);
  const std::string request =
      openssl.file("request", *make_signing_request_pem(pair.private_key_pem));
  for (const std::string purpose : {"sslserver", "sslclient"})
    EXPECT_THAT(
        openssl.run("verify -x509_strict -purpose " + purpose + " -CAfile " + root + " " + leaf),
        HasSubstr("succeeded"));
  EXPECT_THAT(openssl.run("req -verify -noout -in " + request), HasSubstr("succeeded"));
  const std::string text = openssl.run("x509 -noout -text -in " + leaf);
  EXPECT_THAT(text, HasSubstr(std::string("URI:") + connector_uri));
  EXPECT_THAT(text, HasSubstr("CA:FALSE"));
  EXPECT_THAT(text, HasSubstr("TLS Web Server Authentication, TLS Web Client Authentication"));
  EXPECT_THAT(openssl.run("x509 -noout -text -in " + root), HasSubstr("CA:TRUE, pathlen:0"));
}

TEST(Certificate, OpensslsOwnRequestsAreAccepted) {
  ASSERT_TRUE(OpensslProgram::installed()) << "tools/setup installs it";
  const OpensslProgram openssl;
  for (const std::string kind : {"ec -pkeyopt ec_paramgen_curve:P-384", "rsa:2048"}) {
    const std::string request = openssl.file("request", "");
    const std::string key = openssl.file("key", "");
    openssl.run("req -new -nodes -subj /CN=whoever -newkey " + kind + " -keyout " + key + " -out " +
                request);
    std::ifstream file(request);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_TRUE(check_signing_request_pem(text).ok()) << kind;
  }
}

TEST(SigningRequest, GivesThePublicKeyOfItsMaker) {
  const std::string key = *make_private_key_pem();
  const auto public_key = check_signing_request_pem(*make_signing_request_pem(key));
  ASSERT_TRUE(public_key.ok());
  EXPECT_THAT(*public_key, HasSubstr("BEGIN PUBLIC KEY"));
  EXPECT_EQ(*public_key, public_key_of(key));
}

TEST(SigningRequest, WeakKeysAndOtherTextsAreRefused) {
  EXPECT_FALSE(check_signing_request_pem("").ok());
  EXPECT_FALSE(check_signing_request_pem("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n").ok());
  EXPECT_FALSE(check_signing_request_pem(std::string(100'000, 'A')).ok());
  const auto weak = check_signing_request_pem(*make_signing_request_pem(rsa_key_pem(1024)));
  ASSERT_FALSE(weak.ok());
  EXPECT_THAT(weak.error().reason, HasSubstr("P-256"));
  EXPECT_TRUE(check_signing_request_pem(*make_signing_request_pem(rsa_key_pem(2048))).ok());
}

TEST(SigningRequest, AnotherKeysSignatureIsRefused) {
  const std::string mine = *make_private_key_pem();
  const std::string others = *make_private_key_pem();
  const auto read_key = [](const std::string& pem) {
    bssl::UniquePtr<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return bssl::UniquePtr<EVP_PKEY>(
        PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  };
  bssl::UniquePtr<X509_REQ> request(X509_REQ_new());
  X509_REQ_set_version(request.get(), 0);
  X509_REQ_set_pubkey(request.get(), read_key(others).get());
  X509_REQ_sign(request.get(), read_key(mine).get(), EVP_sha256());
  const auto checked = check_signing_request_pem(
      pem_by([&request](BIO* out) { return PEM_write_bio_X509_REQ(out, request.get()); }));
  ASSERT_FALSE(checked.ok());
  EXPECT_THAT(checked.error().reason, HasSubstr("signature"));
}

TEST(Issuing, NamesThatCouldMeanMoreThanTheySayAreRefused) {
  const TestAuthority authority;
  const std::string key = public_key_of(*make_private_key_pem());
  const auto issue = [&](const IssuedFor& subject) {
    return issue_certificate_pem(authority.certificate_pem(), authority.key_pem(), key, subject);
  };
  for (const std::string& wrong : {std::string("a b"), std::string("a\0b", 3),
                                   std::string("ä.example"), std::string(2000, 'a')}) {
    IssuedFor subject = subject_valid_now("x");
    subject.uri_san = wrong;
    EXPECT_FALSE(issue(subject).ok()) << wrong;
    subject.uri_san.clear();
    subject.dns_san = wrong;
    EXPECT_FALSE(issue(subject).ok()) << wrong;
  }
  EXPECT_FALSE(issue(subject_valid_now(std::string(65, 'a'))).ok());
  IssuedFor backwards = subject_valid_now("x");
  std::swap(backwards.not_before_ms, backwards.not_after_ms);
  EXPECT_FALSE(issue(backwards).ok());
}

TEST(Issuing, NeedsTheAuthoritysOwnKey) {
  const TestAuthority authority;
  const TestAuthority other;
  const auto issued =
      issue_certificate_pem(authority.certificate_pem(), other.key_pem(),
                            public_key_of(*make_private_key_pem()), subject_valid_now("x"));
  ASSERT_FALSE(issued.ok());
  EXPECT_THAT(issued.error().reason, HasSubstr("does not belong"));
}

TEST(KeyPair, TheReasonNamesWhatIsWrong) {
  const TestAuthority authority;
  const KeyPair pair = authority.server("wiki.example");
  EXPECT_TRUE(check_key_pair(pair.certificate_chain_pem, pair.private_key_pem).ok());
  const auto mismatch = check_key_pair(pair.certificate_chain_pem, *make_private_key_pem());
  ASSERT_FALSE(mismatch.ok());
  EXPECT_THAT(mismatch.error().reason, HasSubstr("CN=wiki.example"));
  EXPECT_THAT(check_key_pair("nothing", pair.private_key_pem).error().reason,
              HasSubstr("certificate"));
  EXPECT_THAT(check_key_pair(pair.certificate_chain_pem, "nothing").error().reason,
              HasSubstr("private key"));
  EXPECT_THAT(check_key_pair(pair.certificate_chain_pem,
                             "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n"
                             "-----END ENCRYPTED PRIVATE KEY-----\n")
                  .error()
                  .reason,
              HasSubstr("encrypted"));
}

TEST(ReadCertificate, SeveralUrisAreNoIdentityAndGarbageIsAnError) {
  EXPECT_FALSE(read_certificate_pem("").ok());
  EXPECT_FALSE(
      read_certificate_pem("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n").ok());
  const TestAuthority authority;
  EXPECT_EQ(facts_of(authority.server("wiki.example").certificate_chain_pem).uri_san, "");
}

}  // namespace
}  // namespace hawser::tls
