// SPDX-License-Identifier: Apache-2.0
#include "relay/control_calls.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "model/control_calls.h"

namespace hawser::relay {

namespace {

constexpr size_t call_body_limit_bytes = 64 * 1024;

struct Caller {
  std::string connector;
  std::string group;
  std::string certificate_sha256;
};

// One call: collects its body, answers, and goes with its stream. The stream's end may come before
// the answer, so the answer holds the call by a weak reference.
class ControlCall final : public channel::StreamListener,
                          public std::enable_shared_from_this<ControlCall> {
 public:
  ControlCall(RelayContext& context, ControlHost& host, Caller caller,
              const message::RequestHead& head)
      : context_(context),
        host_(host),
        caller_(std::move(caller)),
        method_(head.method),
        path_(head.target.path),
        has_body_(head.body_length.has_body()) {}

  void begin(channel::Stream& stream) {
    stream_ = &stream;
    self_ = shared_from_this();
    stream.set_listener(*this);
    if (!has_body_) return dispatch();
    if (!stream.want_body()) fail(503, "no memory for the call's body");
  }

 private:
  void on_head(message::ResponseHead&, bool, bool) override {}
  void on_data(core::ByteChain bytes) override {
    const size_t size = bytes.size();
    if (body_.size() + size > call_body_limit_bytes)
      return fail(413, "the call's body is too long");
    body_ += bytes.to_string();
    stream_->consumed(size);
  }
  void on_body_end(const message::Fields&) override {
    if (has_body_) dispatch();
  }
  void on_sendable() override { send_rest(); }
  void on_stop() override { rest_.clear(); }
  void on_reset(const channel::Reset&) override { let_go(); }
  void on_finished() override { let_go(); }

  void dispatch();
  void answer(const ControlAnswer& answer);
  void fail(uint16_t status, const std::string& why) {
    std::string json = "{\"title\":\"";
    core::append_json_escaped(json, why);
    answer({status, json + "\",\"status\":" + std::to_string(status) + "}"});
  }
  void send_rest();
  void let_go() {
    stream_ = nullptr;
    context_.loop.defer_call([self = std::move(self_)] {});
  }

  RelayContext& context_;
  ControlHost& host_;
  Caller caller_;
  message::Method method_;
  std::string path_;
  bool has_body_;
  bool answered_ = false;
  std::string body_;
  core::ByteChain rest_;  // of the answer
  channel::Stream* stream_ = nullptr;
  std::shared_ptr<ControlCall> self_;
};

void ControlCall::dispatch() {
  if (answered_) return;
  static constexpr std::string_view apps = "/v1/apps/";
  if (method_ == message::Method::get && path_ == "/v1/config")
    return answer({200, host_.config_json(caller_.group)});
  if (method_ == message::Method::get && path_.starts_with(apps)) {
    const model::App* app =
        context_.router->snapshot().find_app(std::string_view(path_).substr(apps.size()));
    if (app == nullptr || app->group != caller_.group)
      return fail(404, "no such app in this connector's group");
    return answer({200, model::encode_app(*app)});
  }
  if (method_ == message::Method::post && path_ == "/v1/health") {
    host_.health(caller_.connector, std::move(body_));
    return answer({200, "{}"});
  }
  if (method_ == message::Method::post && path_ == "/v1/renew") {
    host_.renew(caller_.connector, caller_.certificate_sha256, std::move(body_),
                [weak = weak_from_this()](const ControlAnswer& result) {
                  if (const auto call = weak.lock()) call->answer(result);
                });
    return;
  }
  fail(404, "no such call");
}

void ControlCall::answer(const ControlAnswer& answer) {
  if (answered_ || stream_ == nullptr) return;
  answered_ = true;
  message::ResponseHead head;
  head.status = answer.status;
  head.reason = message::usual_reason(answer.status);
  head.fields.add(message::FieldName::content_type, "application/json");
  head.body_length = message::BodyLength::known(answer.json.size());
  rest_.append_copy(context_.loop.blocks(), answer.json);
  if (has_body_ && !stream_->receiving_ended()) stream_->send_stop();
  stream_->send_head(head, false, false, rest_.empty());
  send_rest();
}

void ControlCall::send_rest() {
  if (!answered_ || stream_ == nullptr || stream_->sending_ended()) return;
  const size_t bytes = std::min(rest_.size(), stream_->sendable_bytes());
  if (bytes > 0) stream_->send_data(rest_.split_front(bytes));
  if (rest_.empty()) stream_->send_end({});
}

}  // namespace

void answer_control_call(RelayContext& context, ControlHost& host, const std::string& connector,
                         const std::string& group, const std::string& certificate_sha256,
                         channel::Stream& stream, const message::RequestHead& head) {
  std::make_shared<ControlCall>(context, host, Caller{connector, group, certificate_sha256}, head)
      ->begin(stream);
}

}  // namespace hawser::relay
