// SPDX-License-Identifier: Apache-2.0
#include "relay/splice.h"

#include <algorithm>
#include <utility>

#include "channel/link.h"
#include "relay/session_bindings.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

Splice::Splice(RelayContext& context, SpliceOwner& owner, channel::Stream& from,
               message::RequestHead& head, channel::OpenInfo& info)
    : context_(context),
      owner_(owner),
      head_(context.heads.take_request()),
      info_(std::move(info)) {
  std::swap(*head_, head);
  ++info_.hops;
  asker_.stream = &from;
  asker_.other = &answerer_;
  answerer_.other = &asker_;
  from.set_listener(asker_);
}

Splice::~Splice() {
  for (End* end : {&asker_, &answerer_}) {
    if (end->stream == nullptr) continue;
    std::exchange(end->stream, nullptr)->reset({ExchangeError::of(ErrorCode::cancelled), false});
  }
}

void Splice::start() {
  const model::App* app = context_.router->snapshot().find_app(info_.app);
  if (app == nullptr)
    return on_no_way(ExchangeError::of(ErrorCode::app_unknown, "the app is gone"));
  group_ = app->group;
  context_.dispatcher.submit(*this, group_, app->timeouts.queue_ms, true,
                             context_.bindings.find(info_.client_session, info_.app));
}

void Splice::on_way(const Way& way) {
  answerer_.stream = way.link->open(*head_, info_, answerer_);
  if (answerer_.stream == nullptr) return on_no_way(ExchangeError::of(ErrorCode::budget_exhausted));
  way_ = way.name;
  if (way.streams != nullptr) way.streams->add();
  bulk_.on_length(*answerer_.stream, head_->body_length);
}

void Splice::on_no_way(ExchangeError error) {
  if (asker_.stream != nullptr)
    std::exchange(asker_.stream, nullptr)->reset({std::move(error), true});
  over_if_done();
}

// The other worker remembers that it is here, and this one on which channel.
void Splice::note_bound() {
  if (info_.client_session == 0) return;
  context_.bindings.bind(info_.client_session, info_.app, way_);
  owner_.on_session_bound(info_.client_session);
}

void Splice::over_if_done() {
  if (over_ || !asker_.over() || !answerer_.over()) return;
  over_ = true;
  bulk_.withdraw();
  context_.dispatcher.withdraw(*this);
  if (!group_.empty()) context_.dispatcher.serve(group_);
  owner_.on_splice_over(*this);
}

void Splice::End::on_head(message::ResponseHead& head, bool interim, bool bound) {
  if (bound) splice_.note_bound();
  if (!interim) splice_.bulk_.on_length(*stream, head.body_length);
  if (other->stream != nullptr) other->stream->send_head(head, interim, bound, false);
}

void Splice::End::on_data(core::ByteChain bytes) {
  if (other->stream == nullptr) return;
  if (bytes.empty()) return other->stream->send_data({});
  other->queued.append(std::move(bytes));
  other->pass_on();
}

void Splice::End::on_body_end(const message::Fields& ended_with) {
  other->trailers = ended_with;
  other->end_due = true;
  other->pass_on();
}

void Splice::End::pass_on() {
  if (stream == nullptr || stream->sending_ended()) return;
  const size_t bytes = std::min(queued.size(), stream->sendable_bytes());
  if (bytes > 0) {
    stream->send_data(queued.split_front(bytes));
    passed_on_bytes += bytes;
    if (other->stream != nullptr) other->stream->consumed(bytes);
    if (other == &splice_.answerer_ && other->stream != nullptr)
      splice_.bulk_.on_received(*other->stream, passed_on_bytes);
  }
  if (queued.empty() && end_due) stream->send_end(trailers);
}

void Splice::End::on_sendable() { pass_on(); }

void Splice::End::on_body_wanted() {
  if (other->stream == nullptr || other->stream->want_body()) return;
  const channel::Reset reset{ExchangeError::of(ErrorCode::budget_exhausted), false};
  std::exchange(other->stream, nullptr)->reset(reset);
  if (stream != nullptr) std::exchange(stream, nullptr)->reset(reset);
  splice_.over_if_done();
}

void Splice::End::drop_queued() {
  const size_t bytes = queued.size();
  queued.clear();
  if (bytes > 0 && other->stream != nullptr) other->stream->consumed(bytes);
}

void Splice::End::on_stop() {
  drop_queued();
  if (stream != nullptr && !stream->sending_ended()) stream->send_end({});
  if (other->stream != nullptr && !other->stream->receiving_ended()) other->stream->send_stop();
}

void Splice::End::lose_stream() {
  stream = nullptr;
  if (this == &splice_.answerer_) splice_.bulk_.withdraw();
}

void Splice::End::on_reset(const channel::Reset& reset) {
  lose_stream();
  if (this == &splice_.answerer_ && other->end_due && other->stream != nullptr) {
    // What it had to say is whole and still goes out; only its side of the rest is lost.
    drop_queued();
    if (!other->stream->receiving_ended()) other->stream->send_stop();
    return splice_.over_if_done();
  }
  if (other->stream != nullptr) std::exchange(other->stream, nullptr)->reset(reset);
  splice_.over_if_done();
}

void Splice::End::on_finished() {
  lose_stream();
  splice_.over_if_done();
}

}  // namespace hawser::relay
