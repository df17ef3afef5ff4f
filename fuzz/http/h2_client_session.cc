// SPDX-License-Identifier: Apache-2.0
// h2_client_session: an origin's frames, and what its client does in between (H2Script). Every
// answer that is handed out is valid by our own rules; no more content comes than was allowed;
// every request has one end; what we write is a run of good frames; and the cuts change nothing.
#include "http/h2_client_session.h"

#include <memory>
#include <vector>

#include "core/clock.h"
#include "http/h2_answers.h"
#include "http/h2_script.h"
#include "http/plain_field.h"
#include "support/memory_pipe.h"
#include "support/recording_listener.h"
#include "support/test_loop.h"
#include "support/text.h"

namespace hawser::fuzz {
namespace {

using message::BodyLength;
using message::FieldName;

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t waiting_limit_bytes = 256 * 1024;

// Planted: Keep-Alive is not known for a field of connections.
bool is_of_connections(FieldName name) {
  return name == FieldName::connection || name == FieldName::transfer_encoding ||
         name == FieldName::proxy_connection || name == FieldName::upgrade ||
         (name == FieldName::keep_alive) != planted_fault;
}

class Asked final : public http::H2ClientStreamEvents {
 public:
  Asked(message::Method method, std::string& events, size_t number)
      : method_(method), events_(events), number_(std::to_string(number)) {}

  void on_interim(message::ResponseHeadPtr head) override {
    require(head->is_interim() && !answered_, "interim answers come before the final one");
    require(++interim_ <= http::H1Limits{}.interim_responses, "interim answers are bounded");
    take_head(*head);
  }
  void on_head(message::ResponseHeadPtr head) override {
    require(!head->is_interim() && !answered_, "one final answer");
    answered_ = true;
    length_ = head->body_length;
    status_ = head->status;
    take_head(*head);
  }
  void on_body(core::Slice content) override {
    require(answered_ && !ended_ && !is_over, "content comes between head and end");
    body_ += content.view();
    require(body_.size() <= allowed, "no more content than was allowed");
    require(method_ != message::Method::head, "no content in an answer to HEAD");
  }
  void on_response_end(const message::Fields& trailers) override {
    hear("end " + body_ + text_of(trailers));
    require(answered_ && !ended_, "an answer ends once");
    ended_ = true;
    if (length_.kind == BodyLength::Kind::known && method_ != message::Method::head)
      require(body_.size() == length_.bytes || (status_ == 304 && body_.empty()),
              "as long as Content-Length says");
    require(length_.kind != BodyLength::Kind::none || body_.empty(), "no content where none is");
  }
  void on_stream_drained() override {}
  void on_response_failed(const message::ExchangeError& error, http::H2Refusal refusal) override {
    const bool refused = refusal != http::H2Refusal::none;
    hear("failed " + std::string(message::name_of(error.code)) + (refused ? " refused" : ""));
    require(!ended_, "an answer that ended does not fail");
    require(!refused || (!answered_ && interim_ == 0), "what was answered was not refused");
    require(!error.reason.empty(), "a failure has a reason");
    end();
  }
  void on_stream_over() override {
    hear("over");
    require(ended_, "a request is over behind its answer");
    end();
  }
  void end() {
    is_over = true;
    stream = nullptr;
  }

  http::H2ClientStream* stream = nullptr;
  uint64_t allowed = 0;
  bool is_over = false;
  bool request_ended = false;

 private:
  void hear(const std::string& what) {
    require(!is_over, "a request that is over says nothing more", what);
    events_ += number_ + ' ' + what + '\n';
  }
  void take_head(const message::ResponseHead& head) {
    hear("head " + text_of(head));
    require(head.status >= 100 && head.status <= 999 && head.status != 101, "a status of HTTP/2");
    head.fields.for_each([&](const message::FieldView& field) {
      const std::string text = check_plain_field(field);
      require(!is_of_connections(field.id), "no field of connections", text);
    });
    require(head.fields.size() <= http::H1Limits{}.fields, "fields keep to their limit");
  }

  message::Method method_;
  std::string& events_;
  std::string number_;
  std::string body_;
  BodyLength length_;
  uint16_t status_ = 0;
  uint32_t interim_ = 0;
  bool answered_ = false;
  bool ended_ = false;
};

class Connection final : public http::H2ClientSessionEvents {
 public:
  explicit Connection(size_t cut_bytes) : loop_(&clock_) {
    test::MemoryPipe pipe = test::MemoryPipe::make(loop_, cut_bytes);
    our_end_ = std::move(pipe.a);
    origin_end_ = std::move(pipe.b);
    session_ = std::make_unique<http::H2ClientSession>(*our_end_, heads_, "http", *this);
    our_end_->set_listener(input_);
    origin_end_->set_listener(heard_);
    input_.session = session_.get();
  }

