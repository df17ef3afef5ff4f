// SPDX-License-Identifier: Apache-2.0
// h2_as_h1: one request in two spellings. The input's lines: method, authority, path, fields as
// "name: value", an empty line, content. As HTTP/2 and as HTTP/1.1 it is taken or refused alike,
// means the same, and goes to the same app.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/h1_readings.h"
#include "http/h2_frames.h"
#include "http/h2_session.h"
#include "message/characters.h"
#include "relay/router.h"
#include "support/memory_pipe.h"
#include "support/recording_listener.h"
#include "support/test_loop.h"

namespace hawser::fuzz {
namespace {

using message::equals_ignoring_case;
using message::FieldName;

constexpr http::H1Limits generous{};
constexpr size_t most_fields = 50;

struct Asked {
  std::string method, authority, path;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string content;
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), message::to_lower);
  return out;
}

// Fields that one of the two spellings has no place for, or says otherwise.
bool is_of_one_spelling(std::string_view name) {
  for (const std::string_view each :
       {"connection", "content-length", "host", "http2-settings", "keep-alive", "proxy-connection",
        "te", "transfer-encoding", "upgrade"})
    if (equals_ignoring_case(name, each)) return true;
  return false;
}

std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Asked asked_by(std::string_view text) {
  Asked asked;
  asked.method = take_line(text);
  asked.authority = message::trim_blanks(take_line(text));
  asked.path = take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    if (is_of_one_spelling(name) || asked.fields.size() == most_fields) continue;
    asked.fields.emplace_back(name,
                              message::trim_blanks(line.substr(std::min(colon + 1, line.size()))));
  }
  asked.content = text;
  return asked;
}

// What a request means, whichever way it came; `accepted` false: it was refused.
struct Meaning {
  bool accepted = false;
  message::Target target;
  std::string text;
};

Meaning meaning_of(const message::RequestHead& head, std::string_view content) {
  Meaning meaning;
  meaning.accepted = true;
  meaning.target = head.target;
  std::string cookies;
  message::Fields rest;
  head.fields.for_each([&](const message::FieldView& field) {
    if (field.id == FieldName::cookie) {
      if (!cookies.empty() && !field.value.empty()) cookies += "; ";
      cookies += field.value;
    } else if (field.id != FieldName::host && field.id != FieldName::content_length) {
      rest.add(lower(field.name), field.value);
    }
  });
  message::Target target = head.target;
  target.scheme.clear();
  target.form = message::TargetForm::origin;
  meaning.text = std::string(head.method_text()) + ' ' + text_of(target) + '\n' + text_of(rest) +
                 "cookie: " + cookies + '\n' + text_of(head.body_length) + '\n' +
                 std::string(content);
  return meaning;
}

Meaning as_http1(const Asked& asked) {
  std::string text =
      asked.method + ' ' + asked.path + " HTTP/1.1\r\nHost: " + asked.authority + "\r\n";
  for (const auto& [name, value] : asked.fields) text += name + ": " + value + "\r\n";
  if (!asked.content.empty())
    text += "Content-Length: " + std::to_string(asked.content.size()) + "\r\n";
  text += "\r\n" + asked.content;
  const RequestReading read =
      RequestReadingMaker().read(text, Cut::whole, http::H1RequestReader::unlimited, generous);
  if (!read.error.empty() || read.messages.size() != 1) return {};
  return meaning_of(read.messages[0].head, read.messages[0].body);
}

// A server that takes one request.
class Server final : private http::H2SessionEvents, private http::H2StreamEvents {
 public:
  Meaning read(const std::string& bytes) {
    test::MemoryPipe pipe = test::MemoryPipe::make(loop_);
    http::H2Session session(*pipe.a, heads_, generous, {}, *this);
    session_ = &session;
    pipe.a->set_listener(input_);
    pipe.b->set_listener(heard_);
    input_.session = &session;
    session.begin();
    pipe.b->write_copy(bytes);
    test::settle(loop_, 4);
    session.on_gone("enough");
    test::settle(loop_, 1);
    if (head_ == nullptr || !ended_) return {};
    return meaning_of(*head_, content_);
  }

