// SPDX-License-Identifier: Apache-2.0
// h2_session: a client's frames behind its preface, and what the server does in between (H2Script).
// Every request that is handed out is valid by our own rules and could be written for an HTTP/1
// origin; no more of its content comes than was allowed; every stream has one end; what we answer
// is a run of good frames; and the cuts change nothing.
#include "http/h2_session.h"

#include <map>
#include <memory>
#include <vector>

#include "core/clock.h"
#include "http/h1_written.h"
#include "http/h2_answers.h"
#include "http/h2_script.h"
#include "http/plain_field.h"
#include "support/memory_pipe.h"
#include "support/recording_listener.h"
#include "support/test_loop.h"

namespace hawser::fuzz {
namespace {

constexpr http::H1Limits limits{.head_bytes = 1024, .target_bytes = 200, .fields = 12};
constexpr http::H2Limits h2_limits{.streams = 4,
                                   .resets = 4,
                                   .errors = 4,
                                   .settings = 4,
                                   .pings = 4,
                                   .empty_frames = 4,
                                   .window_updates = 20,
                                   .other_frames = 6,
                                   .continuations = 3};
constexpr size_t room_bytes = 256 * 1024;  // for content that comes early or ahead
constexpr size_t waiting_limit_bytes = 256 * 1024;

// Planted: a Content-Length is forgotten where a trailer section ends the content.
bool length_holds(const ReadRequest& request) {
  if (request.head.body_length.kind != message::BodyLength::Kind::known) return true;
  if (planted_fault && !request.trailers.empty()) return request.body.empty();
  return request.body.size() == request.head.body_length.bytes;
}

void check_head(const message::RequestHead& head) {
  require(head.method != message::Method::other, "a method that we know");
  require(!head.target.authority.empty(), "a host");
  size_t bytes = 0;
  head.fields.for_each([&](const message::FieldView& field) {
    bytes += field.name.size() + field.value.size();
    const std::string text = check_plain_field(field);
    using message::FieldName;
    for (const FieldName name : {FieldName::transfer_encoding, FieldName::keep_alive,
                                 FieldName::proxy_connection, FieldName::http2_settings})
      require(field.id != name, "no field of connections", text);
    if (field.id == FieldName::connection || field.id == FieldName::upgrade)
      require(head.extended_connect, "no field of connections", text);
    if (field.id == FieldName::te)
      require(message::equals_ignoring_case(field.value, "trailers"), "TE says trailers", text);
  });
  require(bytes <= limits.head_bytes, "a head keeps to its limit");
  require(head.fields.size() <= limits.fields + 3, "fields keep to their limit");
  require(head.fields.count(message::FieldName::host) <= 1, "one host");
}

class Taken final : public http::H2StreamEvents {
 public:
  Taken(http::H2Stream& on, message::RequestHeadPtr with, std::string& events, size_t number)
      : stream(&on), events_(events), number_(std::to_string(number)) {
    request.head = *with;
    check_head(request.head);
    hear("request " + text_of(request.head));
  }

  void on_request_body(core::Slice content) override {
    require(!request.complete && !is_over, "content comes before the end");
    request.body += content.view();
    require(request.body.size() <= allowed, "no more content than was allowed");
  }
  void on_request_end(const message::Fields& trailers) override {
    require(!request.complete, "a request ends once");
    request.complete = true;
    request.trailers = trailers;
    hear("end " + request.body + text_of(trailers));
    require(length_holds(request), "the content is as long as Content-Length says");
    if (request.head.extended_connect || !request.head.target.path.starts_with('/')) return;
    if (request.head.body_length.kind != message::BodyLength::Kind::unknown)
      request.trailers.clear();  // HTTP/1 has no place for them
    check_written_anew(request, [](RequestReading reading) { return reading; });
  }
  void on_stream_drained() override {}
  void on_only_unwanted_left() override {}
  void on_stream_over(message::ErrorCode why, const std::string&) override {
    hear("over " + std::string(message::name_of(why)));
    end();
  }
  void end() {
    is_over = true;
    stream = nullptr;
  }

  http::H2Stream* stream;
  ReadRequest request;
  uint64_t allowed = 0;
  bool is_over = false;

 private:
  void hear(const std::string& what) {
    require(!is_over, "a stream that is over says nothing more", what);
    events_ += number_ + ' ' + what + '\n';
  }

  std::string& events_;
  std::string number_;
};

class Connection final : public http::H2SessionEvents {
 public:
  explicit Connection(size_t cut_bytes) : loop_(&clock_) {
    test::MemoryPipe pipe = test::MemoryPipe::make(loop_, cut_bytes);
    server_end_ = std::move(pipe.a);
    client_end_ = std::move(pipe.b);
    session_ = std::make_unique<http::H2Session>(*server_end_, heads_, limits, h2_limits, *this);
    server_end_->set_listener(server_);
    client_end_->set_listener(heard_);
    server_.session = session_.get();
    session_->begin();
  }

