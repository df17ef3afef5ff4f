// SPDX-License-Identifier: Apache-2.0
// An H2Session without TLS, a client that sends raw frames to it, and a user of the session that
// does with each request what the test says. Owner: the test. Thread: the loop's own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "http/h2_frames.h"
#include "http/h2_session.h"
#include "http/transcript.h"
#include "support/memory_pipe.h"
#include "support/recording_listener.h"
#include "support/test_loop.h"

namespace hawser::test {

// One request as its user has it. `text` grows: "GET wiki.example /a?q none", then the content in
// quotes, then trailers, then "over: CODE".
class H2Taken final : public http::H2StreamEvents {
 public:
  H2Taken(http::H2Stream& on, message::RequestHeadPtr with) : stream(&on), head(std::move(with)) {}

  void on_request_body(core::Slice content) override {
    body += content.view();
    if (grant_again) stream->allow_body(content.size());
  }
  void on_request_end(const message::Fields& with) override {
    ended = true;
    trailers = text_of(with);
    if (on_end) on_end(*this);
  }
  void on_stream_drained() override { ++drained; }
  void on_only_unwanted_left() override { only_unwanted_left = true; }
  void on_stream_over(message::ErrorCode why, const std::string& reason) override {
    stream = nullptr;
    over = std::string(name_of(why));
    over_reason = reason;
  }

  // A whole response.
  void answer(int status, std::string_view content, core::BlockPool& pool,
              const message::Fields& fields = {}) {
    message::ResponseHead response;
    response.status = static_cast<uint16_t>(status);
    response.fields = fields;
    response.body_length = message::BodyLength::known(content.size());
    stream->send_head(response, head->method);
    stream->send_body(chain_of(pool, content));
    stream->send_end({});
  }

  http::H2Stream* stream;
  message::RequestHeadPtr head;
  std::string body;
  std::string trailers;
  std::string over;
  std::string over_reason;
  std::function<void(H2Taken&)> on_end;
  int drained = 0;
  bool ended = false;
  bool grant_again = false;
  bool only_unwanted_left = false;
};

struct H2PairOptions {
  http::H2Limits h2_limits = {};
  http::H1Limits limits = {};
  size_t cut = SIZE_MAX;
  bool answer = true;  // each request, when it has ended: 200 "ok"
};

class H2Pair final : public http::H2SessionEvents {
 public:
  explicit H2Pair(H2PairOptions options = {}) : options_(std::move(options)), loop(&clock) {
    MemoryPipe pipe = MemoryPipe::make(loop, options_.cut);
    server_end_ = std::move(pipe.a);
    client_end_ = std::move(pipe.b);
    session_ = std::make_unique<http::H2Session>(*server_end_, heads_, options_.limits,
                                                 options_.h2_limits, *this);
    server_end_->set_listener(server_);
    client_end_->set_listener(heard_);
    server_.session = session_.get();
    session_->begin();
  }
  ~H2Pair() override {
    session_->on_gone("the test is over");
    settle(loop);
  }

  // As a proper client begins.
  H2Pair& open(const std::string& entries = {}) {
    send(preface(entries) + settings_ack());
    return *this;
  }
  H2Pair& send(std::string_view bytes) {
    client_end_->write_copy(bytes);
    settle(loop, bytes.size() > 4096 || options_.cut < 100 ? 400 : 12);
    return *this;
  }
  void settle_more() { settle(loop, 100); }
  // The client takes nothing any more, as if its kernel had no room.
  void stall(bool stalled) {
    server_end_->hold_output(stalled);
    settle(loop, 50);
  }

  const std::vector<std::string>& saw() { return frames_.read(heard_.received); }
  // Lines that start so.
  std::vector<std::string> saw(std::string_view start) {
    std::vector<std::string> found;
    for (const std::string& line : saw()) {
      if (line.starts_with(start)) found.push_back(line);
    }
    return found;
  }
  // The content of a stream that has come so far.
  std::string content_of(uint32_t stream) {
    const std::string start = "DATA " + std::to_string(stream) + " '";
    std::string content;
    for (const std::string& line : saw(start))
      content += line.substr(start.size(), line.rfind('\'') - start.size());
    return content;
  }

  void on_request(http::H2Stream& stream, message::RequestHeadPtr head) override {
    taken.push_back(std::make_unique<H2Taken>(stream, std::move(head)));
    H2Taken& request = *taken.back();
    stream.set_events(request);
    if (on_taken) return on_taken(request);
    if (options_.answer) {
      request.on_end = [this](H2Taken& ended) { ended.answer(200, "ok", loop.blocks()); };
    }
    request.grant_again = true;
    stream.allow_body(100'000);
  }
  void on_refusal(http::H2Stream& stream, message::Method method,
                  const message::ExchangeError& error) override {
    refused.push_back(std::string(name_of(error.code)) + ": " + error.reason);
    message::ResponseHead response;
    response.status = static_cast<uint16_t>(status_of(error.code));
    response.body_length = message::BodyLength::known(2);
    stream.send_head(response, method);
    stream.send_body(chain_of(loop.blocks(), "no"));
    stream.send_end({});
    stream.detach();
  }
  void on_malformed(const message::ExchangeError& error) override {
    malformed.push_back(error.reason);
  }
  void on_settled() override { settled = true; }
  void on_head_pending(bool pending) override { head_pending = pending; }
  bool take_room(size_t bytes) override {
    if (bytes > room - room_taken) return false;
    room_taken += bytes;
    return true;
  }
  void give_room_back(size_t bytes) override { room_taken -= bytes; }
  bool may_read_ahead(size_t /*bytes*/) override { return read_ahead; }
  void on_shutdown_seen() override { ++shutdowns_seen; }
  void on_cut(http::H2Cut why, const std::string& /*reason*/) override {
    cut = std::string(http::name_of(why));
    session_->on_gone("cut");
  }

  http::H2Session& session() { return *session_; }

 private:
  H2PairOptions options_;
  message::HeadPool heads_;  // outlives what is taken

 public:
  core::ManualClock clock;
  core::Loop loop;
  std::vector<std::unique_ptr<H2Taken>> taken;
  std::vector<std::string> refused;
  std::vector<std::string> malformed;
  std::function<void(H2Taken&)> on_taken;
  std::string cut;
  size_t room = SIZE_MAX;  // for content that came early
  size_t room_taken = 0;
  bool read_ahead = false;
  int shutdowns_seen = 0;
  bool settled = false;
  bool head_pending = false;

 private:
  struct Server final : RecordingListener {
    void on_bytes(core::Slice bytes) override { session->feed(bytes); }
    void on_drained() override { session->on_drained(); }
    http::H2Session* session = nullptr;
  };

  Server server_;
  RecordingListener heard_;
  FrameReader frames_;
  std::unique_ptr<MemoryTransport> server_end_;
  std::unique_ptr<MemoryTransport> client_end_;
  std::unique_ptr<http::H2Session> session_;
};

}  // namespace hawser::test
