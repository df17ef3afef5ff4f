// SPDX-License-Identifier: Apache-2.0
// What stands behind a Context, and what a handshake hands to its callbacks. Not for other layers.
// Owner: the Context; a Stream owns its Expectation while it shakes hands. Thread: as Context.
#pragma once

#include <openssl/base.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "tls/context.h"

namespace hawser::tls {

struct LoadedKeyPair {
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> chain;
  bssl::UniquePtr<EVP_PKEY> key;
};

// The newest session of a client whose connections all go to one server.
struct KeptSession {
  std::mutex mutex;
  bssl::UniquePtr<SSL_SESSION> newest;  // under mutex; null: none came yet
};

struct Context::Internals {
  std::vector<LoadedKeyPair> certificates;
  std::unordered_map<std::string, size_t> certificate_by_name;  // also "*.example.com"
  std::vector<std::string> alpn;
  bool refuse_unknown_alpn = false;
  PeerCertificate client_certificate = PeerCertificate::none;
  std::string certificate_only_for_alpn;
  decltype(ServerOptions::asked_by_name) asked_by_name;
  bssl::UniquePtr<X509_STORE> trust;          // null: nothing is verified
  std::unique_ptr<KeptSession> kept_session;  // null: none is kept
};

// What the client expects of its server; `failure` is filled in when the peer's certificate fails.
struct Expectation {
  std::string host;
  std::string uri_prefix;
  int64_t now_ms = 0;
  std::string failure;
};

// Offers the session that the context kept, if it keeps any.
void offer_kept_session(SSL* ssl, const Context& context);

// Callbacks find it through the connection; null again after the handshake.
void set_expectation(SSL* ssl, Expectation* expectation);

}  // namespace hawser::tls
