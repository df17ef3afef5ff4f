// SPDX-License-Identifier: Apache-2.0
#include "connector/control_call.h"

#include <algorithm>
#include <utility>

#include "model/control_calls.h"

namespace hawser::connector {

using message::ErrorCode;
using message::ExchangeError;

ControlCall::ControlCall(core::Loop& loop, channel::Link& link, ControlRequest request, Done done)
    : loop_(loop), request_(std::move(request)), done_(std::move(done)), deadline_([this] {
        fail(ErrorCode::total_timeout,
             "no answer in " + std::to_string(request_.timeout_ms) + " ms");
      }) {
  message::RequestHead head;
  channel::OpenInfo info;
  head.method = request_.method;
  message::parse_path_and_query(request_.target, head.target);
  if (!request_.body.empty()) {
    head.fields.add(message::FieldName::content_type, "application/json");
    head.body_length = message::BodyLength::known(request_.body.size());
    info.body = channel::BodyKind::known;
    info.body_bytes = request_.body.size();
  }
  deadline_.arm(loop_.timers(), request_.timeout_ms);
  stream_ = link.open(head, info, *this);
  if (stream_ != nullptr) return;
  loop_.defer_call([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) fail(ErrorCode::link_lost, "the channel takes no more calls");
  });
}

ControlCall::~ControlCall() {
  if (stream_ != nullptr)
    stream_->reset({ExchangeError::of(ErrorCode::cancelled, "no longer wanted"), false});
}

void ControlCall::on_head(message::ResponseHead& head, bool interim, bool) {
  if (!interim) answer_.status = head.status;
}

void ControlCall::on_data(core::ByteChain bytes) {
  const size_t size = bytes.size();
  if (answer_.body.size() + size > model::control_body_limit_bytes)
    return fail(ErrorCode::body_too_large, "the answer is too long");
  answer_.body += bytes.to_string();
  bytes.clear();
  stream_->consumed(size);
}

void ControlCall::on_body_end(const message::Fields&) { answered_ = true; }

void ControlCall::on_sendable() {
  if (request_.body.empty() || stream_->sending_ended()) return;
  const size_t size = std::min(stream_->sendable_bytes(), request_.body.size() - sent_bytes_);
  core::ByteChain bytes;
  bytes.append_copy(loop_.blocks(), std::string_view(request_.body).substr(sent_bytes_, size));
  sent_bytes_ += size;
  if (size > 0) stream_->send_data(std::move(bytes));
  if (sent_bytes_ == request_.body.size()) stream_->send_end({});
}

// The engine has heard enough; its answer follows.
void ControlCall::on_stop() {
  if (!stream_->sending_ended()) stream_->send_end({});
}

void ControlCall::on_reset(const channel::Reset& reset) {
  stream_ = nullptr;
  // Told later: when a whole channel is lost, all its streams hear of it first.
  loop_.defer_call([this, error = reset.error, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) finish(error);
  });
}

void ControlCall::on_finished() {
  stream_ = nullptr;
  if (!answered_ || answer_.status == 0)
    return finish(ExchangeError::of(ErrorCode::protocol_violation, "no answer came"));
  finish(std::move(answer_));
}

void ControlCall::fail(ErrorCode code, std::string reason) {
  const ExchangeError error = ExchangeError::of(code, std::move(reason));
  if (stream_ != nullptr) std::exchange(stream_, nullptr)->reset({error, false});
  finish(error);
}

void ControlCall::finish(ControlResult result) {
  deadline_.disarm();
  // `done_` may destroy this object.
  if (const Done done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace hawser::connector
