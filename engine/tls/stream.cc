// SPDX-License-Identifier: Apache-2.0
#include "tls/stream.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include "core/heap_size.h"
#include "tls/client_hello.h"
#include "tls/context_internals.h"
#include "tls/library.h"
#include "tls/peer_check.h"
#include "tls/stream_state.h"

namespace hawser::tls {

namespace {

constexpr size_t least_read_bytes = 17 * 1024;

bssl::UniquePtr<SSL> new_connection(const Context& context) {
  bssl::UniquePtr<SSL> ssl(SSL_new(context.raw()));
  HAWSER_ASSERT(ssl != nullptr);
  // What only the handshake needs is dropped after it, so that an idle session is small.
  SSL_set_shed_handshake_config(ssl.get(), 1);
  return ssl;
}

// As it is compared and sent: lower case, no brackets, no final dot.
std::string plain_host(std::string_view name) {
  if (name.size() > 2 && name.front() == '[' && name.back() == ']')
    name = name.substr(1, name.size() - 2);
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return lower_case(name);
}

void read_peer_certificate(const SSL* ssl, Handshake& facts) {
  const STACK_OF(CRYPTO_BUFFER)* chain = SSL_get0_peer_certificates(ssl);
  if (chain == nullptr || sk_CRYPTO_BUFFER_num(chain) == 0) return;
  bssl::UniquePtr<X509> leaf(X509_parse_from_buffer(sk_CRYPTO_BUFFER_value(chain, 0)));
  if (leaf == nullptr) return;
  facts.peer_certificate_pem = certificate_pem(leaf.get());
  facts.peer_uri_san = only_uri(subject_names(leaf.get()));
  for (size_t i = 0; SSL_is_server(ssl) && i < sk_CRYPTO_BUFFER_num(chain); ++i) {
    const CRYPTO_BUFFER* der = sk_CRYPTO_BUFFER_value(chain, i);
    facts.peer_chain_der.emplace_back(reinterpret_cast<const char*>(CRYPTO_BUFFER_data(der)),
                                      CRYPTO_BUFFER_len(der));
  }
}

}  // namespace

Handshake read_handshake(const SSL* ssl) {
  Handshake facts;
  const uint8_t* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &length);
  facts.alpn.assign(reinterpret_cast<const char*>(protocol), length);
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name); name != nullptr)
    facts.server_name = lower_case(name);
  facts.version = SSL_get_version(ssl);
  if (const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl); cipher != nullptr)
    facts.cipher = SSL_CIPHER_standard_name(cipher);
  facts.resumed = SSL_session_reused(ssl) == 1;
  read_peer_certificate(ssl, facts);
  take_library_error();
  return facts;
}

Stream::State::State(std::unique_ptr<core::Transport> transport,
                     std::shared_ptr<Context> tls_context, bssl::UniquePtr<SSL> connection)
    : below(std::move(transport)),
      socket(dynamic_cast<core::Socket*>(below.get())),
      context(std::move(tls_context)),
      ssl(std::move(connection)),
      io(below->loop().blocks()) {
  io.attach(ssl.get());
}

Stream::State::~State() = default;

void Stream::State::start(core::TransportListener& new_listener) {
  listener = &new_listener;
  if (started) return;
  started = true;
  if (phase == Phase::fresh) {
    phase = Phase::shaking;
    expectation->now_ms = below->loop().wall_ms();
    set_expectation(ssl.get(), expectation.get());
  }
  if (socket != nullptr) socket->set_span_reader(*this);
  below->set_listener(*this);
  if (phase == Phase::shaking && !context->is_server()) shake();
}

Stream::Stream(std::unique_ptr<State> state) : state_(std::move(state)) {}

size_t Stream::heap_bytes() {
  return core::heap_bytes_of(sizeof(Stream)) + core::heap_bytes_of(sizeof(State)) +
         core::Socket::heap_bytes();
}
Stream::~Stream() = default;

