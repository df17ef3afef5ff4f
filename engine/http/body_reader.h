// SPDX-License-Identifier: Apache-2.0
// BodyReader: takes one message's content off a run of bytes by the framing that its head declared.
// Owner: a request or response reader. Thread: that of its owner.
#pragma once

#include <cstdint>

#include "core/byte_chain.h"
#include "http/chunked_decoder.h"
#include "http/limits.h"
#include "message/body_length.h"

namespace hawser::http {

class BodyReader {
 public:
  enum class Status : uint8_t { need_more, need_allowance, content, complete, failed };

  void start(message::BodyLength length);
  // Takes at most `allowance` octets of content off `input` into `content`; framing costs nothing.
  Status read(core::ByteChain& input, uint64_t allowance, const H1Limits& limits,
              core::Slice& content);
  // Whether the end of the connection here is the end of the message.
  bool ends_with_connection() const {
    return length_.kind == message::BodyLength::Kind::until_close;
  }
  // Null unless the message was chunked and had some.
  const message::Fields* trailers() const {
    return length_.kind == message::BodyLength::Kind::unknown ? chunked_.trailers() : nullptr;
  }
  const LineFault& fault() const { return chunked_.fault(); }

 private:
  Status take(core::ByteChain& input, uint64_t allowance, uint64_t left, core::Slice& content);

  message::BodyLength length_;
  uint64_t left_ = 0;
  ChunkedDecoder chunked_;
};

}  // namespace hawser::http
