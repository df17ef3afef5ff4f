// SPDX-License-Identifier: Apache-2.0
// Context: what the TLS connections of one listener or one kind of dialling share: keys, trust,
// versions, ALPN. Immutable once made; a reload makes a new one, and connections keep the one that
// they began with. Owner: shared_ptr, held by listeners and every connection made from it. Thread:
// made on any, used on all.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

struct ssl_ctx_st;

namespace hawser::tls {

struct KeyPair {
  std::string certificate_chain_pem;  // leaf first
  std::string private_key_pem;
};

enum class PeerCertificate { none, optional, required };

struct ServerOptions {
  std::vector<KeyPair>
      certificates;         // chosen by server name (SAN, wildcards); the first where none matches
  bool tls13_only = false;  // else TLS 1.2 (ECDHE + AEAD only) and 1.3
  std::vector<std::string> alpn;  // in order of preference
  // Fail the handshake when the client offers protocols and none of them is ours. Who offers none
  // at all gets in, with Handshake::alpn "".
  bool refuse_unknown_alpn = false;
  PeerCertificate client_certificate = PeerCertificate::none;
  std::string trust_pem;  // bundle of authorities for client certificates
  // Asks for a certificate (optional or required, as above) only when this protocol is the one
  // agreed ("" = always), and for none otherwise.
  std::string certificate_only_for_alpn;
  bool session_tickets = true;  // stateless; never together with client certificates
  // Of whom a certificate is asked, by the server name that the client sends: the authorities'
  // subjects (DER) for it to choose by, perhaps none; nothing: it is not asked. Who shows none gets
  // in too, and what is shown is only proven to be the client's: whoever relies on it asks a
  // ClientAuthority. In place of `client_certificate`.
  std::function<std::optional<std::vector<std::string>>(std::string_view server_name)>
      asked_by_name;
};

struct ClientOptions {
  bool tls13_only = false;
  std::vector<std::string> alpn;
  std::string trust_pem;      // bundle; used instead of the system's roots when not empty
  bool system_roots = false;  // /etc/ssl/certs/ca-certificates.crt
  bool verify = true;         // false must have been spelled by the operator
  KeyPair certificate;        // empty: no client certificate
  // Offers the newest session that a server gave (RFC 8446 2.2); only for a context whose
  // connections all go to one server.
  bool keep_session = false;
};

class Context {
 public:
  static core::Result<std::shared_ptr<Context>> server(const ServerOptions& options);
  static core::Result<std::shared_ptr<Context>> client(const ClientOptions& options);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  ssl_ctx_st* raw() const { return raw_; }
  bool is_server() const { return is_server_; }

  struct Internals;
  const Internals& internals() const { return *internals_; }

 private:
  Context();
  ssl_ctx_st* raw_ = nullptr;
  bool is_server_ = false;
  std::unique_ptr<Internals> internals_;
};

// Where the TLS library came from, for --version: "BoringSSL (Debian android-libboringssl)".
std::string_view library_origin();

}  // namespace hawser::tls
