// SPDX-License-Identifier: Apache-2.0
#include "relay/exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include "access/cookies.h"
#include "http/hop_by_hop.h"
#include "relay/error_page.h"
#include "relay/exchange_index.h"
#include "relay/forwarded_fields.h"
#include "relay/load_gate.h"
#include "relay/max_forwards.h"
#include "relay/request_log.h"
#include "relay/response_fields.h"
#include "relay/session_bindings.h"
#include "relay/supposed_request.h"

namespace hawser::relay {

using message::ErrorCode;
using message::ExchangeError;

namespace {

// The connector runs the timers of an origin itself and knows which one it was: it is to tell
// first.
constexpr uint64_t connector_slack_ms = 1000;

}  // namespace

Exchange::Exchange(RelayContext& context, ClientSide& client, const ClientFacts& client_facts,
                   core::Budget& share)
    : context_(context),
      client_(client),
      client_facts_(client_facts),
      share_(share),
      router_(context.router),
      bulk_(context),
      idle_deadline_([this] { idle_too_long(); }),
      total_deadline_([this] { fail(ExchangeError::of(ErrorCode::total_timeout)); }),
      session_deadline_([this] { session_due(); }),
      kept_facts_(context.facts.take()),
      facts_(*kept_facts_) {
  context_.ids.next_request_id(facts_.request_id);
  facts_.began_us = context_.loop.now_us();
  queued_since_ms_ = context_.loop.now_ms();
  context_.index.add(*this);
  context_.metrics.open_exchanges.add(1);
  context_.metrics.exchanges.add();
}

Exchange::~Exchange() {
  context_.gate.cancel(*this);
  release_stream(ExchangeError::of(ErrorCode::cancelled));
  context_.index.remove(*this);
  context_.metrics.open_exchanges.add(-1);
}

void Exchange::start(message::RequestHeadPtr head) {
  head_ = std::move(head);
  if (!head_->body_length.has_body()) asking_ = Asking::ended;
  chain_ = read_client_chain(head_->fields, client_facts_, context_.trusted_proxies);
  if (!chain_.before_peer.empty()) facts_.client_ip = chain_.before_peer.front();
  route();
}

// --- route and access

void Exchange::route() {
  const message::Target& target = head_->target;
  if (target.scheme == "http") {
    return fail(ExchangeError::of(
        ErrorCode::bad_request, "the target's scheme is not https, which this connection speaks"));
  }
  const Route route = router_->find(target.authority.host, target.canonical_path);
  if (route.miss == RouteMiss::no_such_host)
    return fail(ExchangeError::of(ErrorCode::no_such_host));
  if (is_misdirected(target.authority.host)) {
    return fail(ExchangeError::of(ErrorCode::misdirected,
                                  "the connection was opened for another name, and one of the two "
                                  "takes client certificates: open one for this name"));
  }
  if (access::is_own_path(target.canonical_path)) return serve_own_page();
  if (route.miss == RouteMiss::no_such_path)
    return fail(ExchangeError::of(ErrorCode::no_such_path));
  app_ = route.app;
  client_.on_routed(*app_);
  if (router_->reads_in_two_ways(target.authority.host, target)) {
    find_decision();
    return fail(ExchangeError::of(ErrorCode::bad_request, std::string(two_readings)));
  }
  if (head_->method == message::Method::connect)
    return fail(ExchangeError::of(ErrorCode::not_implemented, std::string(no_connect)));
  if (context_.memory == core::MemoryPressure::full) {
    context_.metrics.memory_step("refused");
    return fail(ExchangeError::of(ErrorCode::budget_exhausted, "memory_limit is nearly used up"));
  }
  if (!meets_expectation() || !within_limits() || !goes_onward()) return;
  if (app_->timeouts.total_ms != 0)
    total_deadline_.arm(context_.loop.timers(), app_->timeouts.total_ms);
  if (app_->access == model::Access::rules && access::may_claim_form(*head_)) return read_claim();
  ask_gate();
}

// A certificate is asked for by the name that a connection is opened for, so that it counts for
// that name alone, and no other connection leads around the question.
bool Exchange::is_misdirected(const std::string& host) const {
  const std::string& opened_for = client_facts_.server_name;
  return host != opened_for &&
         (router_->asks_certificates(host) || router_->asks_certificates(opened_for));
}

// HTTP/1.0 knows no expectations, whatever such a client says, and there is nothing to wait for
// before content that does not exist (RFC 9110 10.1.1).
bool Exchange::meets_expectation() {
  message::Fields& fields = head_->fields;
  if (!fields.has(message::FieldName::expect)) return true;
  if (head_->version == message::HttpVersion::http_1_0) fields.remove(message::FieldName::expect);
  if (http::expectation_of(fields) == http::Expectation::unknown) {
    fail(ExchangeError::of(ErrorCode::expectation_failed));
    return false;
  }
  if (!head_->body_length.has_body()) fields.remove(message::FieldName::expect);
  return true;
}

access::Question Exchange::question() {
  const std::string_view client_ip =
      facts_.client_ip.empty() ? client_facts_.peer_ip : facts_.client_ip;
  // A proxy's own certificate says nothing of those whose requests it passes on.
  access::ClientCertificate* shown =
      chain_.through_proxy ? nullptr : client_facts_.certificate.get();
  return {app_, *head_, client_ip, facts_.request_id, own_form_, shown};
}

void Exchange::ask_gate() {
  step_ = Step::access;
  context_.gate.decide(question(), *this);
}

void Exchange::on_answered(access::Answer answer) {
  find_decision();
  facts_.answered_user = answer.user;
  admission_.rule = answer.rule;
  facts_.own_answer = answer.reason;
  facts_.reason = answer.detail;
  send_own(answer.head, answer.body);
  if (asking_ == Asking::held) asking_ = Asking::stopped;
  finish();
}

// Before anything of the request is taken or asked: what is too much costs next to nothing.
bool Exchange::within_limits() {
  if (context_.loads == nullptr) return true;
  auto refusal = context_.loads->admit(*app_, chain_.client, head_->body_length,
                                       context_.loop.now_us(), in_flight_);
  if (refusal) fail(*refusal);
  return !refusal;
}

// Before the gate: what ends here asks nothing of the application.
bool Exchange::goes_onward() {
  const Hop hop = count_hop(*head_);
  if (hop == Hop::onward) return true;
  if (hop == Hop::unclear) {
    fail(ExchangeError::of(ErrorCode::bad_request, "Max-Forwards is not one decimal number"));
    return false;
  }
  facts_.own_answer = "last_hop";
  message::ResponseHead head = last_hop_answer(head_->method);
  send_own(head, {});
  if (asking_ == Asking::held) asking_ = Asking::stopped;
  finish();
  return false;
}

void Exchange::on_admitted(access::Admission admission) {
  find_decision();
  admission_ = std::move(admission);
  if (!take_kept_form()) return;
  arm_session_deadline();
  offer_upgrade();
  http::remove_hop_by_hop(head_->fields);
  if (!upgrade_.empty()) head_->fields.add(message::FieldName::upgrade, upgrade_);
  if (head_->extended_connect) {
    if (upgrade_.empty())
      return fail(ExchangeError::of(ErrorCode::not_implemented,
                                    "the app's `upgrades` does not name this protocol"));
    offer_for_http_2();
  }
  TraceContext trace;
  if (chain_.through_proxy) trace = read_trace_context(head_->fields);
  facts_.trace_id_hex = trace.trace_id_hex;
  const std::array<char, 16> span_id_hex = context_.ids.next_span_id_hex();
  set_forwarded_fields(*head_, client_facts_, chain_, trace, facts_.request_id,
                       {span_id_hex.data(), span_id_hex.size()});
  router_->identity_fields().remove_from(head_->fields);
  if (!admission_.assertion.empty()) head_->fields.add("X-Hawser-Assertion", admission_.assertion);
  dispatch();
}

// --- the request's body

void Exchange::on_body_wanted() {
  if (asking_ != Asking::held) return;
  asking_ = Asking::flowing;
  body_committed_ = true;
  stream_->send_data({});  // the connector waits for it before the origin sees anything
  if (!awaits_upgrade() && !has_kept_body_) client_.allow_body(0);
  moved();
}

void Exchange::on_sendable() { allow_more_body(); }

void Exchange::allow_more_body() {
  if (asking_ != Asking::flowing || stream_ == nullptr || awaits_upgrade()) return;
  if (has_kept_body_) return send_kept_body();
  const size_t room = stream_->sendable_bytes();
  if (room <= allowed_bytes_) return;
  const uint64_t more = room - allowed_bytes_;
  allowed_bytes_ = room;
  client_.allow_body(more);
}

void Exchange::on_request_body(core::ByteChain bytes) {
  facts_.bytes_in += bytes.size();
  allowed_bytes_ -= std::min<uint64_t>(allowed_bytes_, bytes.size());
  if (step_ == Step::own_form) return collect_own_form(bytes);
  if (step_ == Step::park) return collect_form(bytes);
  if (asking_ != Asking::flowing || stream_ == nullptr) return;
  // The origin sees the body break off, never an end.
  const uint64_t limit_bytes = app_->limits.body_bytes;
  if (limit_bytes != 0 && !upgraded_ && facts_.bytes_in > limit_bytes && context_.loads != nullptr)
    return fail(context_.loads->body_too_long(*app_));
  moved();
  stream_->send_data(std::move(bytes));
  if (allowed_bytes_ == 0) allow_more_body();
}

void Exchange::on_request_end(const message::Fields& trailers) {
  const Asking before = std::exchange(asking_, Asking::ended);
  if (step_ == Step::own_form) {
    idle_deadline_.disarm();  // who is asked now has time limits of its own
    return ask_gate();
  }
  if (step_ == Step::park) return keep_form();
  moved();
  if (before == Asking::flowing && stream_ != nullptr && !stream_->sending_ended()) {
    message::Fields kept = trailers;
    remove_asserted_fields(kept);
    router_->identity_fields().remove_from(kept);
    stream_->send_end(kept);
  }
  over_if_done();
}

void Exchange::on_stop() {
  if (asking_ != Asking::held && asking_ != Asking::flowing) return;
  asking_ = Asking::stopped;
  if (stream_ != nullptr && !stream_->sending_ended()) stream_->send_end({});
  client_.stop_body();
  over_if_done();
}

// --- the response

void Exchange::on_head(message::ResponseHead& head, bool interim, bool bound) {
  moved();
  if (head.status == 101 && !awaits_upgrade())
    return fail(
        ExchangeError::of(ErrorCode::protocol_violation, "an upgrade that was not asked for"));
  const std::string required = required_upgrades(head);
  http::remove_hop_by_hop(head.fields);
  access::refuse_own_cookies(head.fields);
  remove_false_fields(head.fields);
  if (interim) {
    trim_interim_response(head.fields, *app_);
    return client_.send_interim(head);
  }
  if (bound && session() != 0) context_.bindings.bind(session(), app_->name, way_);
  const bool agreed = head.status == 101;
  if (head_->extended_connect && !agree_for_http_2(head)) return;
  facts_.first_byte_us = context_.loop.now_us();
  facts_.connect_us = head.connect_us;
  facts_.status = head.status;
  answering_ = Answering::flowing;
  complete_origin_response(head, *app_, context_.loop.wall_ms());
  // A cache that many share would hand it on; the next answer brings it then.
  const bool shared = head.fields.contains_token(message::FieldName::cache_control, "public");
  if (!admission_.forget_cookie.empty())
    head.fields.add(message::FieldName::set_cookie,
                    access::forget_cookie(admission_.forget_cookie));
  if (!admission_.set_cookie.empty() && !shared)
    head.fields.add(message::FieldName::set_cookie, admission_.set_cookie);
  if (has_channel()) bulk_.on_length(*stream_, head.body_length);
  if (agreed) head.fields.add(message::FieldName::upgrade, upgrade_);
  if (!required.empty()) head.fields.add(message::FieldName::upgrade, required);
  client_.send_head(head);
  if (awaits_upgrade()) answer_upgrade(agreed);
}

void Exchange::on_data(core::ByteChain bytes) {
  if (answering_ != Answering::flowing) return;
  moved();
  facts_.bytes_out += bytes.size();
  if (unconsumed_bytes_ == 0) drained_ms_ = context_.loop.now_ms();
  unconsumed_bytes_ += bytes.size();
  client_.send_body(std::move(bytes));
  if (!client_.output_full()) return on_client_drained();
  context_.index.watch_budget();
}

void Exchange::on_client_drained() {
  const size_t bytes = std::exchange(unconsumed_bytes_, 0);
  if (bytes == 0 || stream_ == nullptr) return;
  drained_ms_ = context_.loop.now_ms();
  moved();
  stream_->consumed(bytes);
  if (answering_ == Answering::flowing && has_channel())
    bulk_.on_received(*stream_, facts_.bytes_out);
}

void Exchange::on_body_end(const message::Fields& trailers) {
  if (answering_ != Answering::flowing) return;
  answering_ = Answering::ended;
  client_.send_end(trailers);
  over_if_done();
}

void Exchange::on_finished() {
  stream_ = nullptr;
  bulk_.withdraw();
  stream_done_ = true;
  over_if_done();
}

void Exchange::on_reset(const channel::Reset& reset) {
  stream_ = nullptr;
  bulk_.withdraw();
  stream_done_ = true;
  if (step_ == Step::over) return;
  if (answering_ == Answering::ended) {
    // The response is whole; what was lost is only the rest of the request.
    if (asking_ == Asking::held || asking_ == Asking::flowing) {
      asking_ = Asking::stopped;
      client_.stop_body();
    }
    return over_if_done();
  }
  if (!may_try_again(reset.error, reset.origin_untouched)) return fail(reset.error);
  unconsumed_bytes_ = 0;
  stream_done_ = false;
  if (reset.error.code != ErrorCode::no_connector) queued_since_ms_ = context_.loop.now_ms();
  dispatch();
}

// --- failing and ending

void Exchange::on_client_gone(ErrorCode code, std::string reason) {
  if (step_ == Step::over || answering_ == Answering::cut) return;  // then it was we who cut it
  facts_.error = code;
  facts_.blame = message::Blame::client;
  facts_.reason = std::move(reason);
  if (answering_ != Answering::ended) answering_ = Answering::cut;
  asking_ = Asking::stopped;
  finish();
}

void Exchange::cut(const ExchangeError& error) { fail(error); }

void Exchange::idle_too_long() {
  const bool client_stalls =
      unconsumed_bytes_ > 0 || (asking_ == Asking::flowing && allowed_bytes_ > 0);
  if (client_stalls)
    return fail(
        ExchangeError::of(ErrorCode::client_too_slow, "the client moved nothing for too long"));
  if (awaits_connector())
    return fail(ExchangeError::of(
        ErrorCode::connector_silent,
        "the connector said nothing of it in " + std::to_string(quiet_limit_ms()) + " ms"));
  fail(ExchangeError::of(ErrorCode::stream_idle_timeout, "nothing moved for too long"));
}

// All that the client has to do is done: it is the connector's turn to ask for the body or to
// answer.
bool Exchange::awaits_connector() const {
  return answering_ == Answering::waiting && asking_ != Asking::flowing;
}

// A connector that lives tells by itself when its origin is late; one that was stopped tells
// nothing.
uint64_t Exchange::quiet_limit_ms() const {
  const model::Timeouts& timeouts = app_->timeouts;
  if (upgraded_) return timeouts.upgraded_idle_ms;
  if (!awaits_connector()) return timeouts.stream_idle_ms;
  if (timeouts.first_byte_ms == 0) return 0;
  const uint64_t limit_ms =
      timeouts.connect_ms * app_->origins.size() + timeouts.first_byte_ms + connector_slack_ms;
  if (!body_committed_) return limit_ms;
  // What the connector holds of the body has first to be taken by the origin, at its own pace.
  return timeouts.stream_idle_ms == 0 ? 0 : limit_ms + timeouts.stream_idle_ms;
}

void Exchange::fail(const ExchangeError& error) {
  if (step_ == Step::over) return;
  context_.dispatcher.withdraw(*this);
  release_stream(error);
  facts_.error = error.code;
  facts_.blame = error.blame;
  facts_.reason = error.reason;
  // What its connection to the origin was is lost, so the client has to begin anew with another.
  if (error.code == ErrorCode::connector_gone) client_.end_connection();
  if (answering_ == Answering::waiting) {
    send_error_page(error);
  } else if (answering_ == Answering::flowing) {
    answering_ = Answering::cut;
    client_.cut();
  }
  if (asking_ == Asking::flowing || asking_ == Asking::held) asking_ = Asking::stopped;
  finish();
}

void Exchange::send_error_page(const ExchangeError& error) {
  const auto accept = head_->fields.get(message::FieldName::accept);
  ErrorPage page =
      make_error_page(error, facts_.request_id, accept.value_or(""),
                      context_.pages->words_for(head_->fields), context_.loop.wall_ms() / 1000);
  send_own(page.head, page.body);
}

// An answer that no origin gave.
void Exchange::send_own(message::ResponseHead& head, std::string_view body) {
  if (asking_ != Asking::ended && head_->body_length.has_body()) client_.stop_body();
  complete_own_response(head.fields, app_, context_.loop.wall_ms());
  facts_.status = head.status;
  answering_ = Answering::ended;
  client_.send_head(head);
  if (head_->method != message::Method::head && !body.empty()) {
    core::ByteChain content;
    content.append_copy(context_.loop.blocks(), body);
    facts_.bytes_out = body.size();
    client_.send_body(std::move(content));
  }
  client_.send_end({});
}

void Exchange::release_stream(const ExchangeError& error) {
  bulk_.withdraw();
  if (stream_ == nullptr) return;
  channel::Reset reset;
  reset.error = error;
  std::exchange(stream_, nullptr)->reset(reset);
}

void Exchange::over_if_done() {
  const bool asked = asking_ == Asking::ended || asking_ == Asking::stopped;
  if (asked && answering_ == Answering::ended && stream_done_) finish();
}

void Exchange::moved() {
  if (app_ == nullptr || step_ != Step::stream) return;
  if (const uint64_t limit_ms = quiet_limit_ms(); limit_ms != 0) {
    idle_deadline_.arm(context_.loop.timers(), limit_ms);
  } else {
    idle_deadline_.disarm();
  }
}

void Exchange::finish() {
  if (step_ == Step::over) return;
  step_ = Step::over;
  context_.gate.cancel(*this);  // its answer may come before the end of this turn
  in_flight_ = {};
  settle_kept_form();
  release_own_form();
  form_room_.reset();
  idle_deadline_.disarm();
  total_deadline_.disarm();
  session_deadline_.disarm();
  context_.dispatcher.withdraw(*this);
  release_stream(ExchangeError::of(
      facts_.error == ErrorCode::none ? ErrorCode::cancelled : facts_.error, facts_.reason));
  log_exchange(context_, client_facts_, *head_, app_, admission_, facts_);
  remember_end();
  if (app_ != nullptr) context_.dispatcher.serve(app_->group);
  client_.on_exchange_over();
}

}  // namespace hawser::relay
