// SPDX-License-Identifier: Apache-2.0
#include "tls/library.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <limits>

namespace hawser::tls {

namespace {

// A key or a bundle of roots; the system's has some 220 KiB.
constexpr size_t pem_limit_bytes = 4 * 1024 * 1024;

std::string lower_words(std::string_view reason) {
  std::string words(reason);
  for (char& c : words) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = ' ';
  }
  return words;
}

core::Error fault(std::string_view what, std::string_view reason) {
  return core::Error{std::string(what) + ": " + std::string(reason)};
}

core::Result<bssl::UniquePtr<BIO>> open_text(std::string_view what, std::string_view pem) {
  if (pem.size() > pem_limit_bytes) return fault(what, "longer than 4 MiB");
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string to_string(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<size_t>(ASN1_STRING_length(value))};
}

std::string ip_text(const ASN1_STRING* value) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6;
  if (ASN1_STRING_length(value) != 4 && ASN1_STRING_length(value) != 16) return {};
  if (inet_ntop(family, ASN1_STRING_get0_data(value), text.data(), text.size()) == nullptr)
    return {};
  return text.data();
}

std::string contents(BIO* memory) {
  const uint8_t* bytes = nullptr;
  size_t length = 0;
  if (!BIO_mem_contents(memory, &bytes, &length)) return {};
  return {reinterpret_cast<const char*>(bytes), length};
}

}  // namespace

std::string take_library_error() {
  const uint32_t error = ERR_peek_last_error();
  ERR_clear_error();
  if (error == 0) return {};
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET)
    return "the peer's alert: " +
           std::string(SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
  const char* text = ERR_reason_error_string(error);
  return text != nullptr ? lower_words(text) : "error " + std::to_string(error);
}

core::Error library_fault(std::string_view doing) {
  return core::Error{std::string(doing) + ": " + take_library_error()};
}

int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) { return -1; }

core::Result<bssl::UniquePtr<EVP_PKEY>> parse_private_key(std::string_view what,
                                                          std::string_view pem) {
  auto text = open_text(what, pem);
  if (!text) return text.error();
  bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(text->get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (key != nullptr) return key;
  if (pem.find("ENCRYPTED") != std::string_view::npos)
    return fault(what, "it is encrypted; a key without a password is needed");
  return fault(what, "no private key in PEM form in it");
}

core::Result<bssl::UniquePtr<EVP_PKEY>> parse_public_key(std::string_view what,
                                                         std::string_view pem) {
  auto text = open_text(what, pem);
  if (!text) return text.error();
  bssl::UniquePtr<EVP_PKEY> key(PEM_read_bio_PUBKEY(text->get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (key == nullptr) return fault(what, "no public key in PEM form in it");
  return key;
}

core::Result<std::vector<bssl::UniquePtr<X509>>> parse_certificates(std::string_view what,
                                                                    std::string_view pem) {
  auto text = open_text(what, pem);
  if (!text) return text.error();
  std::vector<bssl::UniquePtr<X509>> found;
  ERR_clear_error();
  while (X509* next = PEM_read_bio_X509(text->get(), nullptr, no_password, nullptr))
    found.emplace_back(next);
  const uint32_t error = ERR_peek_last_error();
  const bool at_end =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end)
    return fault(what, "certificate " + std::to_string(found.size() + 1) + " can't be read");
  if (found.empty()) return fault(what, "no certificate in PEM form in it");
  return found;
}

core::Result<void> check_key_pair(X509& certificate, EVP_PKEY& private_key) {
  const bool same = X509_check_private_key(&certificate, &private_key) == 1;
  ERR_clear_error();
  if (same) return {};
  return core::Error{"the private key does not belong to the certificate of " +
                     one_line(X509_get_subject_name(&certificate))};
}

std::string certificate_pem(X509* certificate) {
  bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(out.get(), certificate) ? contents(out.get()) : std::string{};
}

std::string one_line(const X509_NAME* name) {
  constexpr unsigned long style =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  return X509_NAME_print_ex(out.get(), name, 0, style) >= 0 ? contents(out.get()) : std::string{};
}

SubjectNames subject_names(const X509* certificate) {
  SubjectNames found;
  bssl::UniquePtr<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  if (names == nullptr) return found;
  for (size_t i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) found.dns.push_back(to_string(name->d.dNSName));
    if (name->type == GEN_URI) found.uri.push_back(to_string(name->d.uniformResourceIdentifier));
    if (name->type == GEN_EMAIL) found.email.push_back(to_string(name->d.rfc822Name));
    if (name->type == GEN_IPADD) found.ip.push_back(ip_text(name->d.iPAddress));
  }
  return found;
}

std::string only_uri(const SubjectNames& names) {
  return names.uri.size() == 1 ? names.uri.front() : std::string{};
}

int64_t to_ms(const ASN1_TIME* time) {
  bssl::UniquePtr<ASN1_TIME> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  if (!ASN1_TIME_diff(&days, &seconds, epoch.get(), time)) return 0;
  return (static_cast<int64_t>(days) * 86'400 + seconds) * 1000;
}

}  // namespace hawser::tls
