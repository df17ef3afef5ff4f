// SPDX-License-Identifier: Apache-2.0
// Keys, certificate requests and certificates of our own authority: making, signing, reading.
// Owner: callers; all values are PEM text. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hawser::tls {

// A new ECDSA P-256 key, PKCS#8 PEM.
core::Result<std::string> make_private_key_pem();

// A certificate request for the key, with an empty subject: its names are not trusted by the
// authority anyway.
core::Result<std::string> make_signing_request_pem(std::string_view private_key_pem);

// Checks the request's own signature and key kind (P-256/P-384 or RSA >= 2048) and returns the
// public key, PEM.
core::Result<std::string> check_signing_request_pem(std::string_view request_pem);

struct IssuedFor {
  std::string common_name;  // for people alone
  std::string uri_san;  // the identity, e.g. spiffe://edge.example/tenant/default/connector/<uuid>
  std::string dns_san;  // optional
  int64_t not_before_ms = 0;  // since 1970-01-01 UTC
  int64_t not_after_ms = 0;
  bool server = false;  // extended key usage: serverAuth and/or clientAuth
  bool client = false;
  bool authority = false;  // CA:TRUE, pathlen 0, keyCertSign; self-signed by make_authority
};

// A self-signed authority certificate for the key.
core::Result<std::string> make_authority_pem(std::string_view private_key_pem,
                                             const IssuedFor& authority);

// Signs a certificate for `public_key_pem` with a random 128-bit serial.
core::Result<std::string> issue_certificate_pem(std::string_view authority_pem,
                                                std::string_view authority_key_pem,
                                                std::string_view public_key_pem,
                                                const IssuedFor& subject);

struct CertificateFacts {
  std::string subject;                // one line
  std::string uri_san;                // "" unless exactly one
  std::string serial_hex;             // lower case
  std::string sha256_hex;             // of the DER
  std::string public_key_sha256_hex;  // of the SubjectPublicKeyInfo
  int64_t not_before_ms = 0;
  int64_t not_after_ms = 0;
  std::vector<std::string> dns_sans;
};
core::Result<CertificateFacts> read_certificate_pem(std::string_view pem);  // the first in the text

// Whether key and certificate belong together (a clear reason where not).
core::Result<void> check_key_pair(std::string_view certificate_chain_pem,
                                  std::string_view private_key_pem);

}  // namespace hawser::tls
