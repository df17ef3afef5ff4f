// SPDX-License-Identifier: Apache-2.0
// What the parts of this layer share about the TLS library: reading and writing PEM, names inside
// certificates, the library's errors as words. Not for other layers. Owner: nobody. Thread: any.
#pragma once

#include <openssl/base.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hawser::tls {

// The last error in the library's queue in lower-case words, "" when there is none; empties the
// queue. An alert of the peer reads "the peer's alert: …".
std::string take_library_error();
core::Error library_fault(std::string_view doing);  // "doing: the last error"

// The library takes bytes where we have texts.
inline const uint8_t* raw(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}
inline uint8_t* raw(std::string& text) { return reinterpret_cast<uint8_t*>(text.data()); }

// For the library's callback: an encrypted key asks for a password, and there is nobody to ask.
int no_password(char* buffer, int size, int writing, void* context);

// `what` names the text in the reason: "the private key: …".
core::Result<bssl::UniquePtr<EVP_PKEY>> parse_private_key(std::string_view what,
                                                          std::string_view pem);
core::Result<bssl::UniquePtr<EVP_PKEY>> parse_public_key(std::string_view what,
                                                         std::string_view pem);
// All certificates in the text, at least one.
core::Result<std::vector<bssl::UniquePtr<X509>>> parse_certificates(std::string_view what,
                                                                    std::string_view pem);
// Whether they belong together.
core::Result<void> check_key_pair(X509& certificate, EVP_PKEY& private_key);
std::string certificate_pem(X509* certificate);
std::string one_line(const X509_NAME* name);  // as RFC 2253 has it, control characters escaped

struct SubjectNames {
  std::vector<std::string> dns;
  std::vector<std::string> ip;
  std::vector<std::string> uri;
  std::vector<std::string> email;
};
// From the subject alternative names; the common name plays no part.
SubjectNames subject_names(const X509* certificate);

// "" unless there is exactly one.
std::string only_uri(const SubjectNames& names);

int64_t to_ms(const ASN1_TIME* time);

}  // namespace hawser::tls
