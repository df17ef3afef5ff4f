// SPDX-License-Identifier: Apache-2.0
#include "tls/certificate_extensions.h"

#include <openssl/asn1.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace hawser::tls {

namespace {

// Bits of KeyUsage, RFC 5280, 4.2.1.3.
constexpr int digital_signature = 0;
constexpr int key_certificate_sign = 5;
constexpr int crl_sign = 6;

constexpr size_t name_limit_bytes = 1024;

bool plain(std::string_view name) {
  return name.size() <= name_limit_bytes &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool add(X509* certificate, int nid, void* value, bool critical) {
  return value != nullptr && X509_add1_ext_i2d(certificate, nid, value, critical ? 1 : 0, 0) == 1;
}

bool add_basic_constraints(X509* certificate, bool authority) {
  bssl::UniquePtr<BASIC_CONSTRAINTS> constraints(BASIC_CONSTRAINTS_new());
  if (authority) {
    constraints->ca = 0xFF;
    constraints->pathlen = ASN1_INTEGER_new();
    ASN1_INTEGER_set(constraints->pathlen, 0);
  }
  return add(certificate, NID_basic_constraints, constraints.get(), true);
}

bool add_key_usage(X509* certificate, bool authority) {
  bssl::UniquePtr<ASN1_BIT_STRING> usage(ASN1_BIT_STRING_new());
  if (authority) {
    ASN1_BIT_STRING_set_bit(usage.get(), key_certificate_sign, 1);
    ASN1_BIT_STRING_set_bit(usage.get(), crl_sign, 1);
  } else {
    ASN1_BIT_STRING_set_bit(usage.get(), digital_signature, 1);
  }
  return add(certificate, NID_key_usage, usage.get(), true);
}

bool add_extended_key_usage(X509* certificate, const IssuedFor& subject) {
  if (!subject.server && !subject.client) return true;
  bssl::UniquePtr<EXTENDED_KEY_USAGE> usages(sk_ASN1_OBJECT_new_null());
  if (subject.server) sk_ASN1_OBJECT_push(usages.get(), OBJ_nid2obj(NID_server_auth));
  if (subject.client) sk_ASN1_OBJECT_push(usages.get(), OBJ_nid2obj(NID_client_auth));
  return add(certificate, NID_ext_key_usage, usages.get(), false);
}

bool push_name(GENERAL_NAMES* names, int type, const std::string& text) {
  if (text.empty()) return true;
  bssl::UniquePtr<ASN1_STRING> value(ASN1_STRING_type_new(V_ASN1_IA5STRING));
  if (!ASN1_STRING_set(value.get(), text.data(), static_cast<int>(text.size()))) return false;
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, type, value.release());
  return sk_GENERAL_NAME_push(names, name) > 0;
}

bool add_names(X509* certificate, const IssuedFor& subject) {
  if (subject.uri_san.empty() && subject.dns_san.empty()) return true;
  bssl::UniquePtr<GENERAL_NAMES> names(sk_GENERAL_NAME_new_null());
  return push_name(names.get(), GEN_URI, subject.uri_san) &&
         push_name(names.get(), GEN_DNS, subject.dns_san) &&
         // RFC 5280, 4.2.1.6: critical where the subject is empty.
         add(certificate, NID_subject_alt_name, names.get(), subject.common_name.empty());
}

bssl::UniquePtr<ASN1_OCTET_STRING> key_identifier(const X509* certificate) {
  std::array<uint8_t, 32> digest{};
  unsigned length = 0;
  bssl::UniquePtr<ASN1_OCTET_STRING> identifier(ASN1_OCTET_STRING_new());
  constexpr int identifier_bytes = 20;  // RFC 7093, method 1
  if (!X509_pubkey_digest(certificate, EVP_sha256(), digest.data(), &length) ||
      !ASN1_OCTET_STRING_set(identifier.get(), digest.data(), identifier_bytes))
    return nullptr;
  return identifier;
}

bool add_key_identifiers(X509* certificate, const X509* issuer) {
  bssl::UniquePtr<ASN1_OCTET_STRING> own = key_identifier(certificate);
  // What the issuer's certificate says, not what we would say in its place.
  bssl::UniquePtr<ASN1_OCTET_STRING> said(static_cast<ASN1_OCTET_STRING*>(
      X509_get_ext_d2i(issuer, NID_subject_key_identifier, nullptr, nullptr)));
  if (said == nullptr && issuer == certificate) said = key_identifier(certificate);
  if (!add(certificate, NID_subject_key_identifier, own.get(), false)) return false;
  if (said == nullptr) return true;
  bssl::UniquePtr<AUTHORITY_KEYID> authority(AUTHORITY_KEYID_new());
  authority->keyid = said.release();
  return add(certificate, NID_authority_key_identifier, authority.get(), false);
}

}  // namespace

core::Result<void> check_names(const IssuedFor& subject) {
  if (!plain(subject.uri_san))
    return core::Error{"the URI name has characters that don't belong there, or is too long"};
  if (!plain(subject.dns_san))
    return core::Error{"the DNS name has characters that don't belong there, or is too long"};
  return {};
}

bool add_extensions(X509* certificate, const X509* issuer, const IssuedFor& subject) {
  return add_basic_constraints(certificate, subject.authority) &&
         add_key_usage(certificate, subject.authority) &&
         add_extended_key_usage(certificate, subject) && add_names(certificate, subject) &&
         add_key_identifiers(certificate, issuer);
}

}  // namespace hawser::tls