  std::string run(std::string_view text) {
    send(test::preface());
    H2Script script(text);
    for (H2Line line; script.next(line);) {
      const std::string frame = h2_frame(line);
      if (!frame.empty()) {
        send(frame);
      } else {
        step(line);
      }
      test::settle(loop_, 2);
      require(session_->open_streams() <= h2_limits.streams, "no more streams than allowed");
      require(server_end_->unsent_bytes() <= waiting_limit_bytes, "what waits is bounded");
      require(room_taken_ <= room_bytes, "what is held is bounded");
      answers_.read(heard_.received);
    }
    finish();
    return std::move(events_);
  }

 private:
  struct Server final : test::RecordingListener {
    void on_bytes(core::Slice bytes) override { session->feed(bytes); }
    void on_drained() override { session->on_drained(); }
    http::H2Session* session = nullptr;
  };

  void send(std::string_view bytes) {
    if (!bytes.empty()) client_end_->write_copy(bytes);
    test::settle(loop_, 2);
  }

  void step(const H2Line& line) {
    switch (line.what) {
      case 't':
        return clock_.advance_ms(line.number() % 20'000);
      case 'n':
        return session_->begin_shutdown();
      case 'N':
        return session_->refuse_new_streams();
      case 'h':
        return server_end_->hold_output((line.bits & 1) != 0);
      default:
        if (taken_.empty()) return;
        Taken& taken = *taken_[line.stream % taken_.size()];
        if (!taken.is_over) step_on(taken, line);
    }
  }

  void step_on(Taken& taken, const H2Line& line) {
    http::H2Stream& stream = *taken.stream;
    switch (line.what) {
      case 'g':
        taken.allowed += line.number() % 100'000;
        return stream.allow_body(line.number() % 100'000);
      case 'i':
      case 'a': {
        message::ResponseHead head;
        head.status = line.what == 'i' ? 103 : 200;
        head.body_length = message::BodyLength::unknown();
        head.fields.add("x", "y");
        if (line.what == 'i') return stream.send_interim(head);
        return stream.send_head(head, taken.request.head.method);
      }
      case 'b': {
        core::ByteChain bytes;
        bytes.append_copy(loop_.blocks(), std::string(line.number() % 70'000, 'x'));
        return stream.send_body(std::move(bytes));
      }
      case 'e': {
        message::Fields trailers;
        if (line.bits != 0) trailers.add("grpc-status", "0");
        return stream.send_end(trailers);
      }
      case 's':
        return stream.stop_body();
      case 'r':
        return stream.reset(http::H2Reset::cancel);
      case 'd':
        stream.detach();
        return taken.end();
      default:
        return;
    }
  }

  void finish() {
    session_->on_gone("the client is gone");
    for (const auto& taken : taken_) require(taken->is_over, "every stream has one end", events_);
    require(room_taken_ == 0, "all room is given back");
    session_.reset();
    server_end_.reset();
    client_end_.reset();
    test::settle(loop_, 2);
    require(loop_.blocks().blocks_in_use() == 0, "nobody keeps a block");
  }

  void on_request(http::H2Stream& stream, message::RequestHeadPtr head) override {
    require(!cut_, "nothing comes behind a cut");
    taken_.push_back(std::make_unique<Taken>(stream, std::move(head), events_, taken_.size()));
    stream.set_events(*taken_.back());
  }
  void on_refusal(http::H2Stream& stream, message::Method method,
                  const message::ExchangeError& error) override {
    events_ += "refused " + error.reason + '\n';
    message::ResponseHead response;
    response.status = static_cast<uint16_t>(message::status_of(error.code));
    require(response.status >= 400, "a refusal is an error");
    stream.send_head(response, method);
    stream.send_end({});
    stream.detach();
  }
  void on_malformed(const message::ExchangeError& error) override {
    events_ += "malformed " + error.reason + '\n';
  }
  bool take_room(size_t bytes) override {
    if (bytes > room_bytes - room_taken_) return false;
    room_taken_ += bytes;
    return true;
  }
  void give_room_back(size_t bytes) override {
    require(bytes <= room_taken_, "no more room is given back than was taken");
    room_taken_ -= bytes;
  }
  void on_cut(http::H2Cut why, const std::string& reason) override {
    require(!cut_ && !reason.empty(), "a connection is cut once, for a reason");
    cut_ = true;
    events_ += "cut " + std::string(http::name_of(why)) + " " + reason + "\n";
    session_->on_gone("cut");
  }

  core::ManualClock clock_;
  core::Loop loop_;
  message::HeadPool heads_;
  Server server_;
  test::RecordingListener heard_;
  H2Answers answers_;
  std::unique_ptr<test::MemoryTransport> server_end_;
  std::unique_ptr<test::MemoryTransport> client_end_;
  std::unique_ptr<http::H2Session> session_;
  std::vector<std::unique_ptr<Taken>> taken_;
  std::string events_;
  size_t room_taken_ = 0;
  bool cut_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = view_of(data, size);
  const std::string whole = Connection(SIZE_MAX).run(text);
  require_same(whole, Connection(5).run(text), "in pieces, the same happens");
  return 0;
}

}  // namespace hawser::fuzz