std::unique_ptr<Stream> Stream::accept(std::unique_ptr<core::Transport> below,
                                       std::shared_ptr<Context> context) {
  HAWSER_ASSERT(context->is_server());
  bssl::UniquePtr<SSL> ssl = new_connection(*context);
  SSL_set_accept_state(ssl.get());
  auto state = std::make_unique<State>(std::move(below), std::move(context), std::move(ssl));
  state->expectation = std::make_unique<Expectation>();
  return std::unique_ptr<Stream>(new Stream(std::move(state)));
}

std::unique_ptr<Stream> Stream::connect(std::unique_ptr<core::Transport> below,
                                        std::shared_ptr<Context> context,
                                        const std::string& server_name,
                                        const std::string& expected_uri_prefix) {
  HAWSER_ASSERT(!context->is_server());
  bssl::UniquePtr<SSL> ssl = new_connection(*context);
  SSL_set_connect_state(ssl.get());
  offer_kept_session(ssl.get(), *context);
  const std::string host = plain_host(server_name);
  // A name that can't go on the wire (longer than 255 bytes) also fits no certificate.
  if (!host.empty() && !is_ip_literal(host)) SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  auto state = std::make_unique<State>(std::move(below), std::move(context), std::move(ssl));
  state->expectation = std::make_unique<Expectation>();
  state->expectation->host = host;
  state->expectation->uri_prefix = expected_uri_prefix;
  return std::unique_ptr<Stream>(new Stream(std::move(state)));
}

const Handshake& Stream::handshake() const { return state_->handshake; }
bool Stream::established() const { return !state_->handshake.version.empty(); }

// --- moving to another loop

bool Stream::State::can_release() const {
  return phase == Phase::open && socket != nullptr && !socket->closed() && !read_ended &&
         !below_ended && !ending && unsent_bytes() == 0 && !io.has_lent() && !has_undelivered();
}

bool Stream::can_release() const { return state_->can_release(); }

std::optional<Stream::Released> Stream::release() {
  if (!state_->can_release()) return std::nullopt;
  const core::Result<int> fd = state_->socket->release_fd();
  if (!fd) return std::nullopt;
  state_->phase = State::Phase::dead;
  RecordIo::detach(state_->ssl.get());
  return Released{*fd, state_->ssl.release(), state_->context, std::move(state_->handshake)};
}

std::unique_ptr<Stream> Stream::adopt(core::Loop& loop, Released released) {
  bssl::UniquePtr<SSL> ssl(released.ssl);
  auto socket = core::Socket::adopt(loop, released.fd);
  if (!socket) return nullptr;
  auto state =
      std::make_unique<State>(std::move(*socket), std::move(released.context), std::move(ssl));
  state->handshake = std::move(released.handshake);
  state->phase = State::Phase::open;
  return std::unique_ptr<Stream>(new Stream(std::move(state)));
}

void Stream::discard(const Released& released) {
  SSL_free(released.ssl);
  if (released.fd >= 0) ::close(released.fd);
}

// --- Transport

void Stream::set_listener(core::TransportListener& listener) { state_->start(listener); }
void Stream::pause(core::PauseReason reason) { state_->pause(reason); }
void Stream::resume(core::PauseReason reason) { state_->resume(reason); }
// A record of the least size that senders use in bulk has to fit.
void Stream::limit_reads(size_t bytes) {
  state_->below->limit_reads(std::max(bytes, least_read_bytes));
}
void Stream::write(core::ByteChain bytes) { state_->write(std::move(bytes)); }
void Stream::write_copy(std::string_view bytes) { state_->write_copy(bytes); }
size_t Stream::unsent_bytes() const { return state_->unsent_bytes(); }
bool Stream::over_high_mark() const { return state_->over_high_mark; }
bool Stream::held_up() const { return state_->below->held_up(); }
size_t Stream::unsent_in_kernel_bytes() const { return state_->below->unsent_in_kernel_bytes(); }
void Stream::end() { state_->end(); }
void Stream::reset() { state_->reset(); }
core::Loop& Stream::loop() { return state_->below->loop(); }
const core::Address& Stream::peer() const { return state_->below->peer(); }
const core::Address& Stream::local() const { return state_->below->local(); }

}  // namespace hawser::tls
