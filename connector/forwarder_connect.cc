// SPDX-License-Identifier: Apache-2.0
// The part of a Forwarder that gets the exchange its connection: the one that its client session
// has, one that waits, or a new one.
#include <algorithm>
#include <utility>

#include "connector/forwarder.h"
#include "connector/origin_request.h"
#include "http/connection_auth.h"

namespace hawser::connector {

using message::ErrorCode;
using message::ExchangeError;

void Forwarder::choose_origin() {
  uint64_t random = 0;
  if (app_->origins.size() > 1)
    needs_.loop.fill_random({reinterpret_cast<uint8_t*>(&random), sizeof random});
  origin_ = pick_origin(*app_, random);
}

void Forwarder::connect(bool pooled) {
  request_ = Request::connecting;
  switch (bound_.ask(speaks_)) {
    case BoundUse::Turn::waits:
      return turn_due_.arm(needs_.loop.timers(), app_->timeouts.queue_ms);
    case BoundUse::Turn::ours:
      if (take_bound()) return;
      break;
    case BoundUse::Turn::none:
      break;
  }
  const model::Origin& origin = app_->origins[origin_];
  record_.origin.clear();
  origin.append_url(record_.origin);
  if (!needs_.policy.may_allow(origin.host, origin.port))
    return fail(ErrorCode::origin_not_allowed,
                "allow_origins of this connector does not admit " + origin.authority());
  // What is said to a connection concerns nobody else on it, and HTTP/2 knows no such thing: an
  // origin that may choose speaks HTTP/1.1 here, and one that speaks nothing else than HTTP/2 gets
  // a connection for this exchange alone.
  private_ = speaks_;
  write_key(origin, may_choose_http2(), key_);
  const bool alone = speaks_ && origin.scheme == model::Scheme::h2c;
  if (alone) key_ += "|" + info_.request_id;
  if (speaks_ && !alone) bound_.bind(true);
  if (pooled && !alone && take_pooled()) return;
  dial();
}

// What was dialled for requests of proven people serves no others: they may not go there.
void Forwarder::write_key(const model::Origin& origin, bool http2, std::string& key) const {
  OriginPool::write_key(origin, app_->origin_tls, http2, key);
  if (voucher_ == nullptr) return;
  key += "|proven by ";
  key += std::to_string(voucher_ - needs_.identity->issuers().data());
}

bool Forwarder::take_pooled() {
  while ((connection_ = needs_.pool.take(key_)) != nullptr) {
    if (connection_->reusable()) {
      connected();
      return true;
    }
    needs_.pool.give_back(std::move(connection_));
  }
  return false;
}

bool Forwarder::may_choose_http2() const {
  return app_->http2 && upgrade_.empty() && !speaks_ && !http_1_1_required_;
}

void Forwarder::dial() {
  auto address =
      needs_.pool.address_of(app_->origins[origin_], app_->origin_tls, may_choose_http2());
  if (!address) return fail(ErrorCode::origin_certificate_bad, address.error().reason);
  if (needs_.identity != nullptr)
    address->admits = [this](const model::IpAddress& ip) { return admits(ip); };
  dial_ = std::make_unique<OriginDial>(needs_.loop, needs_.policy, std::move(address).value(),
                                       app_->timeouts.connect_ms,
                                       static_cast<OriginDialListener&>(*this));
}

// --- the session's own connection

void Forwarder::on_bound_turn() {
  if (done_) return;
  turn_due_.disarm();
  connect(true);
}

// It serves as long as the app still has its origin, under whichever key it was dialled.
bool Forwarder::take_bound() {
  std::unique_ptr<OriginExchange> held = bound_.take();
  if (held == nullptr) return false;  // only reserved: another origin is tried
  const auto leads_there = [&](const model::Origin& origin) {
    for (const bool http2 : {false, true}) {
      std::string key;
      write_key(origin, http2, key);
      if (key == held->key()) return needs_.policy.may_allow(origin.host, origin.port);
    }
    return false;
  };
  const auto found = std::find_if(app_->origins.begin(), app_->origins.end(), leads_there);
  if (found == app_->origins.end() || !held->reusable()) {
    bound_.leave();
    needs_.loop.defer_delete(std::move(held));
    return false;
  }
  origin_ = static_cast<size_t>(found - app_->origins.begin());
  record_.origin = found->url();
  private_ = continues_ = true;
  connection_ = std::move(held);
  connected();
  return true;
}

// Whether the connection is the session's from now on.
bool Forwarder::note_authentication(const message::ResponseHead& head) {
  if (connection_->shared()) return false;
  const http::ConnectionChallenge said = http::connection_challenge_of(head.fields);
  if (speaks_ || said != http::ConnectionChallenge::none) {
    private_ = true;
    bound_.bind(speaks_ || said == http::ConnectionChallenge::spoken);
  }
  return bound_.ours();
}

// --- connected

void Forwarder::on_origin_connected(std::unique_ptr<core::Transport> transport, bool http2) {
  needs_.loop.defer_delete(std::move(dial_));
  connection_ = needs_.pool.adopt(key_, app_->origins[origin_].scheme, http2, std::move(transport),
                                  needs_.heads);
  connected();
}

// Nothing of this exchange has reached an origin: another of the app's may have it.
void Forwarder::on_origin_unreachable(const ExchangeError& error) {
  needs_.loop.defer_delete(std::move(dial_));
  if (++origins_tried_ >= app_->origins.size()) return fail(error);
  origin_ = (origin_ + 1) % app_->origins.size();
  connect(true);
}

void Forwarder::connected() {
  connection_->set_listener(this);
  if (record_.connected_us == 0) record_.connected_us = elapsed_us();
  if (!has_body()) {
    write_head();
    return request_written();
  }
  request_ = Request::asking_body;
  if (!wanted_body_) {
    wanted_body_ = true;
    if (!stream_->want_body())
      return fail(ErrorCode::budget_exhausted, "the connector's memory_limit is used up");
    touch();
  }
  pump_request();
}

// A connection that was used before may have been closed by the origin just when we took it. Then a
// new one may carry the exchange: if nothing of it was written, or if nothing of a body was and the
// method may be repeated. So may what the origin says that it did not process; where it wants
// HTTP/1.1 for that, as for authentication of connections (RFC 9113 7), it gets it.
bool Forwarder::reconnect(const ExchangeError& error) {
  const http::H2Refusal refusal = connection_->refusal();
  const bool processed = refusal == http::H2Refusal::http_1_1_wanted;  // perhaps
  const bool refused = refusal != http::H2Refusal::none && !processed;
  const bool wants_http_1_1 = refusal == http::H2Refusal::http_1_1_required || processed;
  const bool first = wants_http_1_1 ? !http_1_1_required_ : !reconnected_;
  if (wants_http_1_1 && app_->origins[origin_].scheme == model::Scheme::h2c) return false;
  const bool stale = refused || processed ||
                     (connection_->reused() && !connection_->response_started() &&
                      error.code == ErrorCode::origin_closed);
  const bool repeatable =
      refused ? body_written_bytes_ == 0 : !has_body() && message::is_idempotent(head_->method);
  const bool safe = !head_written_ || repeatable;
  if (!safe || !first || (head_written_ && !stale)) return false;
  if (continues_ && speaks_) return false;  // a handshake's next word means nothing elsewhere
  reconnected_ = true;
  http_1_1_required_ = http_1_1_required_ || wants_http_1_1;
  head_written_ = continues_ = false;
  first_byte_due_.disarm();
  drop_origin();
  connect(false);
  return true;
}

}  // namespace hawser::connector
