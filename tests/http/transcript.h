// SPDX-License-Identifier: Apache-2.0
// What the readers make of raw bytes, as text that tests compare: one line a message, or the error
// that ended the reading. Owner: the test. Thread: the test's.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/block_pool.h"
#include "core/byte_chain.h"
#include "http/h1_request_reader.h"
#include "http/h1_response_reader.h"

namespace hawser::test {

inline core::ByteChain chain_of(core::BlockPool& pool, std::string_view text) {
  core::ByteChain chain;
  chain.append_copy(pool, text);
  return chain;
}

inline core::Slice slice_of(core::BlockPool& pool, std::string_view text) {
  core::ByteChain chain = chain_of(pool, text);
  return chain.pop_front();
}

// Sizes of the pieces that raw bytes are fed in; the last one repeats.
using Cuts = std::vector<size_t>;

template <class Reader>
void feed_cut(core::BlockPool& pool, Reader& reader, std::string_view raw, const Cuts& cuts) {
  size_t next = 0;
  while (!raw.empty()) {
    const size_t wanted = cuts[std::min(next++, cuts.size() - 1)];
    const std::string_view piece = raw.substr(0, std::min({wanted, raw.size(), size_t{16384}}));
    reader.feed(slice_of(pool, piece));
    raw.remove_prefix(piece.size());
  }
}

inline std::string text_of(message::BodyLength length) {
  switch (length.kind) {
    case message::BodyLength::Kind::none:
      return "none";
    case message::BodyLength::Kind::known:
      return std::to_string(length.bytes);
    case message::BodyLength::Kind::unknown:
      return "chunked";
    case message::BodyLength::Kind::until_close:
      return "close";
  }
  return "?";
}

inline std::string text_of(const message::Fields& fields) {
  std::string text;
  fields.for_each([&](const message::FieldView& field) {
    text += '{';
    text += field.name;
    text += ": ";
    text += field.value;
    text += '}';
  });
  return text;
}

struct ReadOptions {
  Cuts cuts = {SIZE_MAX};
  uint64_t allowance = UINT64_MAX;  // granted at once, and again whenever it is used up
  bool end = true;                  // the connection ends behind the bytes
  bool with_fields = false;
  http::H1Limits limits;
};

// "GET wiki.example /a?q none 'content' {trailers} keep;" for each request, then "error CODE".
class RequestTranscript final : public http::RequestEvents {
 public:
  explicit RequestTranscript(const ReadOptions& options = {})
      : options_(options), reader_(heads_, options_.limits, *this) {}

  std::string read(std::string_view raw) {
    feed_cut(pool_, reader_, raw, options_.cuts);
    if (options_.end) reader_.on_connection_end();
    return text_;
  }
  const message::ExchangeError& error() const { return error_; }
  http::H1RequestReader& reader() { return reader_; }
  core::BlockPool& pool() { return pool_; }
  const std::string& text() const { return text_; }

  void on_head(message::RequestHeadPtr head) override {
    text_ += std::string(head->method_text()) + ' ' + head->target.authority.host;
    if (head->target.authority.port != 0)
      text_ += ':' + std::to_string(head->target.authority.port);
    text_ += ' ';
    head->target.append_path_and_query(text_);
    text_ += ' ' + text_of(head->body_length);
    if (options_.with_fields) text_ += ' ' + text_of(head->fields);
    if (reader_.in_body()) reader_.allow_body(options_.allowance);
  }
  void on_body(core::Slice content) override {
    body_ += content.view();
    left_ -= std::min<uint64_t>(left_, content.size());
    if (options_.allowance != UINT64_MAX) reader_.allow_body(content.size());
  }
  void on_message_end(const message::Fields& trailers) override {
    text_ += " '" + std::exchange(body_, {}) + "'";
    if (!trailers.empty()) text_ += ' ' + text_of(trailers);
    text_ += reader_.keep_alive() ? " keep;" : " close;";
    if (reader_.keep_alive()) {
      reader_.next_message();
    } else {
      reader_.stop();
    }
  }
  void on_error(const message::ExchangeError& error) override {
    error_ = error;
    if (!body_.empty()) text_ += " '" + std::exchange(body_, {}) + "'";
    text_ += (text_.empty() ? "error " : " error ") + std::string(name_of(error.code));
  }

 private:
  ReadOptions options_;
  core::BlockPool pool_;
  message::HeadPool heads_;
  http::H1RequestReader reader_;
  message::ExchangeError error_;
  std::string text_;
  std::string body_;
  uint64_t left_ = UINT64_MAX;
};

// "103 {fields}" for each interim, "200 5 'hello' keep;" for the final one, then "error CODE".
class ResponseTranscript final : public http::ResponseEvents {
 public:
  explicit ResponseTranscript(const ReadOptions& options = {},
                              message::Method method = message::Method::get, bool upgrade = false)
      : options_(options), reader_(heads_, options_.limits, *this) {
    reader_.expect(method, upgrade);
  }

  std::string read(std::string_view raw) {
    feed_cut(pool_, reader_, raw, options_.cuts);
    if (options_.end) reader_.on_connection_end();
    if (reader_.upgraded()) text_ += " raw '" + body_ + "'";
    return text_;
  }
  const message::ExchangeError& error() const { return error_; }
  http::H1ResponseReader& reader() { return reader_; }
  core::BlockPool& pool() { return pool_; }

  void on_interim(message::ResponseHeadPtr head) override {
    text_ += std::to_string(head->status) + "; ";
  }
  void on_head(message::ResponseHeadPtr head) override {
    text_ += std::to_string(head->status) + ' ' + text_of(head->body_length);
    if (options_.with_fields) text_ += ' ' + text_of(head->fields);
    if (reader_.upgraded()) reader_.begin_tunnel();
    reader_.allow_body(options_.allowance);
  }
  void on_body(core::Slice content) override {
    body_ += content.view();
    if (options_.allowance != UINT64_MAX) reader_.allow_body(content.size());
  }
  void on_message_end(const message::Fields& trailers) override {
    if (reader_.upgraded()) return;  // read() tells what came
    text_ += " '" + std::exchange(body_, {}) + "'";
    if (!trailers.empty()) text_ += ' ' + text_of(trailers);
    text_ += ';';
  }
  void on_error(const message::ExchangeError& error) override {
    error_ = error;
    if (!body_.empty()) text_ += " '" + std::exchange(body_, {}) + "'";
    text_ += (text_.empty() ? "error " : " error ") + std::string(name_of(error.code));
  }

 private:
  ReadOptions options_;
  core::BlockPool pool_;
  message::HeadPool heads_;
  http::H1ResponseReader reader_;
  message::ExchangeError error_;
  std::string text_;
  std::string body_;
};

// All the ways in which a test cuts `size` bytes: whole, the fixed pieces, every single split.
inline std::vector<Cuts> all_cuts(size_t size) {
  std::vector<Cuts> cuts = {{1}, {2}, {3}, {7}, {31}};
  if (size > 2000) return cuts;
  for (size_t at = 1; at < size; ++at) cuts.push_back({at, SIZE_MAX});
  return cuts;
}

}  // namespace hawser::test
