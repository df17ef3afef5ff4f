// SPDX-License-Identifier: Apache-2.0
#include "tls/context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls/client_hello.h"
#include "tls/context_internals.h"
#include "tls/library.h"
#include "tls/peer_check.h"

namespace hawser::tls {

namespace {

constexpr const char* curves = "X25519:P-256";
// What a client may show, in bytes, and what it is told to choose by.
constexpr size_t shown_chain_limit = 32 * 1024;
constexpr size_t subjects_limit = 8 * 1024;
// For TLS 1.2; TLS 1.3 has nothing else anyway.
constexpr const char* forward_secret_aead =
    "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]:"
    "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

// One copy of each certificate, however many connections have seen it.
CRYPTO_BUFFER_POOL* certificate_pool() {
  static CRYPTO_BUFFER_POOL* const pool = CRYPTO_BUFFER_POOL_new();
  return pool;
}

int context_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int expectation_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

const Context::Internals& internals_of(const SSL* ssl) {
  return *static_cast<const Context::Internals*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_index()));
}

// --- callbacks of the library

// The operator has spelled it for an origin; a channel's identity is never taken on trust.
ssl_verify_result_t verify_without_trust(const SSL* ssl, Expectation& expectation) {
  if (!SSL_is_server(ssl) && expectation.uri_prefix.empty()) return ssl_verify_ok;
  expectation.failure = "there are no authorities to verify the peer's certificate by";
  return ssl_verify_invalid;
}

ssl_verify_result_t verify(SSL* ssl, uint8_t* alert) {
  const Context::Internals& internals = internals_of(ssl);
  if (internals.asked_by_name != nullptr)
    return ssl_verify_ok;  // judged later, by who relies on it
  auto* expectation = static_cast<Expectation*>(SSL_get_ex_data(ssl, expectation_index()));
  if (expectation == nullptr) return ssl_verify_invalid;
  if (internals.trust == nullptr) return verify_without_trust(ssl, *expectation);
  const ExpectedPeer expected{!SSL_is_server(ssl), expectation->host, expectation->uri_prefix,
                              expectation->now_ms};
  auto checked = check_peer(*internals.trust, SSL_get0_peer_certificates(ssl), expected);
  if (checked) return ssl_verify_ok;
  expectation->failure = checked.error().reason;
  *alert = checked.error().alert;
  return ssl_verify_invalid;
}

const LoadedKeyPair* certificate_for(const Context::Internals& internals, const std::string& name) {
  const auto& by_name = internals.certificate_by_name;
  auto found = by_name.find(name);
  const size_t dot = name.find('.');
  if (found == by_name.end() && dot != std::string::npos)
    found = by_name.find("*" + name.substr(dot));
  return found == by_name.end() ? nullptr : &internals.certificates[found->second];
}

bool use_key_pair(SSL* ssl, const LoadedKeyPair& pair) {
  std::vector<CRYPTO_BUFFER*> chain;
  for (const auto& certificate : pair.chain) chain.push_back(certificate.get());
  return SSL_set_chain_and_key(ssl, chain.data(), chain.size(), pair.key.get(), nullptr) == 1;
}

int verify_mode(const Context::Internals& internals, std::string_view protocol) {
  const std::string& only_for = internals.certificate_only_for_alpn;
  if (internals.client_certificate == PeerCertificate::none ||
      (!only_for.empty() && protocol != only_for))
    return SSL_VERIFY_NONE;
  return internals.client_certificate == PeerCertificate::required
             ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
             : SSL_VERIFY_PEER;
}

bool tell_subjects(SSL* ssl, const std::vector<std::string>& subjects) {
  bssl::UniquePtr<STACK_OF(CRYPTO_BUFFER)> names(sk_CRYPTO_BUFFER_new_null());
  size_t bytes = 0;
  for (const std::string& subject : subjects) {
    bytes += subject.size();
    bssl::UniquePtr<CRYPTO_BUFFER> name(CRYPTO_BUFFER_new(
        reinterpret_cast<const uint8_t*>(subject.data()), subject.size(), nullptr));
    if (!bssl::PushToStack(names.get(), std::move(name))) return false;
  }
  if (bytes <= subjects_limit) SSL_set0_client_CAs(ssl, names.release());
  return true;
}

// A ticket is no way around the question, and none carries a certificate to another name.
bool ask_by_name(SSL* ssl, const Context::Internals& internals, const std::string& name) {
  const auto subjects = internals.asked_by_name(name);
  SSL_set_custom_verify(ssl, subjects ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, verify);
  if (!subjects) return true;
  SSL_set_options(ssl, SSL_OP_NO_TICKET);
  SSL_set_max_cert_list(ssl, shown_chain_limit);
  return tell_subjects(ssl, *subjects);
}

