// SPDX-License-Identifier: Apache-2.0
// ClientAuthority: who vouches for the certificates that clients show, and whose they are. A
// handshake proves that the client has the key; what the certificate is worth is asked here. Owner:
// shared as a constant. Thread: any, immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hawser::tls {

class ClientAuthority {
 public:
  // `bundle_pem`: the authorities' certificates, at least one.
  static core::Result<std::shared_ptr<const ClientAuthority>> make(std::string_view bundle_pem);
  ~ClientAuthority();
  ClientAuthority(const ClientAuthority&) = delete;
  ClientAuthority& operator=(const ClientAuthority&) = delete;

  struct Client {
    // The first e-mail address among the subject alternative names, else the first URI, else the
    // first DNS name; else the subject's common name.
    std::string name;
    std::string email;  // "" where it has none
    int64_t not_after_ms = 0;
  };
  struct Fault {
    std::string name;    // "certificate_expired"
    std::string reason;  // in words
  };
  // `chain_der`: as it was shown, the client's own certificate first.
  core::Result<Client, Fault> check(const std::vector<std::string>& chain_der,
                                    int64_t now_ms) const;

  // The authorities' subjects (DER), by which clients choose a certificate.
  const std::vector<std::string>& subjects_der() const { return subjects_der_; }

 private:
  struct Trust;
  ClientAuthority();
  std::unique_ptr<Trust> trust_;
  std::vector<std::string> subjects_der_;
};

}  // namespace hawser::tls
