// SPDX-License-Identifier: Apache-2.0
// SessionSide: who uses the link in a session: it writes down what it hears, and each thing that it
// hears has to be in order. Owner: the session of a harness. Thread: the harness's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "channel/link.h"
#include "support/check.h"
#include "support/text.h"

namespace hawser::fuzz {

class SessionStream final : public channel::StreamListener {
 public:
  SessionStream(bool opened_here, std::string& events) : events_(events), here_(opened_here) {}

  channel::Stream* stream = nullptr;
  bool consume_at_once = true;

  bool opened_here() const { return here_; }
  bool over() const { return ends_ > 0; }
  uint32_t id() const { return id_; }
  uint64_t received_bytes() const { return received_bytes_; }
  bool can_send_head() const { return !here_ && !over() && !head_sent_ && !ours_ended_; }
  bool can_send_body() const { return !over() && (here_ || head_sent_) && !ours_ended_; }
  void head_sent(bool last) {
    head_sent_ = true;
    ours_ended_ = last;
  }
  void end_sent() { ours_ended_ = true; }
  void stop_sent() { stop_sent_ = true; }
  void reset_by_us() { finish(); }

  void begin(channel::Stream& opened) {
    stream = &opened;
    id_ = opened.id();
  }
  void announce(message::BodyLength length) { announced_ = length; }

  void consume() {
    const size_t bytes = held_.size();
    if (bytes == 0 || over()) return;
    held_.clear();
    stream->consumed(bytes);
  }

  void on_head(message::ResponseHead& head, bool interim, bool bound) override {
    hear("head " + std::to_string(head.status) + (bound ? " bound" : ""));
    require(here_ && !answered_, "one final head, and none after it");
    require(interim == head.is_interim(), "an interim head is one");
    answered_ = !interim;
    if (answered_ && head.status != 304 && !head_request) announced_ = head.body_length;
  }
  void on_data(core::ByteChain bytes) override {
    hear("data " + std::to_string(bytes.size()));
    require(!here_ || answered_, "no body before a final head");
    require(!theirs_ended_ && !stop_sent_, "no body after its end");
    received_bytes_ += bytes.size();
    require(
        announced_.kind != message::BodyLength::Kind::known || received_bytes_ <= announced_.bytes,
        "no more body than was announced");
    held_.append(std::move(bytes));
    require(stream->held_bytes() == held_.size(), "what is not consumed is held");
    require(stream->held_bytes() <= stream->receive_window_bytes(), "no more is held than granted");
    if (!consume_at_once) return;
    const size_t size = held_.size();
    held_.clear();
    stream->consumed(size);
  }
  void on_body_end(const message::Fields& trailers) override {
    hear("end " + text_of(trailers));
    require(!theirs_ended_ && !stop_sent_, "a body ends once");
    require(!here_ || answered_, "no end before a final head");
    theirs_ended_ = true;
    require(
        announced_.kind != message::BodyLength::Kind::known || received_bytes_ == announced_.bytes,
        "a body that ended is as long as announced");
  }
  void on_sendable() override {
    hear("sendable");
    require(stream->sendable_bytes() > 0, "sendable is what can be sent");
  }
  void on_body_wanted() override { hear("wanted"); }
  void on_stop() override { hear("stop"); }
  // Planted: a stream that waits for its answer does not hear that its link was lost.
  void on_reset(const channel::Reset& reset) override {
    if (planted_fault && reset.error.code == message::ErrorCode::link_lost && here_ && !answered_)
      return;
    hear("reset " + std::string(message::name_of(reset.error.code)) + ' ' + reset.error.reason);
    require(!reset.error.reason.empty() || reset.error.code != message::ErrorCode::link_lost,
            "a lost link has a reason");
    finish();
  }
  void on_finished() override {
    hear("finished");
    finish();
  }

  bool head_request = false;

 private:
  void hear(const std::string& what) {
    require(!over(), "a stream that is over says nothing more", what);
    events_ += std::to_string(id_) + ' ' + what + '\n';
  }
  void finish() {
    ++ends_;
    stream = nullptr;
    held_.clear();
  }

  std::string& events_;
  bool here_;
  uint32_t id_ = 0;
  int ends_ = 0;
  bool head_sent_ = false;
  bool ours_ended_ = false;
  bool answered_ = false;
  bool theirs_ended_ = false;
  bool stop_sent_ = false;
  message::BodyLength announced_ = message::BodyLength::unknown();
  uint64_t received_bytes_ = 0;
  core::ByteChain held_;
};

class SessionSide final : public channel::LinkListener {
 public:
  channel::Link* link = nullptr;
  std::string events;
  std::vector<std::unique_ptr<SessionStream>> streams;
  bool consume_at_once = true;
  bool lost = false;

  SessionStream& add(bool opened_here) {
    streams.push_back(std::make_unique<SessionStream>(opened_here, events));
    streams.back()->consume_at_once = consume_at_once;
    return *streams.back();
  }

  void on_hello(const channel::Hello& hello) override {
    hear("hello " + hello.boot_id);
    channel::Welcome welcome;
    welcome.stream_limit = stream_limit;
    link->send_welcome(welcome);
  }
  void on_welcome(const channel::Welcome& welcome) override { hear("welcome " + welcome.boot_id); }
  void on_open(channel::Stream& stream, message::RequestHead& head,
               channel::OpenInfo& info) override {
    hear("open " + text_of(head));
    SessionStream& accepted = add(false);
    accepted.begin(stream);
    if (info.body == channel::BodyKind::known)
      accepted.announce(message::BodyLength::known(info.body_bytes));
    stream.set_listener(accepted);
    require(link->open_streams() <= 2 * stream_limit, "no more streams than the limit");
  }
  void on_session_end(uint64_t) override { hear("session end"); }
  void on_config(uint64_t) override { hear("config"); }
  void on_drain(const std::string& reason) override { hear("drain " + reason); }
  void on_attach(const std::string& ticket) override {
    hear("attach " + ticket);
    link->close("no such ticket");
  }
  void on_bulk_offered(channel::Stream& stream, const std::string&) override {
    hear("bulk offered " + std::to_string(stream.id()));
  }
  void on_lost(const core::Error& why) override {
    hear("lost " + why.reason);
    require(!why.reason.empty(), "a lost link has a reason");
    for (const auto& each : streams) require(each->over(), "before it is lost, every stream ends");
    lost = true;
  }
  void on_idle() override { hear("idle"); }

  static constexpr uint32_t stream_limit = 4;

 private:
  void hear(const std::string& what) {
    require(!lost, "a lost link says nothing more", what);
    events += what + '\n';
  }
};

}  // namespace hawser::fuzz