 private:
  struct Input final : test::RecordingListener {
    void on_bytes(core::Slice bytes) override { session->feed(bytes); }
    http::H2Session* session = nullptr;
  };
  void on_request(http::H2Stream& stream, message::RequestHeadPtr head) override {
    head_ = std::move(head);
    stream.set_events(*this);
    stream.allow_body(UINT32_MAX);
  }
  void on_refusal(http::H2Stream& stream, message::Method, const message::ExchangeError&) override {
    stream.reset(http::H2Reset::cancel);
  }
  void on_malformed(const message::ExchangeError&) override {}
  void on_cut(http::H2Cut, const std::string&) override { session_->on_gone("cut"); }
  void on_request_body(core::Slice content) override { content_ += content.view(); }
  void on_request_end(const message::Fields&) override { ended_ = true; }
  void on_stream_drained() override {}
  void on_only_unwanted_left() override {}
  void on_stream_over(message::ErrorCode, const std::string&) override {}

  core::Loop loop_;
  message::HeadPool heads_;
  Input input_;
  test::RecordingListener heard_;
  http::H2Session* session_ = nullptr;
  message::RequestHeadPtr head_;
  std::string content_;
  bool ended_ = false;
};

Meaning as_http2(const Asked& asked) {
  test::FieldPairs fields = {{":method", asked.method},
                             {":scheme", "https"},
                             {":authority", asked.authority},
                             {":path", asked.path}};
  for (const auto& [name, value] : asked.fields) fields.emplace_back(lower(name), value);
  std::string frames = test::preface();
  if (asked.content.empty()) {
    frames += test::headers(1, fields);
  } else {
    fields.emplace_back("content-length", std::to_string(asked.content.size()));
    frames += test::headers(1, fields, 0) + test::data(1, asked.content, test::end_stream);
  }
  Meaning meaning = Server().read(frames);
  // Planted: an empty query is lost.
  if (planted_fault && meaning.target.has_query && meaning.target.query.empty())
    meaning.text.erase(meaning.text.find('?'), 1);
  return meaning;
}

const relay::Router& router() {
  static const relay::Router made = [] {
    const auto app = [](const char* name, const char* host, const char* prefix) {
      model::App published;
      published.name = name;
      published.host = *model::HostPattern::parse(host);
      published.path_prefix = prefix;
      published.origins.push_back(*model::Origin::parse_url("http://127.0.0.1:9000"));
      return published;
    };
    return relay::Router(model::Snapshot::make(
        {app("exact", "wiki.example", "/"), app("wild", "*.example", "/"),
         app("docs", "multi.example", "/docs/"), app("coffee", "multi.example", "/caf%C3%A9/")}));
  }();
  return made;
}

std::string route_of(const message::Target& target) {
  const relay::Route route = router().find(target.authority.host, target.canonical_path);
  return route.app != nullptr ? route.app->name
                              : "miss " + std::to_string(static_cast<int>(route.miss));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Asked asked = asked_by(view_of(data, size));
  if (asked.method == "CONNECT") return 0;  // in HTTP/2 it has no path
  const Meaning first = as_http1(asked);
  if (first.target.form == hawser::message::TargetForm::absolute) return 0;  // HTTP/1's alone
  const Meaning second = as_http2(asked);
  require(first.accepted == second.accepted,
          first.accepted ? "what HTTP/1 takes, HTTP/2 takes" : "what HTTP/2 takes, HTTP/1 takes",
          view_of(data, size));
  require_same(first.text, second.text, "both mean the same");
  if (first.accepted)
    require_same(route_of(first.target), route_of(second.target), "both go to the same app");
  return 0;
}

}  // namespace hawser::fuzz
