// SPDX-License-Identifier: Apache-2.0
// Stream: TLS over another Transport, itself a Transport. The record layer is hidden here, so that
// another (kernel TLS) can take its place. Ciphertext goes from the loop's receive buffer straight
// into the library; plaintext is decrypted into pooled blocks and handed up as slices; what is
// written in a turn is sealed at its end in as few records as fit. An idle stream holds no buffer.
// Owner: as Transport. Thread: its loop's own; see release() and adopt() for moving to another
// loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/loop.h"
#include "core/transport.h"
#include "tls/context.h"

struct ssl_st;

namespace hawser::tls {

// What the handshake showed.
struct Handshake {
  std::string alpn;         // "" when none was agreed
  std::string server_name;  // SNI, lower case; "" when none was sent
  std::string version;      // "TLSv1.3"
  std::string cipher;
  bool resumed = false;
  std::string peer_certificate_pem;  // leaf; "" when none
  std::string peer_uri_san;          // the leaf's only URI SAN; "" when none or several
  // A client's, as it was shown, leaf first; of a server's nothing.
  std::vector<std::string> peer_chain_der;
};

class Stream : public core::Transport {
 public:
  // Accepts as a server. The handshake starts with set_listener(); on_ready() tells its end,
  // on_broken() its failure (reason names the alert or the certificate's fault).
  static std::unique_ptr<Stream> accept(std::unique_ptr<core::Transport> below,
                                        std::shared_ptr<Context> context);
  // Dials as a client. `server_name` goes into SNI and, when the context verifies against host
  // names, must match the certificate (an IP literal matches an IP SAN). With `expected_uri_prefix`
  // the peer's URI SAN must begin with it and host names play no part (channels).
  static std::unique_ptr<Stream> connect(std::unique_ptr<core::Transport> below,
                                         std::shared_ptr<Context> context,
                                         const std::string& server_name,
                                         const std::string& expected_uri_prefix = "");
  ~Stream() override;

  const Handshake& handshake() const;  // complete after on_ready()
  bool established() const;            // the handshake was completed, whatever came after it
  // Whether reading ended without close_notify is told by on_broken(); with it by on_end().

  // Moving to another loop. Possible only over a Socket and outside its callbacks (a deferred call
  // will do), when nothing is buffered here: no unsent bytes, nothing undelivered, neither end. The
  // beginning of a record that has come already travels inside `ssl`. Afterwards this stream is
  // dead and is to be destroyed.
  struct Released {
    int fd = -1;            // a duplicate that the receiver owns
    ssl_st* ssl = nullptr;  // owned by the receiver: adopt() or discard()
    std::shared_ptr<Context> context;
    Handshake handshake;
  };
  bool can_release() const;
  std::optional<Released> release();  // nullopt: not possible now
  // Null when the descriptor can't be used; everything is closed then. Reading starts with
  // set_listener(); there is no on_ready().
  static std::unique_ptr<Stream> adopt(core::Loop& loop, Released released);
  // What one takes of the heap with the socket below it, beside bytes under way and the library's.
  static size_t heap_bytes();
  static void discard(const Released& released);

  // Transport:
  void set_listener(core::TransportListener& listener) override;
  void pause(core::PauseReason reason) override;
  void resume(core::PauseReason reason) override;
  void limit_reads(size_t bytes) override;
  void write(core::ByteChain bytes) override;
  void write_copy(std::string_view bytes) override;
  size_t unsent_bytes()
      const override;  // plaintext not sealed yet plus sealed bytes not in the kernel
  bool over_high_mark() const override;
  bool held_up() const override;
  size_t unsent_in_kernel_bytes() const override;
  void end() override;
  void reset() override;
  core::Loop& loop() override;
  const core::Address& peer() const override;
  const core::Address& local() const override;

 private:
  struct State;
  explicit Stream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hawser::tls