  std::string run(std::string_view text) {
    H2Script script(text);
    for (H2Line line; script.next(line);) {
      const std::string frame = h2_frame(line);
      if (!frame.empty()) {
        origin_end_->write_copy(frame);
      } else {
        step(line);
      }
      test::settle(loop_, 2);
      require(our_end_->unsent_bytes() <= waiting_limit_bytes, "what waits is bounded");
      if (heard_.received.size() > preface.size())
        answers_.read(std::string_view(heard_.received).substr(preface.size()));
    }
    finish();
    return std::move(events_);
  }

 private:
  struct Input final : test::RecordingListener {
    void on_bytes(core::Slice bytes) override { session->feed(bytes); }
    void on_drained() override { session->on_drained(); }
    http::H2ClientSession* session = nullptr;
  };

  void step(const H2Line& line) {
    switch (line.what) {
      case 't':
        return clock_.advance_ms(line.number() % 20'000);
      case 'h':
        return our_end_->hold_output((line.bits & 1) != 0);
      case 'o':
        return ask(line.stream);
      case 'x':
        return session_->on_gone("the connection broke");
      default:
        if (asked_.empty()) return;
        Asked& asked = *asked_[line.stream % asked_.size()];
        if (!asked.is_over) step_on(asked, line);
    }
  }

  void ask(uint32_t kind) {
    static constexpr message::Method methods[] = {message::Method::get, message::Method::post,
                                                  message::Method::put, message::Method::head};
    message::RequestHead head;
    head.method = methods[kind % std::size(methods)];
    require(message::parse_path_and_query("/a", head.target).empty(), "a target");
    if (kind == 1) head.body_length = BodyLength::unknown();
    if (kind == 2) head.body_length = BodyLength::known(5);
    auto asked = std::make_unique<Asked>(head.method, events_, asked_.size());
    asked->request_ended = !head.body_length.has_body();
    asked->stream = session_->open(head, "shop.corp", *asked);
    require(asked->stream != nullptr || !session_->usable(), "a usable session takes a request");
    if (asked->stream != nullptr) asked_.push_back(std::move(asked));
  }

  void step_on(Asked& asked, const H2Line& line) {
    http::H2ClientStream& stream = *asked.stream;
    switch (line.what) {
      case 'g':
        asked.allowed += line.number() % 100'000;
        return stream.allow_body(line.number() % 100'000);
      case 'b': {
        if (asked.request_ended) return;
        core::ByteChain bytes;
        bytes.append_copy(loop_.blocks(), std::string(line.number() % 70'000, 'x'));
        return stream.send_body(std::move(bytes));
      }
      case 'e': {
        if (std::exchange(asked.request_ended, true)) return;
        message::Fields trailers;
        if (line.bits != 0) trailers.add("x-sum", "1");
        return stream.send_end(trailers);
      }
      case 'd':
        asked.end();
        return stream.detach();
      default:
        return;
    }
  }

  void finish() {
    session_->on_gone("the origin is gone");
    for (const auto& asked : asked_) {
      if (asked->is_over) continue;
      asked->allowed += 1 << 20;
      asked->stream->allow_body(1 << 20);  // what came before still waits
    }
    for (const auto& asked : asked_) require(asked->is_over, "every request has one end", events_);
    session_.reset();
    our_end_.reset();
    origin_end_.reset();
    test::settle(loop_, 2);
    require(loop_.blocks().blocks_in_use() == 0, "nobody keeps a block");
  }

  void on_stream_closed() override {}
  void on_session_failed(const std::string& reason) override {
    require(!failed_ && !reason.empty(), "a session fails once, for a reason");
    failed_ = true;
    events_ += "failed " + reason + '\n';
  }

  core::ManualClock clock_;
  core::Loop loop_;
  message::HeadPool heads_{8};
  Input input_;
  test::RecordingListener heard_;
  H2Answers answers_;
  std::unique_ptr<test::MemoryTransport> our_end_;
  std::unique_ptr<test::MemoryTransport> origin_end_;
  std::unique_ptr<http::H2ClientSession> session_;
  std::vector<std::unique_ptr<Asked>> asked_;
  std::string events_;
  bool failed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = view_of(data, size);
  const std::string whole = Connection(SIZE_MAX).run(text);
  require_same(whole, Connection(5).run(text), "in pieces, the same happens");
  return 0;
}

}  // namespace hawser::fuzz
