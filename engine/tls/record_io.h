// SPDX-License-Identifier: Apache-2.0
// RecordIo: where the TLS library reads and writes sealed bytes: out of a span that is lent to it
// for the moment, into a chain. It keeps nothing of its own, so an idle connection has no buffer.
// Not for other layers. Owner: a Stream. Thread: the stream's own.
#pragma once

#include <openssl/base.h>

#include <cstdint>
#include <span>

#include "core/byte_chain.h"

namespace hawser::tls {

class RecordIo {
 public:
  explicit RecordIo(core::BlockPool& blocks) : blocks_(blocks) {}
  RecordIo(const RecordIo&) = delete;
  RecordIo& operator=(const RecordIo&) = delete;

  // The connection reads and writes here from now on; it may have been attached elsewhere before.
  void attach(SSL* ssl);
  // The connection finds nothing to read and fails to write until it is attached again.
  static void detach(SSL* ssl);

  void lend(std::span<const uint8_t> bytes) { lent_ = bytes; }
  // What was not read ends being lent.
  std::span<const uint8_t> take_back() { return std::exchange(lent_, {}); }
  bool has_lent() const { return !lent_.empty(); }

  core::ByteChain take_sealed() { return std::move(sealed_); }

  size_t read(std::span<uint8_t> out);
  void write(std::span<const uint8_t> bytes) { sealed_.append_copy(blocks_, bytes); }

 private:
  core::BlockPool& blocks_;
  std::span<const uint8_t> lent_;
  core::ByteChain sealed_;
};

}  // namespace hawser::tls
