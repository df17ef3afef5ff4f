// SPDX-License-Identifier: Apache-2.0
// Whether the certificate that a peer showed proves who it should be: chain, time, purpose, then
// host name or URI. Not for other layers. Owner: a Context holds the trust, a handshake the
// expectation. Thread: any.
#pragma once

#include <openssl/base.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hawser::tls {

core::Result<bssl::UniquePtr<X509_STORE>> make_trust(std::string_view what,
                                                     std::string_view bundle_pem);
core::Result<bssl::UniquePtr<X509_STORE>> system_trust();

struct ExpectedPeer {
  bool server = false;     // the peer is one, so it needs a host name or a URI
  std::string host;        // a DNS name or an IP literal
  std::string uri_prefix;  // takes the host's place when not empty
  int64_t now_ms = 0;
};

struct PeerFault {
  std::string reason;
  uint8_t alert = 0;
  std::string_view name = "certificate_refused";
};

// `chain` is the peer's, leaf first.
core::Result<void, PeerFault> check_peer(X509_STORE& trust, const STACK_OF(CRYPTO_BUFFER) * chain,
                                         const ExpectedPeer& expected);

bool is_ip_literal(const std::string& host);

}  // namespace hawser::tls
