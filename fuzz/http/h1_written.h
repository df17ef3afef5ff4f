// SPDX-License-Identifier: Apache-2.0
// A request that was read, written anew as for an origin: there it is read as the same request, and
// nothing is left over. Owner: nobody (functions). Thread: the harness's.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "http/h1_readings.h"
#include "http/h1_writer.h"

namespace hawser::fuzz {

// What the writer says itself.
inline message::Fields without_framing(message::Fields fields) {
  using message::FieldName;
  fields.remove_if([](const message::FieldView& field) {
    return field.id == FieldName::host || field.id == FieldName::connection ||
           field.id == FieldName::keep_alive || field.id == FieldName::proxy_connection ||
           field.id == FieldName::upgrade;
  });
  return fields;
}

inline void write_body(core::ByteChain& out, core::BlockPool& pool, const ReadRequest& request) {
  if (request.head.body_length.kind != message::BodyLength::Kind::unknown) {
    out.append_copy(pool, request.body);
    return;
  }
  http::ChunkWriter chunks(pool);
  core::ByteChain content;
  content.append_copy(pool, request.body);
  // Some alone, some beside others in one block, some large.
  for (size_t part = 1; !content.empty(); part = part * 5 + 3) {
    core::ByteChain piece = content.split_front(std::min(part, content.size()));
    while (!piece.empty()) chunks.write(out, piece.pop_front());
  }
  chunks.finish(out, &request.trailers);
}

// `altered` is what becomes of the second reading before it is compared.
template <class Altered>
void check_written_anew(const ReadRequest& request, Altered altered) {
  if (request.head.method == message::Method::connect) return;  // goes no further
  core::BlockPool pool;
  core::ByteChain out;
  http::RequestWriteOptions options{.host = request.head.target.authority.raw};
  if (options.host.empty()) options.host = "origin.example";
  http::write_request_head(out, pool, request.head, options);
  write_body(out, pool, request);
  const std::string written = out.to_string();

  const http::H1Limits generous;
  const RequestReading again = altered(RequestReadingMaker().read(
      written, Cut::scattered, http::H1RequestReader::unlimited, generous));
  require(again.error.empty() && again.messages.size() == 1 && again.messages[0].complete,
          "what is written anew is one whole request", written + again.error);
  const ReadRequest& read = again.messages[0];
  require(read.end == written.size(), "nothing stands behind it", written);
  require(read.head.method == request.head.method, "the same method", written);
  require_same(read.head.target.path, request.head.target.path, "the same path");
  require(read.head.target.has_query == request.head.target.has_query, "a query or none", written);
  require_same(read.head.target.query, request.head.target.query, "the same query");
  require_same(read.head.target.canonical_path, request.head.target.canonical_path,
               "the same canonical path");
  require_same(read.head.target.authority.raw, options.host, "the host that was given");
  require_same(text_of(without_framing(read.head.fields)),
               text_of(without_framing(request.head.fields)), "the same fields");
  require_same(read.body, request.body, "the same content");
  require_same(text_of(read.trailers), text_of(request.trailers), "the same trailers");
}

}  // namespace hawser::fuzz
