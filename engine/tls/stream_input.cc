// SPDX-License-Identifier: Apache-2.0
// A stream's handshake and its way from sealed bytes to the listener.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

#include "tls/library.h"
#include "tls/stream_state.h"

namespace hawser::tls {

namespace {

// A record above it gets a block of its own, with headroom that its reader may use; those below
// share the loop's read block, which always has so much room.
constexpr size_t shared_read_limit_bytes = 4 * 1024;

std::string failure_words(const Expectation* expectation) {
  std::string words = take_library_error();
  if (expectation != nullptr && !expectation->failure.empty()) return expectation->failure;
  return words.empty() ? "unknown reason" : words;
}

}  // namespace

void Stream::State::on_span(std::span<const uint8_t> bytes) {
  if (phase == Phase::dead || read_ended) return;
  if (has_undelivered()) {
    // Only a transport that delivers while it is paused gets here; order is kept all the same.
    stash.append_copy(loop().blocks(), bytes);
    return;
  }
  io.lend(bytes);
  if (phase == Phase::open || shake()) read_records();
  const std::span<const uint8_t> rest = io.take_back();
  if (phase == Phase::dead || read_ended) return;
  if (!rest.empty()) stash.append_copy(loop().blocks(), rest);
  steer_below();
}

// True when the handshake is complete and the stream still lives.
bool Stream::State::shake() {
  if (phase != Phase::shaking) return false;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl.get());
  if (result == 1) {
    become_open();
    return phase == Phase::open;
  }
  if (SSL_get_error(ssl.get(), result) == SSL_ERROR_WANT_READ) {
    send_sealed();
  } else {
    fail("TLS handshake failed: " + failure_words(expectation.get()));
  }
  return false;
}

void Stream::State::become_open() {
  phase = Phase::open;
  handshake = read_handshake(ssl.get());
  set_expectation(ssl.get(), nullptr);
  expectation.reset();
  send_sealed();
  if (!unsent.empty() || ending) loop().request_flush(*this);
  listener->on_ready();
}

void Stream::State::read_records() {
  while (phase == Phase::open && !read_ended && !pauses.paused() && may_hold_record() &&
         read_record()) {
  }
  send_sealed();  // the library may have answered by itself
}

// The library takes no more from below than the record that it reads.
bool Stream::State::may_hold_record() const { return io.has_lent() || SSL_pending(ssl.get()) > 0; }

// The library forgets earlier errors by itself.
bool Stream::State::read_record() {
  uint8_t first = 0;
  const int result = SSL_peek(ssl.get(), &first, 1);
  if (result <= 0) {
    read_stopped(result);
    return false;
  }
  core::Slice plaintext = take_plaintext(static_cast<size_t>(SSL_pending(ssl.get())));
  listener->on_bytes(std::move(plaintext));
  return true;
}

core::Slice Stream::State::take_plaintext(size_t pending) const {
  if (pending <= shared_read_limit_bytes) {
    const std::span<uint8_t> room = loop().read_room();
    HAWSER_ASSERT(room.size() >= pending);
    const int n = SSL_read(ssl.get(), room.data(), static_cast<int>(pending));
    HAWSER_ASSERT(n > 0);
    return loop().take_read(static_cast<size_t>(n));
  }
  core::BlockRef block = loop().blocks().take();
  const uint32_t begin = block->filled;
  const int n = SSL_read(ssl.get(), block->bytes + begin,
                         static_cast<int>(std::min<size_t>(pending, core::block_payload_bytes)));
  HAWSER_ASSERT(n > 0);
  block->filled += static_cast<uint32_t>(n);
  const uint32_t end = block->filled;
  return {std::move(block), begin, end};
}

void Stream::State::read_stopped(int result) {
  const int error = SSL_get_error(ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ) return;
  if (error != SSL_ERROR_ZERO_RETURN) {
    fail("TLS connection failed: " + failure_words(nullptr));
    return;
  }
  read_ended = true;
  stash.clear();
  send_sealed();
  listener->on_end();
}

// Runs at the end of a turn: resume() itself must not call the listener.
void Stream::State::read_stash() {
  read_due = false;
  while (phase == Phase::open && !read_ended && !pauses.paused() && has_undelivered()) {
    const size_t lent = stash.empty() ? 0 : stash.front().size();
    if (lent > 0) io.lend(stash.front().span());
    read_records();
    const size_t left = io.take_back().size();
    if (!stash.empty()) stash.consume(lent - left);
  }
  if (phase != Phase::open || pauses.paused()) return;
  steer_below();
  if (below_ended) input_ended();
}

void Stream::State::on_end() {
  below_ended = true;
  if (phase != Phase::dead && !has_undelivered()) input_ended();
}

void Stream::State::input_ended() {
  if (read_ended) return;
  const bool was_open = phase == Phase::open;
  phase = Phase::dead;
  listener->on_broken(core::Error{was_open ? "TLS connection ended without close_notify"
                                           : "connection ended during the TLS handshake"});
}

void Stream::State::on_broken(const core::Error& why) {
  if (phase == Phase::dead) return;
  phase = Phase::dead;
  listener->on_broken(why);
}

bool Stream::State::has_undelivered() const {
  return !stash.empty() || (phase == Phase::open && SSL_pending(ssl.get()) > 0);
}

// Reading below follows the pauses above, but never during the handshake, and goes on only after
// what came before the pause has been delivered.
void Stream::State::steer_below() {
  const bool wanted = phase == Phase::open && (pauses.paused() || has_undelivered());
  if (wanted == below_paused) return;
  below_paused = wanted;
  if (wanted) {
    below->pause(core::PauseReason::busy);
  } else {
    below->resume(core::PauseReason::busy);
  }
}

void Stream::State::pause(core::PauseReason reason) {
  pauses.add(reason);
  if (phase == Phase::open && !read_ended) steer_below();
}

void Stream::State::resume(core::PauseReason reason) {
  if (!pauses.remove(reason) || phase != Phase::open) return;
  if (has_undelivered() || below_ended) {
    read_due = true;
    loop().request_flush(*this);
  } else {
    steer_below();
  }
}

}  // namespace hawser::tls