ssl_select_cert_result_t on_client_hello(const SSL_CLIENT_HELLO* hello) {
  const Context::Internals& internals = internals_of(hello->ssl);
  const std::string name = requested_server_name(*hello);
  const LoadedKeyPair* pair = certificate_for(internals, name);
  if (pair != nullptr && !use_key_pair(hello->ssl, *pair)) return ssl_select_cert_error;
  if (internals.asked_by_name != nullptr) {
    return ask_by_name(hello->ssl, internals, name) ? ssl_select_cert_success
                                                    : ssl_select_cert_error;
  }
  // The same choice that on_protocols() will make: the protocol decides who must show a
  // certificate, so both must see the same one.
  const std::string_view protocol = choose_protocol(internals.alpn, offered_protocols(*hello));
  SSL_set_custom_verify(hello->ssl, verify_mode(internals, protocol), verify);
  return ssl_select_cert_success;
}

int on_protocols(SSL* ssl, const uint8_t** out, uint8_t* out_length, const uint8_t* offered,
                 unsigned offered_length, void*) {
  const Context::Internals& internals = internals_of(ssl);
  const std::string_view protocol = choose_protocol(internals.alpn, {offered, offered_length});
  if (protocol.empty())
    return internals.refuse_unknown_alpn ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_NOACK;
  *out = reinterpret_cast<const uint8_t*>(protocol.data());
  *out_length = static_cast<uint8_t>(protocol.size());
  return SSL_TLSEXT_ERR_OK;
}

// --- what servers and clients share

bssl::UniquePtr<SSL_CTX> new_library_context(bool tls13_only) {
  bssl::UniquePtr<SSL_CTX> raw(SSL_CTX_new(TLS_with_buffers_method()));
  if (raw == nullptr || !SSL_CTX_set_max_proto_version(raw.get(), TLS1_3_VERSION) ||
      !SSL_CTX_set_min_proto_version(raw.get(), tls13_only ? TLS1_3_VERSION : TLS1_2_VERSION) ||
      !SSL_CTX_set1_curves_list(raw.get(), curves))
    return nullptr;
  SSL_CTX_set0_buffer_pool(raw.get(), certificate_pool());
  SSL_CTX_set_session_cache_mode(raw.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_early_data_enabled(raw.get(), 0);
  return raw;
}

core::Result<LoadedKeyPair> load_key_pair(std::string_view what, const KeyPair& pair) {
  const std::string prefix = std::string(what) + ": ";
  auto chain = parse_certificates(prefix + "certificate", pair.certificate_chain_pem);
  if (!chain) return chain.error();
  auto key = parse_private_key(prefix + "private key", pair.private_key_pem);
  if (!key) return key.error();
  if (auto same = check_key_pair(*chain->front(), **key); !same)
    return core::Error{prefix + same.error().reason};
  LoadedKeyPair loaded;
  loaded.key = std::move(*key);
  for (const auto& certificate : *chain) {
    uint8_t* der = nullptr;
    const int length = i2d_X509(certificate.get(), &der);
    bssl::UniquePtr<uint8_t> owned(der);
    if (length <= 0) return library_fault(prefix + "certificate");
    loaded.chain.emplace_back(
        CRYPTO_BUFFER_new(der, static_cast<size_t>(length), certificate_pool()));
  }
  return loaded;
}

bool set_default_key_pair(SSL_CTX* raw, const LoadedKeyPair& pair) {
  std::vector<CRYPTO_BUFFER*> chain;
  for (const auto& certificate : pair.chain) chain.push_back(certificate.get());
  return SSL_CTX_set_chain_and_key(raw, chain.data(), chain.size(), pair.key.get(), nullptr) == 1;
}

core::Result<void> check_protocols(const std::vector<std::string>& protocols) {
  for (const std::string& protocol : protocols)
    if (protocol.empty() || protocol.size() > 255)
      return core::Error{"an ALPN name must have 1 to 255 bytes"};
  return {};
}

core::Result<void> load_certificates(Context::Internals& internals, const ServerOptions& options) {
  if (options.certificates.empty()) return core::Error{"a TLS server needs a certificate"};
  for (const KeyPair& pair : options.certificates) {
    const size_t number = internals.certificates.size();
    const std::string what = options.certificates.size() == 1
                                 ? "server certificate"
                                 : "server certificate " + std::to_string(number + 1);
    auto loaded = load_key_pair(what, pair);
    if (!loaded) return loaded.error();
    bssl::UniquePtr<X509> leaf(X509_parse_from_buffer(loaded->chain.front().get()));
    for (const std::string& name : subject_names(leaf.get()).dns)
      internals.certificate_by_name.emplace(lower_case(name), number);
    internals.certificates.push_back(std::move(*loaded));
  }
  return {};
}

std::string wire_list(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols) {
    list.push_back(static_cast<char>(protocol.size()));
    list += protocol;
  }
  return list;
}

