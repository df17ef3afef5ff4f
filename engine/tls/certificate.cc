// SPDX-License-Identifier: Apache-2.0
#include "tls/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <functional>

#include "tls/certificate_extensions.h"
#include "tls/digest.h"
#include "tls/library.h"

namespace hawser::tls {

namespace {

constexpr size_t common_name_limit_bytes = 64;  // X.520's upper bound

core::Result<std::string> write_pem(std::string_view doing, const std::function<int(BIO*)>& write) {
  bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  const uint8_t* bytes = nullptr;
  size_t length = 0;
  if (!write(out.get()) || !BIO_mem_contents(out.get(), &bytes, &length))
    return library_fault(doing);
  return std::string(reinterpret_cast<const char*>(bytes), length);
}

const EVP_MD* signing_digest(EVP_PKEY* key) {
  if (EVP_PKEY_id(key) == EVP_PKEY_ED25519) return nullptr;
  return EVP_PKEY_id(key) == EVP_PKEY_EC && EVP_PKEY_bits(key) > 256 ? EVP_sha384() : EVP_sha256();
}

bool acceptable_key(EVP_PKEY* key) {
  if (EVP_PKEY_id(key) == EVP_PKEY_RSA)
    return EVP_PKEY_bits(key) >= 2048 && EVP_PKEY_bits(key) <= 8192;
  if (EVP_PKEY_id(key) != EVP_PKEY_EC) return false;
  const int curve = EC_GROUP_get_curve_name(EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key)));
  return curve == NID_X9_62_prime256v1 || curve == NID_secp384r1;
}

// A positive 128-bit number (its first bit is clear, so that it needs no sign byte).
bool set_random_serial(X509* certificate) {
  std::string bytes = random_bytes(16);
  bytes[0] = static_cast<char>((static_cast<uint8_t>(bytes[0]) & 0x3FU) | 0x40U);
  bssl::UniquePtr<BIGNUM> number(
      BN_bin2bn(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_common_name(X509* certificate, const std::string& common_name) {
  bssl::UniquePtr<X509_NAME> name(X509_NAME_new());
  if (!common_name.empty() &&
      !X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const uint8_t*>(common_name.data()),
                                  static_cast<int>(common_name.size()), -1, 0))
    return false;
  return X509_set_subject_name(certificate, name.get());
}

bool set_times(X509* certificate, const IssuedFor& subject) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate),
                       static_cast<time_t>(subject.not_before_ms / 1000)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate),
                       static_cast<time_t>(subject.not_after_ms / 1000)) != nullptr;
}

core::Result<void> check_subject(const IssuedFor& subject) {
  if (subject.common_name.size() > common_name_limit_bytes)
    return core::Error{"the common name is longer than 64 bytes"};
  if (subject.not_after_ms <= subject.not_before_ms || subject.not_before_ms < 0)
    return core::Error{"the certificate would end before it begins"};
  return check_names(subject);
}

// `issuer` is null for a self-signed certificate.
core::Result<std::string> sign(X509* issuer, EVP_PKEY* issuer_key, EVP_PKEY* public_key,
                               const IssuedFor& subject) {
  constexpr std::string_view doing = "making the certificate";
  if (auto checked = check_subject(subject); !checked) return checked.error();
  bssl::UniquePtr<X509> made(X509_new());
  if (!X509_set_version(made.get(), X509_VERSION_3) || !set_random_serial(made.get()) ||
      !set_common_name(made.get(), subject.common_name) || !set_times(made.get(), subject) ||
      !X509_set_pubkey(made.get(), public_key))
    return library_fault(doing);
  const X509* signer = issuer != nullptr ? issuer : made.get();
  if (!X509_set_issuer_name(made.get(), X509_get_subject_name(signer)) ||
      !add_extensions(made.get(), signer, subject) ||
      !X509_sign(made.get(), issuer_key, signing_digest(issuer_key)))
    return library_fault(doing);
  return certificate_pem(made.get());
}

std::string serial_hex(const X509* certificate) {
  bssl::UniquePtr<BIGNUM> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (number == nullptr) return {};
  std::string bytes(BN_num_bytes(number.get()), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<uint8_t*>(bytes.data()));
  return bytes.empty() ? "00" : hex(bytes);
}

std::string certificate_sha256_hex(const X509* certificate) {
  std::array<char, 32> digest{};
  unsigned length = 0;
  X509_digest(certificate, EVP_sha256(), reinterpret_cast<uint8_t*>(digest.data()), &length);
  return hex({digest.data(), length});
}

