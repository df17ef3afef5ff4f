// SPDX-License-Identifier: Apache-2.0
// H2Script: an input as a list of lines, each an HTTP/2 frame of the peer's or a step of the
// harness's own. A line: what (H, D, R ...), the stream (0 to 9), flags ('0' and the bits: 1
// END_STREAM or ACK, 2 no END_HEADERS, 4 PADDED), then the rest. In a rest "~" stands for a line
// feed, "`" for NUL; fields of H and C are name=value, "|" between them. So seeds are plain text,
// and what a mutation makes of one is still frames. Owner: the harness. Thread: the harness's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/h2_frames.h"

namespace hawser::fuzz {

struct H2Line {
  char what = 0;
  uint32_t stream = 0;
  uint8_t bits = 0;
  std::string rest;

  uint32_t number() const {
    uint32_t value = 0;
    for (const char c : rest) value = value * 10 + (static_cast<uint8_t>(c) - uint32_t{'0'}) % 10;
    return value;
  }
};

class H2Script {
 public:
  explicit H2Script(std::string_view text) : text_(text) {}

  bool next(H2Line& line) {
    if (text_.empty()) return false;
    const size_t end = text_.find('\n');
    const std::string_view all = text_.substr(0, end);
    text_ = end == std::string_view::npos ? std::string_view{} : text_.substr(end + 1);
    line = {};
    if (!all.empty()) line.what = all[0];
    if (all.size() > 1) line.stream = (static_cast<uint8_t>(all[1]) - uint32_t{'0'}) % 10;
    if (all.size() > 2) line.bits = static_cast<uint8_t>(all[2] - '0') & 7;
    if (all.size() > 3) line.rest = all.substr(3);
    std::replace(line.rest.begin(), line.rest.end(), '~', '\n');
    std::replace(line.rest.begin(), line.rest.end(), '`', '\0');
    return true;
  }

 private:
  std::string_view text_;
};

inline std::string h2_block(std::string_view fields) {
  std::string block;
  while (!fields.empty()) {
    const size_t end = fields.find('|');
    const std::string_view field = fields.substr(0, end);
    fields = end == std::string_view::npos ? std::string_view{} : fields.substr(end + 1);
    const size_t equals = field.find('=', 1);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : field.substr(equals + 1);
    block += test::field(field.substr(0, equals), value);
  }
  return block;
}

// The frame that a line stands for; "": it is none.
inline std::string h2_frame(const H2Line& line) {
  const auto flags = static_cast<uint8_t>((line.bits & 1) | ((line.bits & 4) != 0 ? 8 : 0));
  const auto head_flags = static_cast<uint8_t>(flags | ((line.bits & 2) != 0 ? 0 : 4));
  switch (line.what) {
    case 'H':
      return test::frame(NGHTTP2_HEADERS, head_flags, line.stream, h2_block(line.rest));
    case 'C':
      return test::frame(NGHTTP2_CONTINUATION, head_flags & 4, line.stream, h2_block(line.rest));
    case 'B':  // a header block as it stands
      return test::frame(NGHTTP2_HEADERS, head_flags, line.stream, line.rest);
    case 'D':
      return test::frame(NGHTTP2_DATA, flags, line.stream, line.rest);
    case 'R':
      return test::rst(line.stream, line.number());
    case 'W':
      return test::window_update(line.stream, line.number());
    case 'P':
      return test::frame(NGHTTP2_PING, flags & 1, line.stream, line.rest);
    case 'S':
      return test::frame(NGHTTP2_SETTINGS, flags & 1, line.stream, line.rest);
    case 'V':  // SETTINGS of one value
      return test::settings(test::setting(static_cast<uint16_t>(line.stream), line.number()));
    case 'G':
      return test::frame(NGHTTP2_GOAWAY, 0, 0, test::u32(line.stream) + test::u32(line.number()));
    case 'X':  // a frame of any type
      return line.rest.empty() ? std::string{}
                               : test::frame(static_cast<uint8_t>(line.rest[0]), head_flags,
                                             line.stream, line.rest.substr(1));
    default:
      return {};
  }
}

}  // namespace hawser::fuzz
