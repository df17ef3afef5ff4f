// SPDX-License-Identifier: Apache-2.0
// A stream's way from what was written to sealed bytes below.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "tls/library.h"
#include "tls/stream_state.h"

namespace hawser::tls {

namespace {

constexpr size_t record_limit_bytes = 16 * 1024;
constexpr size_t high_mark_bytes = 64 * 1024;
// From here on a slice is sealed where it lies; smaller neighbours are first copied together.
constexpr size_t gather_limit_bytes = 8 * 1024;

// The small slices at the start, as many as make one record; at least one.
size_t gather(const core::ByteChain& chain, std::span<uint8_t> out) {
  size_t n = 0;
  for (const core::Piece* piece = chain.first(); piece != nullptr; piece = piece->next) {
    const core::Slice& slice = piece->slice;
    if (slice.size() >= gather_limit_bytes || slice.size() > out.size() - n) break;
    std::memcpy(out.data() + n, slice.data(), slice.size());
    n += slice.size();
  }
  return n;
}

}  // namespace

void Stream::State::write(core::ByteChain bytes) {
  if (phase == Phase::dead) return;
  HAWSER_ASSERT(!ending);
  unsent.append(std::move(bytes));
  note_high_mark();
  loop().request_flush(*this);
}

void Stream::State::write_copy(std::string_view bytes) {
  if (phase == Phase::dead) return;
  HAWSER_ASSERT(!ending);
  unsent.append_copy(loop().blocks(), bytes);
  note_high_mark();
  loop().request_flush(*this);
}

size_t Stream::State::unsent_bytes() const { return unsent.size() + below->unsent_bytes(); }

void Stream::State::note_high_mark() {
  const size_t mark_bytes = below->held_up() ? core::held_up_mark_bytes : high_mark_bytes;
  if (unsent_bytes() > mark_bytes) over_high_mark = true;
}

void Stream::State::end() {
  if (phase == Phase::dead || ending) return;
  ending = true;
  loop().request_flush(*this);
}

void Stream::State::reset() {
  phase = Phase::dead;
  unsent.clear();
  stash.clear();
  below->reset();
}

void Stream::State::flush() {
  if (read_due) read_stash();
  seal();
  tell_drained();
}

void Stream::State::seal() {
  if (phase != Phase::open) return;
  // Sealed bytes can't be taken back and cost memory: no more of them than the transport below
  // wants; it tells when it has room again.
  while (!unsent.empty() && !below->over_high_mark())
    if (!seal_record()) return;
  if (!ending || end_sent || !unsent.empty()) return;
  ERR_clear_error();
  SSL_shutdown(ssl.get());
  end_below();
}

bool Stream::State::seal_record() {
  std::array<uint8_t, record_limit_bytes> scratch;
  const core::Slice& front = unsent.front();
  const uint8_t* bytes = front.data();
  size_t n = std::min<size_t>(front.size(), record_limit_bytes);
  if (front.size() < gather_limit_bytes && unsent.first()->next != nullptr) {
    n = gather(unsent, scratch);
    bytes = scratch.data();
  }
  if (SSL_write(ssl.get(), bytes, static_cast<int>(n)) != static_cast<int>(n)) {
    fail("TLS connection failed: " + take_library_error());
    return false;
  }
  unsent.consume(n);
  send_sealed();
  return true;
}

void Stream::State::send_sealed() {
  core::ByteChain sealed = io.take_sealed();
  if (!sealed.empty() && !end_sent) below->write(std::move(sealed));
}

void Stream::State::end_below() {
  send_sealed();
  if (!end_sent) below->end();
  end_sent = true;
}

void Stream::State::on_drained() {
  if (phase == Phase::open) loop().request_flush(*this);
}

void Stream::State::tell_drained() {
  if (!over_high_mark || phase != Phase::open) return;
  if (!unsent.empty() || below->over_high_mark()) return;
  over_high_mark = false;
  listener->on_drained();
}

// The alert that the library has left in its output goes first.
void Stream::State::fail(const std::string& reason) {
  end_below();
  phase = Phase::dead;
  unsent.clear();
  stash.clear();
  listener->on_broken(core::Error{reason});
}

}  // namespace hawser::tls
