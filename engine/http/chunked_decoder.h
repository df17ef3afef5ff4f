// SPDX-License-Identifier: Apache-2.0
// ChunkedDecoder: the chunked transfer coding (RFC 9112 7.1), strict, without copying content.
// Owner: a BodyReader. Thread: that of its owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/byte_chain.h"
#include "http/limits.h"
#include "http/line_scanner.h"
#include "message/error.h"
#include "message/fields.h"

namespace hawser::http {

class ChunkedDecoder {
 public:
  enum class Status : uint8_t { need_more, content, complete, failed };

  void restart();

  // Takes framing off the front of `input`. On `content` the next content_bytes() octets of the
  // chunk come next in `input` (perhaps not all there yet): take some and report them by
  // content_taken(). On `complete` the trailers are known and `input` starts behind the message.
  Status decode(core::ByteChain& input, const H1Limits& limits);
  uint64_t content_bytes() const { return chunk_left_; }
  void content_taken(uint64_t bytes) { chunk_left_ -= bytes; }

  // Those that may be used (RFC 9110 6.5.1); null when there were none.
  const message::Fields* trailers() const { return trailers_.get(); }
  const LineFault& fault() const { return fault_; }

 private:
  enum class State : uint8_t {
    size,
    extension,
    size_lf,
    content,
    content_cr,
    content_lf,
    trailers,
    done,
    failed
  };

  Status fail(const char* reason, message::ErrorCode code = message::ErrorCode::bad_request);
  Status decode_framing(core::ByteChain& input, const H1Limits& limits);
  Status step(char c, const H1Limits& limits);
  Status step_size(char c);
  Status step_extension(char c, const H1Limits& limits);
  bool advance_extension(char c);
  Status decode_trailers(core::ByteChain& input, const H1Limits& limits);
  Status finish_trailers();

  State state_ = State::size;
  uint8_t digits_ = 0;
  uint8_t extension_state_ = 0;
  uint32_t extension_bytes_ = 0;   // of this chunk
  uint64_t extensions_bytes_ = 0;  // of all chunks so far
  uint64_t announced_bytes_ = 0;   // the content of all chunks before this one
  uint64_t chunk_left_ = 0;
  LineFault fault_;
  std::string trailer_text_;
  LineScanner trailer_scanner_{LineScanner::Section::trailers};
  std::unique_ptr<message::Fields> trailers_;
};

// Whether a field may stand in a trailer section: not framing, routing, authentication, request
// modifiers or what says how content is to be read (RFC 9110 6.5.1), nor what folds to such a name.
bool allowed_in_trailers(const message::FieldView& field);

}  // namespace hawser::http
