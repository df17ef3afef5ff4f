// SPDX-License-Identifier: Apache-2.0
// EventSeal: the key with which an engine signs where its chain of events begins and ends: P-256,
// made at the first start, kept in the store. Whoever reads the chain elsewhere knows it by its id.
// Owner: the EventChain. Thread: any, immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "control/store.h"
#include "core/result.h"
#include "tls/public_key.h"
#include "tls/signing_key.h"

namespace hawser::control {

// One end of a chain: the last event that is there (its head), or the last one that is not any
// more (a checkpoint).
struct EventMark {
  uint64_t sequence = 0;   // 0: nothing yet
  std::string sha256_hex;  // of that event's line
  int64_t logged_ms = 0;
  // Of a checkpoint alone:
  uint64_t removed = 0;      // events that went, in all
  uint64_t first_break = 0;  // where one that went did not fit the one before it; 0: all did
};

class EventSeal {
 public:
  // Reads the engine's key, or makes it.
  static core::Result<EventSeal> open(Store& store, const std::string& engine_id);

  // `what`: "head" or "checkpoint". One is never taken for the other, nor for another engine's.
  core::Result<std::string> write(std::string_view what, const EventMark& mark) const;
  // An error where it cannot be read, or was not signed by this key.
  core::Result<EventMark> read(std::string_view what, std::string_view text) const;
  const std::string& key_id() const { return key_id_; }  // SHA-256 of the point, hex

 private:
  EventSeal(std::string engine_id, tls::SigningKey key, tls::PublicKey own, std::string key_id)
      : engine_id_(std::move(engine_id)),
        key_(std::move(key)),
        public_(std::move(own)),
        key_id_(std::move(key_id)) {}
  std::string signed_text(std::string_view what, const EventMark& mark) const;

  std::string engine_id_;
  tls::SigningKey key_;
  tls::PublicKey public_;
  std::string key_id_;
};

}  // namespace hawser::control
