// SPDX-License-Identifier: Apache-2.0
#include "connector/forwarder.h"

#include <algorithm>
#include <utility>

#include "connector/identity_fields.h"
#include "connector/origin_request.h"
#include "connector/response_rewrite.h"
#include "http/connection_auth.h"
#include "http/folded_name.h"
#include "http/hop_by_hop.h"
#include "message/characters.h"

namespace hawser::connector {

using channel::BodyKind;
using message::BodyLength;
using message::ErrorCode;
using message::ExchangeError;
using message::FieldName;

namespace {

// RFC 4918 9.8, 9.9.
bool has_destination(message::Method method) {
  return method == message::Method::copy || method == message::Method::move;
}

BodyLength body_length_of(const channel::OpenInfo& info) {
  switch (info.body) {
    case BodyKind::none:
      return BodyLength::none();
    case BodyKind::known:
      return BodyLength::known(info.body_bytes);
    case BodyKind::unknown:
      return BodyLength::unknown();
  }
  return BodyLength::unknown();
}

// Both keep their memory.
channel::OpenInfo& swapped_into(channel::OpenInfo& to, channel::OpenInfo& from) {
  std::swap(to, from);
  return to;
}

std::string in_ms(uint64_t ms) { return " in " + std::to_string(ms) + " ms"; }

}  // namespace

Forwarder::Forwarder(ForwarderNeeds& needs, ForwarderOwner& owner, channel::Stream& stream,
                     message::RequestHead& head, channel::OpenInfo& info)
    : needs_(needs),
      owner_(owner),
      stream_(&stream),
      stream_key_(&stream),
      head_(needs.heads.take_request()),
      notes_(needs.notes.take()),
      info_(swapped_into(notes_->info, info)),
      key_(notes_->key),
      record_(notes_->record),
      first_byte_due_([this] {
        fail(ErrorCode::origin_first_byte_timeout,
             "no response head" + in_ms(app_->timeouts.first_byte_ms));
      }),
      idle_due_([this] { on_idle_due(); }),
      total_due_([this] {
        fail(ErrorCode::total_timeout, "not complete" + in_ms(app_->timeouts.total_ms));
      }),
      turn_due_([this] {
        fail(ErrorCode::queue_timeout,
             "other requests of the client's session kept its connection to "
             "the origin for " +
                 std::to_string(app_->timeouts.queue_ms) + " ms");
      }),
      identity_due_([this] { refuse_identity("the proof of the user's identity has ended"); }),
      bound_(needs.bound, {&stream.link(), info_.client_session, info_.app, info_.user},
             [this] { on_bound_turn(); }) {
  std::swap(*head_, head);
  speaks_ = http::has_connection_credentials(head_->fields);
  if (info_.kind == channel::OpenKind::upgrade) {
    upgrade_ = head_->fields.get(FieldName::upgrade).value_or("");
    head_->body_length = BodyLength::none();  // the raw bytes follow the answer, if it agrees
  } else if (info_.body == BodyKind::none && !head_->body_length.has_body()) {
    // A stated length of nothing goes at once, but keeps its statement.
    head_->body_length = head_->body_length.is_known() ? BodyLength::known(0) : BodyLength::none();
  } else {
    head_->body_length = body_length_of(info_);
  }
  record_.request_id = info_.request_id;
  record_.app = info_.app;
  record_.method = head_->method_text();
  record_.path = head_->target.path;
  record_.client_address = info_.client_address;
  record_.started_us = needs_.loop.now_us();
  stream.set_listener(*this);
  needs_.metrics.opened();
}

Forwarder::~Forwarder() {
  if (stream_ != nullptr)
    stream_->reset({ExchangeError::of(ErrorCode::cancelled, "the connector stops"), untouched()});
}

void Forwarder::start() {
  if (needs_.memory == core::MemoryPressure::full)
    return fail(ErrorCode::budget_exhausted, "the connector's memory_limit is nearly used up");
  if (info_.kind == channel::OpenKind::connect)
    return fail(ErrorCode::upgrade_refused, "CONNECT is not for applications");
  if (info_.kind == channel::OpenKind::upgrade && upgrade_.empty())
    return fail(ErrorCode::protocol_violation, "an upgrade without a protocol");
  if (auto app = needs_.apps.find(info_.app, info_.app_revision)) return on_app(std::move(app));
  if (!model::is_name(info_.app)) return fail(ErrorCode::app_unknown, "the engine named no app");
  waiter_ = needs_.apps.ask(info_.app, stream_->link(),
                            [this](AppResult result) { on_app(std::move(result)); });
}

void Forwarder::on_app(AppResult result) {
  needs_.loop.defer_delete(std::move(waiter_));
  if (!result) return fail(result.error());
  app_ = std::move(result).value();
  record_.queued_us = elapsed_us();
  if (app_->timeouts.total_ms != 0) total_due_.arm(needs_.loop.timers(), app_->timeouts.total_ms);
  if (wants_identity()) return ask_identity();
  go_on();
}

void Forwarder::go_on() {
  choose_origin();
  connect(true);
}

void Forwarder::write_head() {
  const model::Origin& origin = app_->origins[origin_];
  // Again from what came when another origin was tried before.
  head_->target.path = record_.path;
  rewrite_for_origin(*head_, *app_, origin);
  set_identity_fields(head_->fields, told(), info_);
  if (app_->rewrite_origin || has_destination(head_->method)) name_the_origin();
  write_host_for_origin(*head_, *app_, origin, notes_->host);
  head_written_ = true;
  connection_->send_head(*head_, notes_->host, upgrade_);
  record_.origin_reused = connection_->reused();
  // The client may wait for a 100, so it is the origin's turn (RFC 9110 10.1.1).
  if (has_body() && http::expectation_of(head_->fields) == http::Expectation::continue_100)
    await_first_byte();
}

NameTranslation Forwarder::names() const {
  return {*app_, app_->origins[origin_], head_->target.authority, record_.path, head_->target.path};
}

// The names that the client gave are kept, for another origin has another.
void Forwarder::name_the_origin() {
  const auto names_a_side = [](const message::FieldView& field) {
    return field.id == FieldName::origin || field.id == FieldName::referer ||
           field.id == FieldName::destination;
  };
  if (!kept_names_) {
    kept_names_ = std::make_unique<message::Fields>(head_->fields);
    kept_names_->remove_if([&](const message::FieldView& field) { return !names_a_side(field); });
  }
  head_->fields.remove_if(names_a_side);
  kept_names_->for_each(
      [this](const message::FieldView& field) { head_->fields.add(field.id, field.value); });
  if (app_->rewrite_origin) rewrite_request_names(head_->fields, names());
  rewrite_destination(head_->fields, names());
}

// Only the side that opened a stream hears a head.
void Forwarder::on_head(message::ResponseHead&, bool, bool) {}

// Until the first DATA the engine may still give the exchange to another connector, so nothing is
// written before it.
void Forwarder::on_data(core::ByteChain bytes) {
  first_data_ = true;
  const size_t size = bytes.size();
  record_.request_bytes += size;
  if (info_.body == BodyKind::known && record_.request_bytes > info_.body_bytes)
    return fail(ErrorCode::protocol_violation, "the request's body is longer than was announced");
  if (request_ == Request::given_up) return stream_->consumed(size);
  touch();
  pending_.append(std::move(bytes));
  pump_request();
}

void Forwarder::on_body_end(const message::Fields& trailers) {
  body_ended_ = true;
  first_data_ = true;
  if (info_.body == BodyKind::known && record_.request_bytes != info_.body_bytes)
    return fail(ErrorCode::protocol_violation, "the request's body is shorter than was announced");
  trailers_ = trailers;
  touch();
  pump_request();
}

void Forwarder::on_origin_drained() {
  touch();
  pump_request();
}

void Forwarder::pump_request() {
  if (connection_ == nullptr || !first_data_) return;
  if (request_ == Request::asking_body) {
    request_ = Request::writing;
    write_head();
  }
  if (request_ != Request::writing) return;
  size_t written = 0;
  while (!pending_.empty() && !connection_->over_high_mark()) {
    core::Slice slice = pending_.pop_front();
    written += slice.size();
    write_body(std::move(slice));
  }
  if (written > 0) stream_->consumed(written);
  if (!pending_.empty() || !body_ended_) return;
  if (tunnel_)
    connection_->end_tunnel();
  else
    send_trailers();
  request_written();
}

void Forwarder::send_trailers() {
  remove_identity_fields(trailers_, told());
  // No engine of ours sends one there.
  trailers_.remove_if([](const message::FieldView& field) {
    return http::FoldedName(field.name).text() == "x-hawser-assertion";
  });
  connection_->send_end(trailers_);
}

void Forwarder::write_body(core::Slice slice) {
  first_byte_due_.disarm();
  body_written_bytes_ += slice.size();
  connection_->send_body(std::move(slice));
}

void Forwarder::request_written() {
  request_ = Request::written;
  touch();
  if (response_ == Response::ended) return finish_exchange();
  await_first_byte();
}

void Forwarder::await_first_byte() {
  if (response_ == Response::waiting && app_->timeouts.first_byte_ms != 0)
    first_byte_due_.arm(needs_.loop.timers(), app_->timeouts.first_byte_ms);
}

void Forwarder::on_origin_interim(message::ResponseHeadPtr head) {
  if (request_ == Request::writing) first_byte_due_.disarm();  // it is the client's turn
  rewrite_for_engine(*head, names());
  stream_->send_head(*head, true, false, false);
}

void Forwarder::on_origin_head(message::ResponseHeadPtr head) {
  first_byte_due_.disarm();
  record_.first_byte_us = elapsed_us();
  record_.status = head->status;
  head->connect_us = static_cast<uint32_t>(
      std::clamp<uint64_t>(record_.connected_us - record_.queued_us, 1, UINT32_MAX));
  if (head->status == 101) return begin_tunnel(*head);
  const bool bound = note_authentication(*head);
  rewrite_for_engine(*head, names());
  const bool last = !head->body_length.has_body();
  response_ = Response::body;
  touch();
  stream_->send_head(*head, false, bound, last);
  allowed_bytes_ = stream_->sendable_bytes();
  connection_->allow_body(allowed_bytes_);
}

// The origin speaks another protocol from here on, and so does the client once it has the head. The
// request's direction is open again.
void Forwarder::begin_tunnel(message::ResponseHead& head) {
  const std::string_view agreed = head.fields.get(FieldName::upgrade).value_or("");
  if (!message::equals_ignoring_case(agreed, upgrade_))
    return fail(ErrorCode::origin_bad_answer, "101 with another protocol than was asked for");
  tunnel_ = true;
  bound_.leave();  // its session needs another one
  total_due_.disarm();
  rewrite_for_engine(head, names());
  head.fields.add(FieldName::upgrade, upgrade_);
  response_ = Response::body;
  request_ = Request::writing;
  first_data_ = true;
  connection_->begin_tunnel();
  touch();
  stream_->send_head(head, false, false, false);
  if (!stream_->want_body())
    return fail(ErrorCode::budget_exhausted, "the connector's memory_limit is used up");
  allow_origin();
  pump_request();
}

void Forwarder::on_origin_body(core::Slice content) {
  const uint64_t size = content.size();
  allowed_bytes_ -= size;
  record_.response_bytes += size;
  touch();
  stream_->send_data(core::ByteChain(std::move(content)));
  allow_origin();
}

void Forwarder::on_sendable() {
  touch();
  allow_origin();
}

// The origin may deliver as much as the stream takes, and no more is read from it.
void Forwarder::allow_origin() {
  if (response_ != Response::body || connection_ == nullptr) return;
  const uint64_t sendable = stream_->sendable_bytes();
  if (sendable <= allowed_bytes_) return;
  const uint64_t more = sendable - allowed_bytes_;
  allowed_bytes_ = sendable;
  connection_->allow_body(more);
}

void Forwarder::on_origin_end(const message::Fields& trailers) {
  response_ = Response::ended;
  touch();
  if (request_ == Request::written)
    finish_exchange();
  else if (!tunnel_ && !connection_->takes_more())  // of a tunnel, one direction has ended
    give_up_request();
  if (!stream_->sending_ended()) stream_->send_end(trailers);
}

// Both directions are through with the origin; the stream ends once everything has left.
void Forwarder::finish_exchange() {
  first_byte_due_.disarm();
  idle_due_.disarm();
  if (connection_ == nullptr) return;
  connection_->set_listener(nullptr);
  if (private_) return bound_.give_back(std::move(connection_));
  needs_.pool.give_back(std::move(connection_));
}

// The origin has answered in full and reads no more: the rest of the body isn't wanted.
void Forwarder::give_up_request() {
  request_ = Request::given_up;
  first_byte_due_.disarm();
  dial_.reset();
  waiter_.reset();
  drop_origin();
  const size_t dropped = pending_.size();
  pending_.clear();
  if (dropped > 0) stream_->consumed(dropped);
  if ((has_body() || tunnel_) && !body_ended_) stream_->send_stop();
}

void Forwarder::on_origin_failed(const ExchangeError& error) {
  if (response_ == Response::ended) return give_up_request();
  if (reconnect(error)) return;
  ExchangeError told = error;
  told.blame = message::Blame::origin;
  fail(std::move(told));
}

// What the origin still has to say concerns nobody. Behind a head END follows by itself.
void Forwarder::on_stop() {
  if (response_ == Response::ended) return;
  if (response_ == Response::waiting)
    return fail(ErrorCode::client_gone, "the response is no longer wanted");
  response_ = Response::ended;
  record_.error = ErrorCode::client_gone;
  record_.ended = EndedBy::client;
  record_.reason = "the response is no longer wanted";
  give_up_request();
}

void Forwarder::on_reset(const channel::Reset& reset) {
  stream_ = nullptr;
  record_.error = reset.error.code;
  record_.ended = ended_by(reset.error.blame);
  record_.reason = reset.error.reason;
  done();
}

void Forwarder::on_finished() {
  stream_ = nullptr;
  done();
}

void Forwarder::touch() {
  const bool moving =
      (has_body() && request_ >= Request::asking_body && request_ < Request::written) ||
      response_ != Response::waiting;
  if (done_ || app_ == nullptr) return;
  if (moving && idle_limit_ms() != 0)
    idle_due_.arm(needs_.loop.timers(), idle_limit_ms());
  else
    idle_due_.disarm();
}

uint64_t Forwarder::idle_limit_ms() const {
  return tunnel_ ? app_->timeouts.upgraded_idle_ms : app_->timeouts.stream_idle_ms;
}

// The origin has all that came of the request, or we may read no more of its answer.
bool Forwarder::waits_for_client() const {
  if (response_ == Response::body) return allowed_bytes_ == 0;
  return response_ == Response::waiting && !body_ended_ && pending_.empty() &&
         (request_ == Request::asking_body || request_ == Request::writing);
}

void Forwarder::on_idle_due() {
  if (waits_for_client())
    return fail(ErrorCode::client_too_slow, "the client moved nothing" + in_ms(idle_limit_ms()));
  fail(ErrorCode::stream_idle_timeout, "nothing moved" + in_ms(idle_limit_ms()));
}

uint64_t Forwarder::elapsed_us() const {
  const uint64_t now_us = needs_.loop.now_us();
  return now_us > record_.started_us ? now_us - record_.started_us : 1;
}

void Forwarder::fail(ErrorCode code, std::string reason) {
  fail(ExchangeError::of(code, std::move(reason)));
}

void Forwarder::fail(ExchangeError error) {
  if (done_) return;
  error.retry = untouched() ? message::Retry::origin_untouched : message::Retry::never;
  record_.error = error.code;
  record_.ended = ended_by(error.blame);
  record_.reason = error.reason;
  if (stream_ != nullptr) std::exchange(stream_, nullptr)->reset({std::move(error), untouched()});
  done();
}

// The origin must not take what it got for the whole.
void Forwarder::drop_origin() {
  bound_.leave();
  turn_due_.disarm();
  if (connection_ == nullptr) return;
  connection_->set_listener(nullptr);
  connection_->abort();
  needs_.loop.defer_delete(std::move(connection_));
}

void Forwarder::done() {
  if (done_) return;
  done_ = true;
  first_byte_due_.disarm();
  idle_due_.disarm();
  total_due_.disarm();
  identity_due_.disarm();
  proof_asked_.reset();
  drop_origin();
  dial_.reset();  // neither is in a call of its own: those give it up first
  waiter_.reset();
  record_.total_us = elapsed_us();
  needs_.metrics.ended(record_);
  write_request_line(needs_.log, record_);
  owner_.on_forwarder_done(*this);
}

}  // namespace hawser::connector
