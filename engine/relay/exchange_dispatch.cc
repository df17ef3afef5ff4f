// SPDX-License-Identifier: Apache-2.0
// The part of an Exchange that finds its way to a connector, and another one where that is allowed.
#include <algorithm>
#include <utility>

#include "channel/link.h"
#include "relay/exchange.h"
#include "relay/session_bindings.h"
#include "tls/digest.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {
constexpr uint8_t attempts_limit = 3;
}  // namespace

void Exchange::dispatch() {
  step_ = Step::dispatch;
  if (context_.draining) return fail(ExchangeError::of(ErrorCode::draining));
  ++facts_.attempts;
  context_.dispatcher.submit(*this, app_->group, queue_left_ms(), false,
                             context_.bindings.find(session(), app_->name));
  if (waiting()) context_.index.watch_budget();
}

// One deadline for all attempts that found no connector.
uint64_t Exchange::queue_left_ms() const {
  const uint64_t waited_ms = context_.loop.now_ms() - queued_since_ms_;
  return app_->timeouts.queue_ms - std::min(waited_ms, app_->timeouts.queue_ms);
}

// A proxy's connection is many people's: what one of them says to an origin must not hold for the
// next.
uint64_t Exchange::session() const { return chain_.through_proxy ? 0 : client_facts_.session; }

// Valid until the next exchange of the worker opens its stream.
const channel::OpenInfo& Exchange::open_info() {
  channel::OpenInfo& info = context_.open;
  info.clear();
  info.request_id = facts_.request_id;
  info.tenant = app_->tenant;
  info.app = app_->name;
  info.app_revision = app_->revision;
  info.user = admission_.user();
  info.grant = admission_.grant_name;
  if (!admission_.session().empty()) tls::append_hex(info.session, admission_.session());
  info.claims = admission_.claims;
  if (!admission_.grant.empty()) {
    info.proof = std::make_shared<const channel::Grant>(channel::Grant{
        info.grant, info.session, info.app, admission_.grant, admission_.expires_s()});
  }
  const message::BodyLength& length = head_->body_length;
  info.body = !length.has_body()  ? channel::BodyKind::none
              : length.is_known() ? channel::BodyKind::known
                                  : channel::BodyKind::unknown;
  info.body_bytes = length.bytes;
  if (!upgrade_.empty()) {
    info.kind = channel::OpenKind::upgrade;
    info.body = channel::BodyKind::unknown;
  }
  info.client_session = session();
  info.client_address = chain_.client_ip(client_facts_);
  return info;
}

void Exchange::on_way(const Way& way) {
  step_ = Step::stream;
  facts_.dispatched_us = context_.loop.now_us();
  facts_.connector = way.connector;
  way_ = way.name;
  if (way.other_worker) context_.metrics.worker_hops.add();
  stream_ = way.link->open(*head_, open_info(), *this, &share_);
  if (stream_ == nullptr) return fail(ExchangeError::of(ErrorCode::budget_exhausted));
  if (way.streams != nullptr) way.streams->add();
  if (has_channel()) bulk_.on_length(*stream_, head_->body_length);
  moved();
}

void Exchange::on_no_way(ExchangeError error) { fail(error); }

// The only rule by which anything is sent twice: nothing of a body was promised, and either no
// origin was touched, or the link was lost and the method is idempotent.
bool Exchange::may_try_again(const ExchangeError& error, bool origin_untouched) const {
  if (answering_ != Answering::waiting || body_committed_ || facts_.attempts >= attempts_limit)
    return false;
  const bool link_lost = error.code == ErrorCode::link_lost;
  if (error.code == ErrorCode::no_connector) return origin_untouched && queue_left_ms() > 0;
  if (origin_untouched) return link_lost || error.code == ErrorCode::draining;
  const bool bodyless = !head_->body_length.has_body();
  return link_lost && (!bodyless || message::is_idempotent(head_->method));
}

}  // namespace hawser::relay
