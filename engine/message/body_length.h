// SPDX-License-Identifier: Apache-2.0
// BodyLength: what a head says about the length of the content that follows it.
// Owner: its head. Thread: any.
#pragma once

#include <cstdint>

namespace hawser::message {

struct BodyLength {
  enum class Kind : uint8_t {
    none,         // no content and no statement about it
    known,        // exactly `bytes` (0 is a statement: Content-Length: 0)
    unknown,      // ends by its framing: chunked, END, END_STREAM
    until_close,  // a response that ends with its connection (HTTP/1.0 and older servers)
  };

  static constexpr BodyLength none() { return {Kind::none, 0}; }
  static constexpr BodyLength known(uint64_t bytes) { return {Kind::known, bytes}; }
  static constexpr BodyLength unknown() { return {Kind::unknown, 0}; }
  static constexpr BodyLength until_close() { return {Kind::until_close, 0}; }

  // Whether body bytes may follow.
  constexpr bool has_body() const {
    return kind == Kind::unknown || kind == Kind::until_close || bytes > 0;
  }
  constexpr bool is_known() const { return kind == Kind::known; }
  constexpr bool operator==(const BodyLength&) const = default;

  Kind kind = Kind::none;
  uint64_t bytes = 0;
};

}  // namespace hawser::message
