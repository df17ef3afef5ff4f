// SPDX-License-Identifier: Apache-2.0
// RequestIds: ids of requests (UUIDv7) and of trace spans, from random bytes that are fetched many
// at a time. Owner: the worker. Thread: the worker's own.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "core/loop.h"

namespace hawser::relay {

class RequestIds {
 public:
  explicit RequestIds(core::Loop& loop) : loop_(loop) {}
  std::string next_request_id();
  void next_request_id(std::string& into);  // keeps its memory
  std::array<char, 16> next_span_id_hex();
  std::string next_ticket();  // 32 hex digits, not to be guessed
  uint64_t next_session();    // differs between workers and boots

 private:
  void take(std::span<uint8_t> out);

  core::Loop& loop_;
  std::array<uint8_t, 2048> random_{};
  size_t used_ = sizeof(random_);
};

}  // namespace hawser::relay
