// SPDX-License-Identifier: Apache-2.0
// H2Streams: the streams of one HTTP/2 connection (RFC 9113), each of which asks for one thing and
// never takes more of the answer than its first window; what comes is thrown away, and the
// connection's window is given back at once, so that it is the streams that stall. Owner: the
// Client. Thread: main.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "client.h"

namespace hawser::load {

class H2Streams final : public ByteReader {
 public:
  struct Options {
    std::string host;
    std::string path;
    size_t streams = 0;         // open at the same time
    uint32_t window_bytes = 0;  // of each
  };
  // `options` outlives it.
  explicit H2Streams(const Options& options) : options_(options) {}

  // Says what opens a connection, and asks on every stream.
  void begin(Client& client);
  // Asks again in place of the streams that are over.
  void top_up(Client& client);

  size_t open() const { return open_; }
  uint64_t answers() const { return answers_; }  // heads that came
  uint64_t not_2xx() const { return not_2xx_; }
  uint64_t resets() const { return resets_; }  // by the server

  core::Result<void> read(Client& client, std::string_view bytes) override;

 private:
  void take_frame_head();
  core::Result<void> take_frame(Client& client);
  void take_answer();
  void ended();

  const Options& options_;
  size_t open_ = 0;
  uint32_t next_stream_ = 1;
  uint64_t answers_ = 0;
  uint64_t not_2xx_ = 0;
  uint64_t resets_ = 0;
  uint64_t content_to_give_back_ = 0;
  // the frame that is being read
  std::string head_;
  std::string payload_;      // as much of it as matters
  size_t payload_left_ = 0;  // of it to come
  uint8_t type_ = 0;
  uint8_t flags_ = 0;
};

}  // namespace hawser::load
