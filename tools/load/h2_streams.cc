// SPDX-License-Identifier: Apache-2.0
#include "h2_streams.h"

#include <algorithm>

namespace hawser::load {

namespace {

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t frame_head_bytes = 9;
constexpr size_t payload_kept_bytes = 64;  // the beginning of a head, a PING, a RST_STREAM
constexpr uint32_t connection_window_bytes = 1u << 30;
constexpr uint64_t give_back_bytes = 1u << 20;  // of the connection's window, at a time
constexpr uint32_t streams_end = 0x7fffffff;

enum FrameType : uint8_t {
  data = 0,
  headers = 1,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
};
constexpr uint8_t flag_end_stream = 1;  // of DATA and HEADERS
constexpr uint8_t flag_ack = 1;         // of SETTINGS and PING
constexpr uint8_t flag_end_headers = 4;
constexpr uint8_t flag_padded = 8;
constexpr uint8_t flag_priority = 32;

std::string big_endian(uint64_t value, size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>(value >> (8 * (bytes - 1 - i)) & 0xff);
  return text;
}

std::string frame(FrameType type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string text = big_endian(payload.size(), 3);
  text.push_back(static_cast<char>(type));
  text.push_back(static_cast<char>(flags));
  return text.append(big_endian(stream, 4)).append(payload);
}

// A string literal without Huffman coding (RFC 7541 5.2), of less than 16 KiB.
std::string hpack_string(std::string_view text) {
  std::string made;
  if (text.size() < 127) {
    made.push_back(static_cast<char>(text.size()));
    return made.append(text);
  }
  const size_t more = text.size() - 127;
  made.push_back(127);
  if (more >= 128) made.push_back(static_cast<char>(128 | (more & 127)));
  made.push_back(static_cast<char>(more >= 128 ? more >> 7 : more));
  return made.append(text);
}

// GET over https by HPACK's static table; :path and :authority are literals that no table keeps.
std::string get_block(const H2Streams::Options& options) {
  return "\x82\x87\x04" + hpack_string(options.path) + "\x01" + hpack_string(options.host);
}

// Whether a header block begins with a status of 2xx (RFC 7541 6.1 and 6.2): 200, 204 and 206 stand
// in the static table; another one is a literal with a name from there.
bool begins_with_2xx(std::string_view block) {
  while (!block.empty() && (block[0] & 0xe0) == 0x20) {  // the table's new size
    const bool longer = (block[0] & 0x1f) == 0x1f;
    block.remove_prefix(1);
    while (longer && !block.empty() && (block[0] & 0x80) != 0) block.remove_prefix(1);
    if (longer && !block.empty()) block.remove_prefix(1);
  }
  if (block.empty()) return false;
  const auto first = static_cast<uint8_t>(block[0]);
  return first == 0x88 || first == 0x89 || first == 0x8a;
}

}  // namespace

void H2Streams::begin(Client& client) {
  // ENABLE_PUSH 0, INITIAL_WINDOW_SIZE
  const std::string own =
      big_endian(2, 2) + big_endian(0, 4) + big_endian(4, 2) + big_endian(options_.window_bytes, 4);
  client.write(std::string(preface) + frame(settings, 0, 0, own) +
               frame(window_update, 0, 0, big_endian(connection_window_bytes, 4)));
  top_up(client);
}

void H2Streams::top_up(Client& client) {
  const std::string block = get_block(options_);
  while (open_ < options_.streams && next_stream_ < streams_end && !client.output_full()) {
    client.write(frame(headers, flag_end_headers | flag_end_stream, next_stream_, block));
    next_stream_ += 2;
    ++open_;
  }
}

core::Result<void> H2Streams::read(Client& client, std::string_view bytes) {
  while (!bytes.empty()) {
    if (head_.size() < frame_head_bytes) {
      const size_t taken = std::min(frame_head_bytes - head_.size(), bytes.size());
      head_ += bytes.substr(0, taken);
      bytes.remove_prefix(taken);
      if (head_.size() < frame_head_bytes) break;
      take_frame_head();
    }
    const size_t taken = std::min(payload_left_, bytes.size());
    const size_t kept = std::min(taken, payload_kept_bytes - payload_.size());
    payload_ += bytes.substr(0, kept);
    bytes.remove_prefix(taken);
    payload_left_ -= taken;
    if (payload_left_ > 0) break;
    if (auto done = take_frame(client); !done.ok()) return done;
    head_.clear();
    payload_.clear();
  }
  return {};
}

void H2Streams::take_frame_head() {
  const auto byte = [this](size_t i) { return static_cast<uint8_t>(head_[i]); };
  payload_left_ = size_t{byte(0)} << 16 | size_t{byte(1)} << 8 | byte(2);
  type_ = byte(3);
  flags_ = byte(4);
  if (type_ == data) content_to_give_back_ += payload_left_;
}

core::Result<void> H2Streams::take_frame(Client& client) {
  switch (type_) {
    case data:
      if (content_to_give_back_ >= give_back_bytes) {
        client.write(frame(window_update, 0, 0, big_endian(content_to_give_back_, 4)));
        content_to_give_back_ = 0;
      }
      if ((flags_ & flag_end_stream) != 0) ended();
      break;
    case headers:
      take_answer();
      break;
    case rst_stream:
      ++resets_;
      ended();
      break;
    case settings:
      if ((flags_ & flag_ack) == 0) client.write(frame(settings, flag_ack, 0, ""));
      break;
    case ping:
      if ((flags_ & flag_ack) == 0) client.write(frame(ping, flag_ack, 0, payload_));
      break;
    case goaway:
      return core::Error{"the server said GOAWAY"};
    default:
      break;
  }
  return {};
}

// Trailers and interim answers do not come of what is asked here.
void H2Streams::take_answer() {
  std::string_view block = payload_;
  if ((flags_ & flag_padded) != 0) block.remove_prefix(std::min<size_t>(1, block.size()));
  if ((flags_ & flag_priority) != 0) block.remove_prefix(std::min<size_t>(5, block.size()));
  ++answers_;
  not_2xx_ += begins_with_2xx(block) ? 0 : 1;
  if ((flags_ & flag_end_stream) != 0) ended();
}

void H2Streams::ended() { open_ -= std::min<size_t>(1, open_); }

}  // namespace hawser::load
