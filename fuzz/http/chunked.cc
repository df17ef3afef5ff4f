// SPDX-License-Identifier: Apache-2.0
// chunked: a chunked body. The content, the trailers and what is left behind it are the same
// however it is cut; framing, content and rest are the input; and the same content is read from
// what the ChunkWriter makes of it.
#include "http/chunked_decoder.h"
#include "http/h1_readings.h"
#include "http/h1_writer.h"

namespace hawser::fuzz {
namespace {

struct Decoded {
  http::ChunkedDecoder::Status status = http::ChunkedDecoder::Status::need_more;
  std::string content;
  message::Fields trailers;
  std::string fault;
  size_t taken = 0;  // of the input

  std::string text() const {
    return std::to_string(static_cast<int>(status)) + '\n' + content + '\n' + text_of(trailers) +
           fault + '\n' + std::to_string(taken);
  }
};

Decoded decode(std::string_view bytes, Cut cut, const http::H1Limits& limits = tight_limits) {
  using Status = http::ChunkedDecoder::Status;
  PiecePool pool;
  Decoded decoded;
  {
    core::ByteChain input;
    http::ChunkedDecoder decoder;
    decoder.restart();
    size_t fed = 0;
    const auto run = [&](core::Slice piece) {
      fed += piece.size();
      input.append(std::move(piece));
      while ((decoded.status = decoder.decode(input, limits)) == Status::content) {
        const core::Slice& front = input.front();
        const auto wanted = std::min<uint64_t>(front.size(), decoder.content_bytes());
        decoded.content += front.view().substr(0, wanted);
        input.consume(wanted);
        decoder.content_taken(wanted);
      }
      return decoded.status == Status::need_more;
    };
    in_pieces(pool, bytes, cut, run);
    if (decoded.status == Status::complete) decoded.taken = fed - input.size();
    if (decoded.status == Status::complete && decoder.trailers() != nullptr)
      decoded.trailers = *decoder.trailers();
    if (decoded.status == Status::failed) decoded.fault = decoder.fault().reason;
  }
  require(pool.blocks().blocks_in_use() == 0, "a decoder that is gone holds no block");
  // Planted: content that ends with a NUL loses it.
  if (planted_fault && cut == Cut::scattered && decoded.content.ends_with('\0'))
    decoded.content.pop_back();
  return decoded;
}

void check_written_anew(const Decoded& decoded) {
  core::BlockPool pool;
  core::ByteChain content;
  content.append_copy(pool, decoded.content);
  core::ByteChain out;
  http::ChunkWriter chunks(pool);
  for (size_t part = 1; !content.empty(); part = part * 5 + 3) {
    core::ByteChain piece = content.split_front(std::min(part, content.size()));
    while (!piece.empty()) chunks.write(out, piece.pop_front());
  }
  chunks.finish(out, &decoded.trailers);
  const std::string written = out.to_string();
  const Decoded again = decode(written, Cut::whole, http::H1Limits{});
  require(again.status == http::ChunkedDecoder::Status::complete && again.taken == written.size(),
          "what is written anew is one whole body", written);
  require_same(again.content, decoded.content, "the same content");
  require_same(text_of(again.trailers), text_of(decoded.trailers), "the same trailers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = view_of(data, size);
  const Decoded whole = decode(bytes, Cut::whole);
  require_same(whole.text(), decode(bytes, Cut::octets).text(), "octet by octet, the same");
  require_same(whole.text(), decode(bytes, Cut::scattered).text(), "in pieces, the same");
  if (whole.status != hawser::http::ChunkedDecoder::Status::complete) return 0;
  const Decoded alone = decode(bytes.substr(0, whole.taken), Cut::whole);
  require_same(whole.text(), alone.text(), "what stands behind a body changes nothing in it");
  if (whole.taken > 0)
    require(decode(bytes.substr(0, whole.taken - 1), Cut::whole).status ==
                hawser::http::ChunkedDecoder::Status::need_more,
            "a body that lacks its last octet has not ended");
  check_written_anew(whole);
  return 0;
}

}  // namespace hawser::fuzz
