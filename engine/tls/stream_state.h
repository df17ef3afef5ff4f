// SPDX-License-Identifier: Apache-2.0
// The inside of a Stream: one TLS connection between the transport below and the listener above.
// Not for other layers. Owner: its Stream. Thread: its loop's own.
#pragma once

#include <openssl/base.h>
#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>

#include "core/loop.h"
#include "core/socket.h"
#include "core/transport.h"
#include "tls/context_internals.h"
#include "tls/record_io.h"
#include "tls/stream.h"

namespace hawser::tls {

struct Stream::State final : core::TransportListener, core::SpanReader, core::Flushable {
  // Dead: failed, reset or released; nothing moves any more and the listener hears nothing.
  enum class Phase : uint8_t { fresh, shaking, open, dead };

  State(std::unique_ptr<core::Transport> transport, std::shared_ptr<Context> tls_context,
        bssl::UniquePtr<SSL> connection);
  ~State() override;

  void start(core::TransportListener& new_listener);
  void pause(core::PauseReason reason);
  void resume(core::PauseReason reason);
  void write(core::ByteChain bytes);
  void write_copy(std::string_view bytes);
  size_t unsent_bytes() const;
  void end();
  void reset();
  bool can_release() const;
  core::Loop& loop() const { return below->loop(); }

  // From below:
  void on_span(std::span<const uint8_t> bytes) override;
  void on_bytes(core::Slice bytes) override { on_span(bytes.span()); }
  void on_end() override;
  void on_broken(const core::Error& why) override;
  void on_drained() override;

  void flush() override;

  // Input.
  bool shake();
  void become_open();
  void read_records();
  bool may_hold_record() const;
  bool read_record();
  core::Slice take_plaintext(size_t pending) const;
  void read_stopped(int result);
  void read_stash();
  void input_ended();
  bool has_undelivered() const;
  void steer_below();

  // Output.
  void seal();
  bool seal_record();
  void send_sealed();
  void end_below();
  void note_high_mark();
  void tell_drained();

  void fail(const std::string& reason);

  std::unique_ptr<core::Transport> below;
  core::Socket* socket = nullptr;  // `below`, where it is one
  std::shared_ptr<Context> context;
  bssl::UniquePtr<SSL> ssl;
  RecordIo io;
  core::TransportListener* listener = nullptr;
  std::unique_ptr<Expectation> expectation;  // until the handshake is over
  Handshake handshake;
  core::ByteChain unsent;  // plaintext
  core::ByteChain stash;   // sealed bytes that came before a pause; at most one receive buffer
  core::PauseSet pauses;
  Phase phase = Phase::fresh;
  bool started = false;  // set_listener() was called
  bool below_paused = false;
  bool below_ended = false;
  bool read_ended = false;  // close_notify came
  bool ending = false;      // end() was called
  bool end_sent = false;    // and below was ended
  bool over_high_mark = false;
  bool read_due = false;  // the stash is to be read at the end of this turn
};

// What the library knows after its handshake.
Handshake read_handshake(const SSL* ssl);

}  // namespace hawser::tls
