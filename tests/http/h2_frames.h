// SPDX-License-Identifier: Apache-2.0
// HTTP/2 frames made by hand, so that a test can send what no library would, and what came back as
// text. Owner: nobody (functions and values). Thread: any.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawser::test {

inline constexpr uint8_t end_stream = 0x1;
inline constexpr uint8_t ack = 0x1;
inline constexpr uint8_t end_headers = 0x4;
inline constexpr uint8_t padded = 0x8;

inline std::string u32(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

inline std::string frame(uint8_t type, uint8_t flags, uint32_t stream,
                         std::string_view payload = {}) {
  std::string out = u32(static_cast<uint32_t>(payload.size())).substr(1);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  return out + u32(stream) + std::string(payload);
}

// RFC 7541 5.1, with a prefix of seven bits.
inline std::string hpack_length(size_t value) {
  if (value < 127) return {static_cast<char>(value)};
  std::string out(1, 127);
  for (value -= 127; value >= 128; value /= 128) out += static_cast<char>(value % 128 + 128);
  return out + static_cast<char>(value);
}

// A literal field that no table keeps.
inline std::string field(std::string_view name, std::string_view value) {
  return std::string(1, '\0') + hpack_length(name.size()) + std::string(name) +
         hpack_length(value.size()) + std::string(value);
}

using FieldPairs = std::vector<std::pair<std::string, std::string>>;

inline std::string block_of(const FieldPairs& fields) {
  std::string block;
  for (const auto& [name, value] : fields) block += field(name, value);
  return block;
}

// A header section, in CONTINUATIONs where it is large.
inline std::string headers(uint32_t stream, const FieldPairs& fields, uint8_t flags = end_stream) {
  constexpr size_t limit = 16'384;
  std::string block = block_of(fields);
  std::string out;
  uint8_t type = NGHTTP2_HEADERS;
  do {
    const std::string part = block.substr(0, limit);
    block.erase(0, part.size());
    const uint8_t last = block.empty() ? end_headers : 0;
    out += frame(type, static_cast<uint8_t>((type == NGHTTP2_HEADERS ? flags : 0) | last), stream,
                 part);
    type = NGHTTP2_CONTINUATION;
  } while (!block.empty());
  return out;
}

inline FieldPairs get_of(const std::string& path = "/") {
  return {
      {":method", "GET"}, {":scheme", "https"}, {":authority", "wiki.example"}, {":path", path}};
}
inline FieldPairs post_of(const FieldPairs& more = {}) {
  FieldPairs fields = {
      {":method", "POST"}, {":scheme", "https"}, {":authority", "wiki.example"}, {":path", "/"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

inline std::string data(uint32_t stream, std::string_view content, uint8_t flags = 0) {
  return frame(NGHTTP2_DATA, flags, stream, content);
}
inline std::string rst(uint32_t stream, uint32_t code = NGHTTP2_CANCEL) {
  return frame(NGHTTP2_RST_STREAM, 0, stream, u32(code));
}
inline std::string window_update(uint32_t stream, uint32_t bytes) {
  return frame(NGHTTP2_WINDOW_UPDATE, 0, stream, u32(bytes));
}
inline std::string ping() { return frame(NGHTTP2_PING, 0, 0, "12345678"); }
inline std::string settings(const std::string& entries = {}) {
  return frame(NGHTTP2_SETTINGS, 0, 0, entries);
}
inline std::string setting(uint16_t id, uint32_t value) {
  return std::string{static_cast<char>(id >> 8), static_cast<char>(id)} + u32(value);
}
inline std::string settings_ack() { return frame(NGHTTP2_SETTINGS, ack, 0); }
inline std::string preface(const std::string& entries = {}) {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings(entries);
}

// What a peer said, one line a frame: "HEADERS 1 :status=200 END", "DATA 1 'ok' END",
// "RST_STREAM 1 PROTOCOL_ERROR", "GOAWAY 0 NO_ERROR", "WINDOW_UPDATE 1 100".
class FrameReader {
 public:
  FrameReader() { nghttp2_hd_inflate_new(&inflater_); }
  ~FrameReader() { nghttp2_hd_inflate_del(inflater_); }
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // `all` grows from call to call.
  const std::vector<std::string>& read(std::string_view all) {
    while (all.size() >= at_ + 9) {
      const std::string_view head = all.substr(at_, 9);
      const size_t length = number(head.substr(0, 3));
      if (all.size() < at_ + 9 + length) break;
      lines_.push_back(line(static_cast<uint8_t>(head[3]), static_cast<uint8_t>(head[4]),
                            number(head.substr(5)), all.substr(at_ + 9, length)));
      at_ += 9 + length;
    }
    return lines_;
  }

 private:
  static uint32_t number(std::string_view bytes) {
    uint32_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }

  std::string line(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
    const std::string of = " " + std::to_string(stream);
    const std::string end = (flags & end_stream) != 0 ? " END" : "";
    switch (type) {
      case NGHTTP2_DATA:
        return "DATA" + of + " '" + std::string(payload) + "'" + end;
      case NGHTTP2_HEADERS:
        return "HEADERS" + of + fields_of(payload) + end;
      case NGHTTP2_RST_STREAM:
        return "RST_STREAM" + of + " " + nghttp2_http2_strerror(number(payload));
      case NGHTTP2_SETTINGS:
        return end.empty() ? "SETTINGS" : "SETTINGS ack";
      case NGHTTP2_PING:
        return end.empty() ? "PING" : "PING ack";
      case NGHTTP2_GOAWAY:
        return "GOAWAY " + std::to_string(number(payload.substr(0, 4))) + " " +
               nghttp2_http2_strerror(number(payload.substr(4, 4)));
      case NGHTTP2_WINDOW_UPDATE:
        return "WINDOW_UPDATE" + of + " " + std::to_string(number(payload));
      default:
        return "frame " + std::to_string(type) + of;
    }
  }

  std::string fields_of(std::string_view block) {
    std::string text;
    const auto* in = reinterpret_cast<const uint8_t*>(block.data());
    size_t left = block.size();
    for (int flags = 0; (flags & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
      nghttp2_nv nv;
      const ssize_t taken = nghttp2_hd_inflate_hd2(inflater_, &nv, &flags, in, left, 1);
      if (taken < 0) return text + " ?";
      in += taken;
      left -= static_cast<size_t>(taken);
      if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0) continue;
      text += " " + std::string(reinterpret_cast<char*>(nv.name), nv.namelen) + "=" +
              std::string(reinterpret_cast<char*>(nv.value), nv.valuelen);
    }
    nghttp2_hd_inflate_end_headers(inflater_);
    return text;
  }

  nghttp2_hd_inflater* inflater_ = nullptr;
  std::vector<std::string> lines_;
  size_t at_ = 0;
};

}  // namespace hawser::test
