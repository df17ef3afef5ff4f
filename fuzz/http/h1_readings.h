// SPDX-License-Identifier: Apache-2.0
// What our HTTP/1 readers make of an input: every message whole, as values and as text to compare.
// Owner: the harness. Thread: the harness's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/h1_request_reader.h"
#include "http/h1_response_reader.h"
#include "http/limits.h"
#include "message/head.h"
#include "support/check.h"
#include "support/pieces.h"
#include "support/text.h"

namespace hawser::fuzz {

// Small, so that a short input meets them.
inline constexpr http::H1Limits tight_limits{.head_bytes = 2048,
                                             .target_bytes = 512,
                                             .fields = 24,
                                             .trailer_bytes = 512,
                                             .chunk_extension_bytes = 32,
                                             .interim_responses = 3};

template <class Head>
struct ReadMessage {
  Head head;
  std::string body;
  message::Fields trailers;
  bool complete = false;
  bool keep_alive = false;  // of requests
  bool upgraded = false;    // a response that ended HTTP on its connection
  size_t begin = 0;         // in the input
  size_t end = 0;           // once complete
};
using ReadRequest = ReadMessage<message::RequestHead>;
using ReadResponse = ReadMessage<message::ResponseHead>;

template <class Head>
struct Reading {
  std::vector<ReadMessage<Head>> messages;
  std::string error;  // that ended it

  std::string text() const;
};
using RequestReading = Reading<message::RequestHead>;
using ResponseReading = Reading<message::ResponseHead>;

template <class Head>
std::string Reading<Head>::text() const {
  std::string text;
  for (const auto& message : messages) {
    text += text_of(message.head) + '\n' + message.body + '\n' + text_of(message.trailers);
    text += message.complete ? " complete" : " cut";
    text += message.keep_alive ? " keep" : " close";
    text += message.upgraded ? " upgraded\n" : "\n";
    text += std::to_string(message.begin) + ".." + std::to_string(message.end) + "\n";
  }
  return text + error;
}

// Reads requests one after the other, as a server that answers each at once, until an error, the
// end of the bytes, or a request after which the connection closes. `allowance`: so much content is
// asked for at a time.
class RequestReadingMaker final : private http::RequestEvents {
 public:
  RequestReading read(std::string_view bytes, Cut cut, uint64_t allowance,
                      const http::H1Limits& limits = tight_limits);

 private:
  void on_head(message::RequestHeadPtr head) override;
  void on_body(core::Slice content) override;
  void on_message_end(const message::Fields& trailers) override;
  void on_error(const message::ExchangeError& error) override;
  size_t read_to() const { return fed_ - reader_->bytes_kept(); }

  http::H1RequestReader* reader_ = nullptr;
  RequestReading reading_;
  uint64_t allowance_ = 0;
  size_t fed_ = 0;
  size_t begin_ = 0;
};

// Reads the response to one request, and the interim ones before it.
class ResponseReadingMaker final : private http::ResponseEvents {
 public:
  ResponseReading read(std::string_view bytes, message::Method method, bool upgrade_offered,
                       Cut cut, uint64_t allowance, const http::H1Limits& limits = tight_limits);

 private:
  void on_interim(message::ResponseHeadPtr head) override;
  void on_head(message::ResponseHeadPtr head) override;
  void on_body(core::Slice content) override;
  void on_message_end(const message::Fields& trailers) override;
  void on_error(const message::ExchangeError& error) override;
  size_t read_to() const { return fed_ - reader_->bytes_kept(); }

  http::H1ResponseReader* reader_ = nullptr;
  ResponseReading reading_;
  uint64_t allowance_ = 0;
  size_t fed_ = 0;
  size_t begin_ = 0;
  bool answered_ = false;
};

}  // namespace hawser::fuzz