// Takes the session where it is kept, as the library's callbacks do by giving 1.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  KeptSession& kept = *internals_of(ssl).kept_session;
  const std::lock_guard lock(kept.mutex);
  kept.newest.reset(session);
  return 1;
}

void keep_sessions(SSL_CTX* raw, Context::Internals& internals) {
  internals.kept_session = std::make_unique<KeptSession>();
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, on_new_session);
}

core::Result<void> configure_client(SSL_CTX* raw, const ClientOptions& options) {
  const std::string protocols = wire_list(options.alpn);
  if (SSL_CTX_set_alpn_protos(raw, reinterpret_cast<const uint8_t*>(protocols.data()),
                              static_cast<unsigned>(protocols.size())) != 0)
    return library_fault("ALPN");
  SSL_CTX_set_custom_verify(raw, SSL_VERIFY_PEER, verify);
  if (options.certificate.certificate_chain_pem.empty()) return {};
  auto pair = load_key_pair("client certificate", options.certificate);
  if (!pair) return pair.error();
  if (!set_default_key_pair(raw, *pair)) return library_fault("client certificate");
  return {};
}

}  // namespace

void set_expectation(SSL* ssl, Expectation* expectation) {
  SSL_set_ex_data(ssl, expectation_index(), expectation);
}

void offer_kept_session(SSL* ssl, const Context& context) {
  KeptSession* const kept = context.internals().kept_session.get();
  if (kept == nullptr) return;
  const std::lock_guard lock(kept->mutex);
  if (kept->newest != nullptr) SSL_set_session(ssl, kept->newest.get());
}

Context::Context() : internals_(std::make_unique<Internals>()) {}

Context::~Context() { SSL_CTX_free(raw_); }

core::Result<std::shared_ptr<Context>> Context::server(const ServerOptions& options) {
  std::shared_ptr<Context> made(new Context);
  Internals& internals = *made->internals_;
  if (auto loaded = load_certificates(internals, options); !loaded) return loaded.error();
  if (auto checked = check_protocols(options.alpn); !checked) return checked.error();
  internals.alpn = options.alpn;
  internals.refuse_unknown_alpn = options.refuse_unknown_alpn;
  internals.client_certificate = options.client_certificate;
  internals.certificate_only_for_alpn = options.certificate_only_for_alpn;
  internals.asked_by_name = options.asked_by_name;
  if (options.client_certificate != PeerCertificate::none) {
    auto trust = make_trust("authorities of client certificates", options.trust_pem);
    if (!trust) return trust.error();
    internals.trust = std::move(*trust);
  }
  bssl::UniquePtr<SSL_CTX> raw = new_library_context(options.tls13_only);
  if (raw == nullptr || !SSL_CTX_set_strict_cipher_list(raw.get(), forward_secret_aead) ||
      !set_default_key_pair(raw.get(), internals.certificates.front()) ||
      !SSL_CTX_set_ex_data(raw.get(), context_index(), &internals))
    return library_fault("TLS server");
  SSL_CTX_set_select_certificate_cb(raw.get(), on_client_hello);
  if (!options.alpn.empty()) SSL_CTX_set_alpn_select_cb(raw.get(), on_protocols, nullptr);
  // A ticket would let a client in again whose certificate has ended or was revoked since.
  if (!options.session_tickets || options.client_certificate != PeerCertificate::none)
    SSL_CTX_set_options(raw.get(), SSL_OP_NO_TICKET);
  made->raw_ = raw.release();
  made->is_server_ = true;
  return made;
}

core::Result<std::shared_ptr<Context>> Context::client(const ClientOptions& options) {
  std::shared_ptr<Context> made(new Context);
  Internals& internals = *made->internals_;
  if (auto checked = check_protocols(options.alpn); !checked) return checked.error();
  if (options.verify) {
    if (options.trust_pem.empty() && !options.system_roots)
      return core::Error{"a TLS client needs authorities to trust"};
    auto trust = options.trust_pem.empty() ? system_trust()
                                           : make_trust("trusted authorities", options.trust_pem);
    if (!trust) return trust.error();
    internals.trust = std::move(*trust);
  }
  bssl::UniquePtr<SSL_CTX> raw = new_library_context(options.tls13_only);
  if (raw == nullptr || !SSL_CTX_set_ex_data(raw.get(), context_index(), &internals))
    return library_fault("TLS client");
  if (auto configured = configure_client(raw.get(), options); !configured)
    return configured.error();
  if (options.keep_session) keep_sessions(raw.get(), internals);
  made->raw_ = raw.release();
  return made;
}

std::string_view library_origin() { return "BoringSSL (" HAWSER_BORINGSSL_ORIGIN ")"; }

}  // namespace hawser::tls
