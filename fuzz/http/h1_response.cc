// SPDX-License-Identifier: Apache-2.0
// h1_response: an origin's bytes; the first octet says what was asked. However the rest is cut, the
// same responses are read; and what is written anew for a client is read there as the same.
#include "http/h1_readings.h"
#include "http/h1_writer.h"

namespace hawser::fuzz {
namespace {

using http::H1ResponseReader;
using http::ResponseFraming;
using message::FieldName;

constexpr message::Method asked[] = {message::Method::get, message::Method::head,
                                     message::Method::post, message::Method::connect};

// What the writer says itself, in a place of its own.
message::Fields without_framing(message::Fields fields) {
  fields.remove_if([](const message::FieldView& field) {
    return field.id == FieldName::connection || field.id == FieldName::content_length ||
           field.id == FieldName::keep_alive || field.id == FieldName::proxy_connection ||
           field.id == FieldName::upgrade;
  });
  return fields;
}

// Planted: a reason phrase of more than one word is lost.
ResponseReading maybe_faulty(ResponseReading reading) {
  if (!planted_fault) return reading;
  for (ReadResponse& response : reading.messages)
    if (response.head.reason.find("  ") != std::string::npos) response.head.reason.clear();
  return reading;
}

void check_written_anew(const ReadResponse& response, message::Method method) {
  if (response.upgraded) return;
  core::BlockPool pool;
  core::ByteChain out;
  http::ResponseWriteOptions options;
  options.method = method;
  const ResponseFraming framing = http::write_response_head(out, pool, response.head, options);
  const bool interim = response.head.is_interim();
  if (framing == ResponseFraming::chunked && !interim) {
    http::ChunkWriter chunks(pool);
    core::ByteChain content;
    content.append_copy(pool, response.body);
    while (!content.empty()) chunks.write(out, content.pop_front());
    chunks.finish(out, &response.trailers);
  } else {
    require(framing != ResponseFraming::none || response.body.empty(),
            "content is left away only where there is none");
    out.append_copy(pool, response.body);
  }
  const std::string written = out.to_string();
  if (interim) out.append_copy(pool, "HTTP/1.1 204 \r\n\r\n");

  const http::H1Limits generous;
  const ResponseReading again = maybe_faulty(ResponseReadingMaker().read(
      out.to_string(), method, false, Cut::scattered, H1ResponseReader::unlimited, generous));
  require(again.error.empty() && again.messages.size() == (interim ? 2 : 1) &&
              again.messages[0].complete,
          "what is written anew is one whole response", written + again.error);
  const ReadResponse& read = again.messages[0];
  require(read.end == written.size(), "nothing stands behind it", written);
  require(read.head.status == response.head.status, "the same status", written);
  require_same(read.head.reason, response.head.reason, "the same reason phrase");
  require_same(text_of(without_framing(read.head.fields)),
               text_of(without_framing(response.head.fields)), "the same fields");
  require(read.head.fields.get(FieldName::content_length) ==
              response.head.fields.get(FieldName::content_length),
          "the same length is described", written);
  require_same(read.body, response.body, "the same content");
  require_same(text_of(read.trailers), text_of(response.trailers), "the same trailers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = view_of(data + 1, size - 1);
  const auto method = asked[data[0] % std::size(asked)];
  const bool upgrade = (data[0] & 4) != 0;
  const auto whole =
      ResponseReadingMaker().read(bytes, method, upgrade, Cut::whole, H1ResponseReader::unlimited);
  const auto octets = ResponseReadingMaker().read(bytes, method, upgrade, Cut::octets, 1);
  const auto scattered = ResponseReadingMaker().read(bytes, method, upgrade, Cut::scattered, 7);
  require_same(whole.text(), octets.text(), "whole and octet by octet, the same is read");
  require_same(whole.text(), scattered.text(), "whole and in pieces, the same is read");
  for (const ReadResponse& response : whole.messages)
    if (response.complete) check_written_anew(response, method);
  return 0;
}

}  // namespace hawser::fuzz
