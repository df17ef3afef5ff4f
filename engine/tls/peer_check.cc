// SPDX-License-Identifier: Apache-2.0
#include "tls/peer_check.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <vector>

#include "tls/library.h"

namespace hawser::tls {

namespace {

constexpr const char* system_bundle = "/etc/ssl/certs/ca-certificates.crt";

PeerFault fault(std::string reason, int alert) {
  return {std::move(reason), static_cast<uint8_t>(alert)};
}

struct Chain {
  bssl::UniquePtr<X509> leaf;
  bssl::UniquePtr<STACK_OF(X509)> others{sk_X509_new_null()};
};

core::Result<Chain, PeerFault> parse(const STACK_OF(CRYPTO_BUFFER) * buffers) {
  Chain chain;
  if (buffers == nullptr || sk_CRYPTO_BUFFER_num(buffers) == 0)
    return fault("there is no certificate", SSL_AD_CERTIFICATE_REQUIRED);
  for (size_t i = 0; i < sk_CRYPTO_BUFFER_num(buffers); ++i) {
    bssl::UniquePtr<X509> parsed(X509_parse_from_buffer(sk_CRYPTO_BUFFER_value(buffers, i)));
    ERR_clear_error();
    if (parsed == nullptr)
      return fault("certificate " + std::to_string(i + 1) + " of the chain can't be read",
                   SSL_AD_BAD_CERTIFICATE);
    if (i == 0) {
      chain.leaf = std::move(parsed);
    } else {
      sk_X509_push(chain.others.get(), parsed.release());
    }
  }
  return chain;
}

PeerFault chain_fault(X509_STORE_CTX* verification, const ExpectedPeer& expected, X509* leaf) {
  const int error = X509_STORE_CTX_get_error(verification);
  const int depth = X509_STORE_CTX_get_error_depth(verification);
  const std::string which = depth == 0 ? "certificate" : "an authority's certificate in the chain";
  const auto alert = static_cast<uint8_t>(SSL_alert_from_verify_result(error));
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {which + " has expired", alert, "certificate_expired"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {which + " is not valid yet", alert, "certificate_not_yet_valid"};
    case X509_V_ERR_INVALID_PURPOSE:
      return {which + " is not meant for a " + (expected.server ? "server" : "client"), alert,
              "certificate_for_another_purpose"};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return {
          "certificate is from an unknown authority (" + one_line(X509_get_issuer_name(leaf)) + ")",
          alert, "certificate_of_another_authority"};
    default:
      return {which + " is refused: " + X509_verify_cert_error_string(error), alert};
  }
}

core::Result<void, PeerFault> check_chain(X509_STORE& trust, const Chain& chain,
                                          const ExpectedPeer& expected) {
  bssl::UniquePtr<X509_STORE_CTX> verification(X509_STORE_CTX_new());
  if (!X509_STORE_CTX_init(verification.get(), &trust, chain.leaf.get(), chain.others.get()) ||
      !X509_STORE_CTX_set_default(verification.get(),
                                  expected.server ? "ssl_server" : "ssl_client"))
    return fault("certificate can't be verified: " + take_library_error(), SSL_AD_INTERNAL_ERROR);
  X509_STORE_CTX_set_time(verification.get(), 0, static_cast<time_t>(expected.now_ms / 1000));
  const bool proven = X509_verify_cert(verification.get()) == 1;
  ERR_clear_error();
  if (proven) return {};
  return chain_fault(verification.get(), expected, chain.leaf.get());
}

std::string listed(const SubjectNames& names) {
  constexpr size_t shown_limit = 8;
  std::vector<std::string> all = names.dns;
  all.insert(all.end(), names.ip.begin(), names.ip.end());
  if (all.empty()) return "it names no host";
  std::string text = "it names ";
  for (size_t i = 0; i < all.size() && i < shown_limit; ++i) {
    if (i > 0) text += ", ";
    text += all[i];
  }
  if (all.size() > shown_limit)
    text += " and " + std::to_string(all.size() - shown_limit) + " more";
  return text;
}

core::Result<void, PeerFault> check_host(X509* leaf, const std::string& host) {
  const SubjectNames names = subject_names(leaf);
  bool named = false;
  if (is_ip_literal(host)) {
    named = X509_check_ip_asc(leaf, host.c_str(), 0) == 1;
  } else if (!names.dns.empty() && !host.empty()) {  // the common name is no host name
    named = X509_check_host(leaf, host.data(), host.size(), 0, nullptr) == 1;
  }
  ERR_clear_error();
  if (named) return {};
  return fault("certificate is not for host " + host + " (" + listed(names) + ")",
               SSL_AD_BAD_CERTIFICATE);
}

core::Result<void, PeerFault> check_uri(X509* leaf, const std::string& prefix) {
  const SubjectNames names = subject_names(leaf);
  if (names.uri.size() != 1)
    return fault("certificate has " + std::to_string(names.uri.size()) +
                     " URI names where exactly one is needed",
                 SSL_AD_BAD_CERTIFICATE);
  if (names.uri.front().compare(0, prefix.size(), prefix) == 0) return {};
  return fault("certificate is for " + names.uri.front() + ", not for " + prefix + "…",
               SSL_AD_BAD_CERTIFICATE);
}

}  // namespace

core::Result<bssl::UniquePtr<X509_STORE>> make_trust(std::string_view what,
                                                     std::string_view bundle_pem) {
  auto authorities = parse_certificates(what, bundle_pem);
  if (!authorities) return authorities.error();
  bssl::UniquePtr<X509_STORE> trust(X509_STORE_new());
  for (const auto& authority : *authorities)
    if (!X509_STORE_add_cert(trust.get(), authority.get()))
      return core::Error{std::string(what) + ": " + take_library_error()};
  // Who names an intermediate authority means to trust that one, without the root above it.
  X509_STORE_set_flags(trust.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return trust;
}

core::Result<bssl::UniquePtr<X509_STORE>> system_trust() {
  std::ifstream file(system_bundle);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return core::Error{std::string(system_bundle) + ": can't be read", -ENOENT};
  return make_trust(system_bundle, text.str());
}

core::Result<void, PeerFault> check_peer(X509_STORE& trust, const STACK_OF(CRYPTO_BUFFER) * chain,
                                         const ExpectedPeer& expected) {
  auto parsed = parse(chain);
  if (!parsed) return parsed.error();
  auto verified = check_chain(trust, *parsed, expected);
  if (!verified || !expected.server) return verified;
  return expected.uri_prefix.empty() ? check_host(parsed->leaf.get(), expected.host)
                                     : check_uri(parsed->leaf.get(), expected.uri_prefix);
}

bool is_ip_literal(const std::string& host) {
  std::array<uint8_t, 16> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

}  // namespace hawser::tls
