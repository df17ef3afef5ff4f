// SPDX-License-Identifier: Apache-2.0
#include "http/h1_readings.h"

#include <utility>

namespace hawser::fuzz {

namespace {

std::string text_of(const message::ExchangeError& error) {
  return std::string(message::name_of(error.code)) + ": " + error.reason;
}

// Whatever was read, nothing of it is kept by anybody else.
void require_all_given_back(PiecePool& pool) {
  require(pool.blocks().blocks_in_use() == 0, "a reader that is gone holds no block");
}

}  // namespace

// --- requests

RequestReading RequestReadingMaker::read(std::string_view bytes, Cut cut, uint64_t allowance,
                                         const http::H1Limits& limits) {
  PiecePool pool;
  message::HeadPool heads;
  {
    http::H1RequestReader reader(heads, limits, *this);
    reader_ = &reader;
    allowance_ = allowance;
    in_pieces(pool, bytes, cut, [&](core::Slice piece) {
      fed_ += piece.size();
      reader.feed(std::move(piece));
      return reading_.error.empty();
    });
    reader.on_connection_end();
  }
  require_all_given_back(pool);
  return std::move(reading_);
}

void RequestReadingMaker::on_head(message::RequestHeadPtr head) {
  require(reading_.error.empty(), "nothing comes after an error");
  require(reading_.messages.empty() || reading_.messages.back().complete,
          "a head comes between messages");
  auto& request = reading_.messages.emplace_back();
  request.head = *head;
  request.begin = begin_;
  reader_->allow_body(allowance_);
}

void RequestReadingMaker::on_body(core::Slice content) {
  require(!content.empty() && content.size() <= allowance_, "no more content than is allowed");
  reading_.messages.back().body += content.view();
  if (allowance_ != http::H1RequestReader::unlimited) reader_->allow_body(content.size());
}

void RequestReadingMaker::on_message_end(const message::Fields& trailers) {
  auto& request = reading_.messages.back();
  request.trailers = trailers;
  request.complete = true;
  request.keep_alive = reader_->keep_alive();
  request.end = begin_ = read_to();
  if (request.keep_alive) {
    reader_->next_message();
  } else {
    reader_->stop();
  }
}

void RequestReadingMaker::on_error(const message::ExchangeError& error) {
  require(reading_.error.empty(), "an error is told once");
  require(!reader_->keep_alive(), "no request follows one that cannot be read");
  reading_.error = text_of(error);
}

// --- responses

ResponseReading ResponseReadingMaker::read(std::string_view bytes, message::Method method,
                                           bool upgrade_offered, Cut cut, uint64_t allowance,
                                           const http::H1Limits& limits) {
  PiecePool pool;
  message::HeadPool heads;
  {
    http::H1ResponseReader reader(heads, limits, *this);
    reader_ = &reader;
    allowance_ = allowance;
    reader.expect(method, upgrade_offered);
    in_pieces(pool, bytes, cut, [&](core::Slice piece) {
      fed_ += piece.size();
      reader.feed(std::move(piece));
      return reading_.error.empty() && !answered_;
    });
    if (reading_.error.empty() && !answered_) reader.on_connection_end();
    require(reading_.error.empty() || !reader.keep_alive(),
            "a connection that broke the rules is not used again");
  }
  require_all_given_back(pool);
  return std::move(reading_);
}

void ResponseReadingMaker::on_interim(message::ResponseHeadPtr head) {
  auto& response = reading_.messages.emplace_back();
  response.head = *head;
  response.complete = true;
  response.begin = begin_;
  response.end = begin_ = read_to();
}

void ResponseReadingMaker::on_head(message::ResponseHeadPtr head) {
  require(reading_.error.empty(), "nothing comes after an error");
  require(reading_.messages.empty() || reading_.messages.back().head.is_interim(),
          "one final response answers one request");
  auto& response = reading_.messages.emplace_back();
  response.head = *head;
  response.begin = begin_;
  response.upgraded = reader_->upgraded();
  if (response.upgraded) reader_->begin_tunnel();
  reader_->allow_body(allowance_);
}

void ResponseReadingMaker::on_body(core::Slice content) {
  require(!content.empty() && content.size() <= allowance_, "no more content than is allowed");
  reading_.messages.back().body += content.view();
  if (allowance_ != http::H1ResponseReader::unlimited) reader_->allow_body(content.size());
}

void ResponseReadingMaker::on_message_end(const message::Fields& trailers) {
  auto& response = reading_.messages.back();
  response.trailers = trailers;
  response.complete = true;
  response.end = begin_ = read_to();
  require(reader_->bytes_kept() == 0 || !reader_->keep_alive(),
          "a connection with unexpected bytes is not used again");
  answered_ = true;
}

void ResponseReadingMaker::on_error(const message::ExchangeError& error) {
  require(reading_.error.empty(), "an error is told once");
  reading_.error = text_of(error);
}

}  // namespace hawser::fuzz
