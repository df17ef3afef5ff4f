// SPDX-License-Identifier: Apache-2.0
// Endpoint: one end of a TLS connection in a test, which notes what it hears. TlsPair: two of them
// over a pipe in memory. Owner: the test. Thread: the loop's own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/loop.h"
#include "core/transport.h"
#include "support/memory_pipe.h"
#include "support/test_authority.h"
#include "support/test_loop.h"
#include "tls/context.h"
#include "tls/stream.h"

namespace hawser::tls {

struct Endpoint : core::TransportListener {
  void take(std::unique_ptr<Stream> new_stream) {
    stream = std::move(new_stream);
    stream->set_listener(*this);
  }
  void on_ready() override { ready = true; }
  void on_bytes(core::Slice bytes) override {
    largest_slice = std::max<size_t>(largest_slice, bytes.size());
    received += bytes.view();
    if (after_bytes) after_bytes();
  }
  void on_end() override { ended = true; }
  void on_broken(const core::Error& why) override {
    broken = why.reason;
    if (after_broken) after_broken();
  }
  void on_drained() override {
    ++drained;
    if (after_drained) after_drained();
  }

  std::unique_ptr<Stream> stream;
  std::string received;
  size_t largest_slice = 0;
  bool ready = false;
  bool ended = false;
  std::optional<std::string> broken;
  int drained = 0;
  std::function<void()> after_bytes;
  std::function<void()> after_broken;
  std::function<void()> after_drained;
};

inline std::shared_ptr<Context> server_context(const ServerOptions& options) {
  auto made = Context::server(options);
  if (!made) ADD_FAILURE() << made.error().reason;
  return made ? *made : nullptr;
}

inline std::shared_ptr<Context> client_context(const ClientOptions& options) {
  auto made = Context::client(options);
  if (!made) ADD_FAILURE() << made.error().reason;
  return made ? *made : nullptr;
}

inline core::ByteChain chain_of(core::Loop& loop, std::string_view text) {
  core::ByteChain chain;
  chain.append_copy(loop.blocks(), text);
  return chain;
}

// Text in which every position can be told from its neighbours.
inline std::string pattern(size_t size, size_t from = 0) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(((from + i) * 2654435761U) >> 13);
  return text;
}

// What a test asks for, with a working pair as the default.
struct PairOptions {
  PairOptions() {
    server.certificates = {authority().server("wiki.example")};
    client.trust_pem = authority().certificate_pem();
  }
  static const test::TestAuthority& authority() {
    static const test::TestAuthority made;
    return made;
  }
  ServerOptions server;
  ClientOptions client;
  std::string host = "wiki.example";
  std::string uri_prefix;
  size_t cut_bytes = SIZE_MAX;
};

struct TlsPair {
  explicit TlsPair(const PairOptions& options = {})
      : TlsPair(server_context(options.server), client_context(options.client), options) {}

  TlsPair(std::shared_ptr<Context> server_side, std::shared_ptr<Context> client_side,
          const PairOptions& options = {}) {
    test::MemoryPipe pipe = test::MemoryPipe::make(loop, options.cut_bytes);
    below_server = pipe.a.get();
    below_client = pipe.b.get();
    server.take(Stream::accept(std::move(pipe.a), std::move(server_side)));
    client.take(Stream::connect(std::move(pipe.b), std::move(client_side), options.host,
                                options.uri_prefix));
  }

  TlsPair& settle() {
    test::settle(loop);
    return *this;
  }
  bool both_ready() const { return client.ready && server.ready; }
  std::string client_reason() const { return client.broken.value_or("none"); }
  std::string server_reason() const { return server.broken.value_or("none"); }
  const Handshake& seen_by_server() const { return server.stream->handshake(); }
  const Handshake& seen_by_client() const { return client.stream->handshake(); }

  core::Loop loop;
  Endpoint server;
  Endpoint client;
  test::MemoryTransport* below_server = nullptr;
  test::MemoryTransport* below_client = nullptr;
};

}  // namespace hawser::tls
