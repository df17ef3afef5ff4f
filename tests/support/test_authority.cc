// SPDX-License-Identifier: Apache-2.0
#include "support/test_authority.h"

#include <chrono>

namespace hawser::test {

namespace {

int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string public_key_pem(const std::string& private_key_pem) {
  return *tls::check_signing_request_pem(*tls::make_signing_request_pem(private_key_pem));
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) : key_pem_(*tls::make_private_key_pem()) {
  certificate_pem_ = *tls::make_authority_pem(key_pem_, subject_valid_now(name));
}

tls::KeyPair TestAuthority::server(const std::string& dns_name) const {
  tls::IssuedFor subject = subject_valid_now(dns_name);
  subject.dns_san = dns_name;
  return issue(subject);
}

tls::KeyPair TestAuthority::channel_peer(const std::string& uri) const {
  tls::IssuedFor subject = subject_valid_now("channel peer");
  subject.uri_san = uri;
  return issue(subject);
}

tls::KeyPair TestAuthority::issue(const tls::IssuedFor& subject) const {
  tls::KeyPair pair;
  pair.private_key_pem = *tls::make_private_key_pem();
  pair.certificate_chain_pem = *tls::issue_certificate_pem(
      certificate_pem_, key_pem_, public_key_pem(pair.private_key_pem), subject);
  return pair;
}

tls::IssuedFor subject_valid_now(const std::string& common_name) {
  constexpr int64_t hour_ms = 3'600'000;
  tls::IssuedFor subject;
  subject.common_name = common_name;
  subject.not_before_ms = now_ms() - hour_ms;
  subject.not_after_ms = now_ms() + 24 * hour_ms;
  subject.server = true;
  subject.client = true;
  return subject;
}

}  // namespace hawser::test