std::string public_key_sha256_hex(X509* certificate) {
  bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(certificate));
  uint8_t* der = nullptr;
  const int length = key != nullptr ? i2d_PUBKEY(key.get(), &der) : 0;
  bssl::UniquePtr<uint8_t> owned(der);
  ERR_clear_error();
  if (length <= 0) return {};
  return sha256_hex({reinterpret_cast<const char*>(der), static_cast<size_t>(length)});
}

}  // namespace

core::Result<std::string> make_private_key_pem() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  if (ec == nullptr || !EC_KEY_generate_key(ec.get()) || !EVP_PKEY_set1_EC_KEY(key.get(), ec.get()))
    return library_fault("making a key");
  return write_pem("writing the key", [&key](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

core::Result<std::string> make_signing_request_pem(std::string_view private_key_pem) {
  auto key = parse_private_key("private key", private_key_pem);
  if (!key) return key.error();
  bssl::UniquePtr<X509_REQ> request(X509_REQ_new());
  if (!X509_REQ_set_version(request.get(), 0) || !X509_REQ_set_pubkey(request.get(), key->get()) ||
      !X509_REQ_sign(request.get(), key->get(), signing_digest(key->get())))
    return library_fault("making the certificate request");
  return write_pem("writing the certificate request",
                   [&request](BIO* out) { return PEM_write_bio_X509_REQ(out, request.get()); });
}

core::Result<std::string> check_signing_request_pem(std::string_view request_pem) {
  constexpr size_t request_limit_bytes = 64 * 1024;
  if (request_pem.size() > request_limit_bytes)
    return core::Error{"the certificate request is longer than 64 KiB"};
  bssl::UniquePtr<BIO> text(
      BIO_new_mem_buf(request_pem.data(), static_cast<int>(request_pem.size())));
  bssl::UniquePtr<X509_REQ> request(PEM_read_bio_X509_REQ(text.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (request == nullptr) return core::Error{"no certificate request in PEM form in it"};
  bssl::UniquePtr<EVP_PKEY> key(X509_REQ_get_pubkey(request.get()));
  ERR_clear_error();
  if (key == nullptr || !acceptable_key(key.get()))
    return core::Error{
        "the certificate request's key is neither P-256, P-384 nor RSA of 2048 bits or more"};
  const bool proven = X509_REQ_verify(request.get(), key.get()) == 1;
  ERR_clear_error();
  if (!proven) return core::Error{"the certificate request's own signature is wrong"};
  return write_pem("writing the public key",
                   [&key](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
}

core::Result<std::string> make_authority_pem(std::string_view private_key_pem,
                                             const IssuedFor& authority) {
  auto key = parse_private_key("authority's key", private_key_pem);
  if (!key) return key.error();
  if (authority.common_name.empty()) return core::Error{"an authority needs a common name"};
  IssuedFor subject = authority;
  subject.authority = true;
  return sign(nullptr, key->get(), key->get(), subject);
}

core::Result<std::string> issue_certificate_pem(std::string_view authority_pem,
                                                std::string_view authority_key_pem,
                                                std::string_view public_key_pem,
                                                const IssuedFor& subject) {
  if (auto pair = check_key_pair(authority_pem, authority_key_pem); !pair) return pair.error();
  auto authority = parse_certificates("authority's certificate", authority_pem);
  auto authority_key = parse_private_key("authority's key", authority_key_pem);
  auto public_key = parse_public_key("subject's public key", public_key_pem);
  if (!public_key) return public_key.error();
  return sign(authority->front().get(), authority_key->get(), public_key->get(), subject);
}

core::Result<CertificateFacts> read_certificate_pem(std::string_view pem) {
  auto certificates = parse_certificates("certificate", pem);
  if (!certificates) return certificates.error();
  X509* first = certificates->front().get();
  SubjectNames names = subject_names(first);
  CertificateFacts facts;
  facts.subject = one_line(X509_get_subject_name(first));
  facts.uri_san = only_uri(names);
  facts.serial_hex = serial_hex(first);
  facts.sha256_hex = certificate_sha256_hex(first);
  facts.public_key_sha256_hex = public_key_sha256_hex(first);
  facts.not_before_ms = to_ms(X509_get0_notBefore(first));
  facts.not_after_ms = to_ms(X509_get0_notAfter(first));
  facts.dns_sans = std::move(names.dns);
  return facts;
}

core::Result<void> check_key_pair(std::string_view certificate_chain_pem,
                                  std::string_view private_key_pem) {
  auto chain = parse_certificates("certificate", certificate_chain_pem);
  if (!chain) return chain.error();
  auto key = parse_private_key("private key", private_key_pem);
  if (!key) return key.error();
  return check_key_pair(*chain->front(), **key);
}

}  // namespace hawser::tls
