// SPDX-License-Identifier: Apache-2.0
// FrameWriter: frames as bytes. Each call appends one frame's prefix and header to a buffer; DATA
// gives its prefix and header to stand before the payload. After a first few frames nothing is
// allocated. Owner: a link. Thread: the link's.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "channel/frame.h"
#include "channel/head_codec.h"
#include "channel/text_block.h"

namespace hawser::channel {

class FrameWriter {
 public:
  // `out` outlives the writer.
  explicit FrameWriter(std::string& out) : out_(out), builder_(first_builder_bytes) {}

  void hello(const Hello& hello);
  void welcome(const Welcome& welcome);
  // Of these three: false, and nothing was appended, when a limit of frame.h would be exceeded.
  bool open(uint32_t stream, const message::RequestHead& head, const OpenInfo& info,
            uint32_t response_credit);
  bool head(uint32_t stream, const message::ResponseHead& head, bool bound, bool last);
  bool end(uint32_t stream, const message::Fields& trailers);
  void credit(uint32_t stream, uint32_t bytes, std::string_view ticket);
  void stop(uint32_t stream);
  void reset(uint32_t stream, const Reset& reset);
  void session_end(uint64_t client_session);
  void ping(uint64_t token);
  void pong(uint64_t token);
  void config(uint64_t revision);
  void drain(std::string_view reason);
  void attach(uint32_t stream, std::string_view ticket);  // "": the stream leaves this link
  bool grant(const Grant& grant);                         // false: as above
  // Valid until the next call.
  std::span<const uint8_t> data(uint32_t stream, bool last, uint32_t payload_bytes);

  uint64_t frames_written() const { return frames_written_; }

 private:
  using Builder = flatbuffers::FlatBufferBuilder;
  static constexpr size_t first_builder_bytes = 512;
  static constexpr size_t kept_builder_bytes = 16 * 1024;

  Text text(std::string_view value);  // none when empty
  // Name, value, name, value ... of the fields that travel.
  flatbuffers::Offset<TextVector> encode_fields(const message::Fields& fields, bool request);
  // These two put strings into the block and their places at the end of texts_.
  void put_fields(TextBlock& block, const message::Fields& fields, bool request);
  void put_texts(TextBlock& block, const std::vector<std::string>& texts);
  bool append(wire::FrameBuilder& frame);
  void put_prefix(uint8_t* at, uint32_t header_bytes, uint32_t payload_bytes);
  void trim();

  std::string& out_;
  Builder builder_;
  std::vector<Text> texts_;  // working memory, as path_
  std::string path_;
  std::array<uint8_t, 64> data_{};
  uint64_t frames_written_ = 0;
};

// Text that may stand in a field value and a log line: no control characters, at most `limit`
// bytes.
bool is_plain(std::string_view text, size_t limit = short_text_limit_bytes);

// Whether a peer would take an OPEN with this head and info.
bool open_fits(const message::RequestHead& head, const OpenInfo& info);

// The header behind a prefix, verified: null with `fault` when it is not a Frame or breaks a rule
// that holds for its type in every state. `header` is aligned to 8 bytes and outlives the frame.
const wire::Frame* read_header(std::span<const uint8_t> header, uint32_t payload_bytes,
                               Fault& fault);

// "DATA"; "type 77" has no name: "unknown".
std::string_view name_of(wire::FrameType type);

Hello hello_of(const wire::Frame& frame);
Welcome welcome_of(const wire::Frame& frame);
Grant grant_of(const wire::Frame& frame);
Reset reset_of(const wire::Frame& frame);
std::string reason_of(const wire::Frame& frame);

}  // namespace hawser::channel
