// SPDX-License-Identifier: Apache-2.0
// HTTP/1 on the way out: heads are written anew from the parsed message, never copied; the framing
// fields are written here alone, from the head's body_length. Owner: nobody (functions). Thread:
// the loop whose pool is given.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/block_pool.h"
#include "core/byte_chain.h"
#include "message/head.h"

namespace hawser::http {

struct RequestWriteOptions {
  std::string_view host;          // the Host field's value; empty: target.authority's, canonical
  std::string_view upgrade = {};  // writes Connection: Upgrade and Upgrade: this
  bool close = false;             // writes Connection: close
};
// Content is framed by head.body_length: known: Content-Length; unknown: chunked; none: nothing.
// Skips Host, Connection, Content-Length, Transfer-Encoding, Upgrade, Keep-Alive in head.fields.
void write_request_head(core::ByteChain& out, core::BlockPool& pool,
                        const message::RequestHead& head, const RequestWriteOptions& options);

// How the client can be told the end of a response.
enum class ResponseFraming : uint8_t {
  none,            // no content follows: HEAD, 1xx, 204, 304, or a length of 0
  content_length,  // exactly head.body_length.bytes follow
  chunked,         // by a ChunkWriter
  close,           // raw content, ended by closing (HTTP/1.0)
};
struct ResponseWriteOptions {
  message::Method method = message::Method::get;  // of the request
  message::HttpVersion client_version = message::HttpVersion::http_1_1;
  std::string_view upgrade = {};  // with a 101: the protocol; with a 426: those that are required
  bool keep_alive = true;         // the connection stays open afterwards, if the framing allows
};
ResponseFraming framing_of(const message::ResponseHead& head, const ResponseWriteOptions& options);
// Writes the head with `Connection: close` when the connection ends with this response (and
// `keep-alive` to HTTP/1.0 clients when it does not), and the framing fields of framing_of().
// An interim response is written without any of them.
ResponseFraming write_response_head(core::ByteChain& out, core::BlockPool& pool,
                                    const message::ResponseHead& head,
                                    const ResponseWriteOptions& options);

// The chunked transfer coding of one message. Lines go into a slice's own room where nobody else
// sees it, else into a block of the writer's; small contents are copied there too. Owner: the one
// that sends the message; it holds no memory before write() and after finish().
class ChunkWriter {
 public:
  explicit ChunkWriter(core::BlockPool& pool) : pool_(pool) {}

  // One chunk; an empty slice writes nothing.
  void write(core::ByteChain& out, core::Slice content);
  // The last chunk and the trailers that may stand there.
  void finish(core::ByteChain& out, const message::Fields* trailers = nullptr);

 private:
  uint8_t* reserve(uint32_t bytes);
  void commit(core::ByteChain& out, uint32_t bytes);
  void write_small(core::ByteChain& out, const core::Slice& content, std::string_view line);

  core::BlockPool& pool_;
  core::BlockRef block_;
};

}  // namespace hawser::http
