// SPDX-License-Identifier: Apache-2.0
// TestAuthority: a certificate authority of a test's own, and contexts from its certificates.
// Owner: the test. Thread: any.
#pragma once

#include <cstdint>
#include <string>

#include "tls/certificate.h"
#include "tls/context.h"

namespace hawser::test {

class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "test authority");

  const std::string& certificate_pem() const { return certificate_pem_; }
  const std::string& key_pem() const { return key_pem_; }

  // For a host, valid from an hour ago for a day.
  tls::KeyPair server(const std::string& dns_name) const;
  // For a peer of a channel, as server and client.
  tls::KeyPair channel_peer(const std::string& uri) const;
  tls::KeyPair issue(const tls::IssuedFor& subject) const;

 private:
  std::string key_pem_;
  std::string certificate_pem_;
};

// Valid from an hour ago for a day, for servers and clients.
tls::IssuedFor subject_valid_now(const std::string& common_name);

}  // namespace hawser::test
