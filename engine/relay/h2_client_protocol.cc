// SPDX-License-Identifier: Apache-2.0
#include "relay/h2_client_protocol.h"

#include <utility>

#include "relay/client_chain.h"
#include "relay/offenders.h"
#include "relay/refusal_page.h"
#include "relay/request_log.h"

namespace hawser::relay {

using message::ExchangeError;

namespace {

constexpr size_t first_window_bytes = 16 * 1024;  // of a response, as a link opens it
constexpr uint64_t shutdown_notice_ms = 1'000;    // for a client that does not answer
constexpr uint32_t begun_a_turn = 8;              // exchanges

}  // namespace

std::unique_ptr<ClientProtocol> make_h2_protocol(ClientSession& session) {
  return std::make_unique<H2ClientProtocol>(session);
}

H2ClientProtocol::H2ClientProtocol(ClientSession& session)
    : session_(session),
      context_(session.context()),
      h2_(session.transport(), context_.heads, context_.h1_limits, context_.h2_limits, *this),
      head_deadline_([this] { h2_.cut(http::H2Cut::head_timeout); }),
      shutdown_deadline_([this] { refuse_new_streams(); }) {
  context_.metrics.http2_sessions.add(1);
}

H2ClientProtocol::~H2ClientProtocol() {
  context_.metrics.http2_sessions.add(-1);
  while (first_ != nullptr) delete std::exchange(first_, first_->next);
}

// --- the connection

void H2ClientProtocol::begin() {
  h2_.begin();
  session_.arm_deadline(session_.head_timeout_ms());
}

// The requests of one read begin behind it: those that were reset in it never do.
void H2ClientProtocol::on_bytes(core::Slice bytes) {
  h2_.feed(bytes);
  begin_waiting();
}

void H2ClientProtocol::on_client_end() {
  if (over()) return session_.close();
  // It still gets its answers, but we wait less long for them.
  session_.arm_deadline(half_closed_answer_ms);
}

void H2ClientProtocol::on_drained() { h2_.on_drained(); }

void H2ClientProtocol::on_deadline() {
  if (session_.client_ended()) return session_.close();
  if (!h2_.settled()) return h2_.cut(http::H2Cut::settings_timeout);
  shut_down();
}

void H2ClientProtocol::on_settled() { wait_when_idle(); }

void H2ClientProtocol::on_head_pending(bool pending) {
  if (pending) {
    head_deadline_.arm(context_.loop.timers(), session_.head_timeout_ms());
  } else {
    head_deadline_.disarm();
  }
}

void H2ClientProtocol::wait_when_idle() {
  if (!h2_.settled() || session_.client_ended()) return;
  if (over() && session_.idle_timeout_ms() != 0) {
    session_.arm_deadline(session_.idle_timeout_ms());
  } else {
    session_.disarm_deadline();
  }
}

void H2ClientProtocol::on_stream_closed() { wait_when_idle(); }

void H2ClientProtocol::on_written() {
  if (!over() || (ending_ != Ending::refusing && !session_.client_ended())) return;
  closing_ = true;
  h2_.on_gone("the connection is over");
  session_.linger();
}

void H2ClientProtocol::on_cut(http::H2Cut why, const std::string& reason) {
  context_.metrics.count_http2_cut(http::name_of(why));
  core::LogLine(context_.log, core::Level::warn, "http2_cut")
      .text("client", session_.facts().peer_ip)
      .text("cause", http::name_of(why))
      .text("reason", reason);
  note_offender(why);
  closing_ = true;
  h2_.on_gone(reason);
  session_.linger();
}

// Not for who is merely slow, nor for an address that is many people's.
void H2ClientProtocol::note_offender(http::H2Cut why) {
  if (why == http::H2Cut::settings_timeout || why == http::H2Cut::head_timeout) return;
  const ClientFacts& client = session_.facts();
  if (context_.offenders == nullptr || client.through_balancer ||
      is_trusted(client.peer_ip, context_.trusted_proxies))
    return;
  if (!context_.offenders->note_cut(client.peer)) return;
  core::LogLine(context_.log, core::Level::info, "http2_offender")
      .text("client", client.peer_ip)
      .text("reason",
            "new connections from there wait for their turn until 10 s after the last cut");
}

// --- requests

void H2ClientProtocol::add(std::unique_ptr<H2Exchange> exchange) {
  H2Exchange* const added = exchange.release();
  added->previous = last_;
  (last_ != nullptr ? last_->next : first_) = added;
  last_ = added;
}

void H2ClientProtocol::on_request(http::H2Stream& stream, message::RequestHeadPtr head) {
  if (context_.draining) return stream.reset(http::H2Reset::refused_stream);
  if (context_.memory == core::MemoryPressure::full) {  // a page would take memory again
    context_.metrics.memory_step("refused");
    return stream.reset(http::H2Reset::refused_stream);
  }
  auto exchange = std::make_unique<H2Exchange>(context_, *this, stream);
  exchange->wait(std::move(head));
  add(std::move(exchange));
  wait_when_idle();
}

void H2ClientProtocol::on_refusal(http::H2Stream& stream, message::Method method,
                                  const ExchangeError& error) {
  auto exchange = std::make_unique<H2Exchange>(context_, *this, stream);
  H2Exchange& answered = *exchange;
  add(std::move(exchange));
  answered.answer(make_refusal_page(context_, session_.facts(), error), method);
}

void H2ClientProtocol::on_malformed(const ExchangeError& error) {
  log_refusal(context_, session_.facts(), error, context_.ids.next_request_id());
}

bool H2ClientProtocol::take_room(size_t bytes) {
  if (!context_.budget.take(bytes)) return false;
  if (session_.share().take(bytes)) return true;
  context_.budget.give_back(bytes);
  return false;
}

void H2ClientProtocol::give_room_back(size_t bytes) {
  context_.budget.give_back(bytes);
  session_.share().give_back(bytes);
}

bool H2ClientProtocol::may_read_ahead(size_t bytes) {
  return !context_.budget.scarce() && session_.share().may_grow(bytes);
}

// Those that have begun and not yet taken their first window count as if they had.
bool H2ClientProtocol::room_for_one_more() const {
  size_t promised_bytes = first_window_bytes;
  for (const H2Exchange* exchange = first_; exchange != nullptr; exchange = exchange->next) {
    if (exchange->before_dispatch()) promised_bytes += first_window_bytes;
  }
  return promised_bytes <= session_.share().free_bytes();
}

void H2ClientProtocol::begin_waiting() {
  while (!closing_ && !h2_.is_cut()) {
    H2Exchange* exchange = first_;
    while (exchange != nullptr && !exchange->waiting()) exchange = exchange->next;
    if (exchange == nullptr || !room_for_one_more()) return;
    if (had_its_turn()) return context_.loop.request_flush_next_turn(*this);
    begin_anyway(*exchange);
  }
}

bool H2ClientProtocol::had_its_turn() {
  const uint64_t turn = context_.loop.turn_number();
  if (std::exchange(turn_, turn) != turn) begun_in_turn_ = 0;
  return ++begun_in_turn_ > begun_a_turn;
}

void H2ClientProtocol::begin_anyway(H2Exchange& exchange) {
  exchange.begin(session_.facts(), session_.share());
}

void H2ClientProtocol::on_room() { begin_waiting(); }

void H2ClientProtocol::on_h2_exchange_over(H2Exchange& exchange) {
  (exchange.previous != nullptr ? exchange.previous->next : first_) = exchange.next;
  (exchange.next != nullptr ? exchange.next->previous : last_) = exchange.previous;
  context_.loop.defer_delete(std::unique_ptr<H2Exchange>(&exchange));
  if (closing_) return;
  wait_when_idle();
  if (over()) h2_.on_drained();  // tells on_written() once more
}

void H2ClientProtocol::close_stalled() { session_.close(); }

// --- ending

void H2ClientProtocol::shut_down() {
  if (ending_ != Ending::none) return;
  ending_ = Ending::asked;
  h2_.begin_shutdown();
  shutdown_deadline_.arm(context_.loop.timers(), shutdown_notice_ms);
}

void H2ClientProtocol::drain() { shut_down(); }

void H2ClientProtocol::on_shutdown_seen() { refuse_new_streams(); }

void H2ClientProtocol::refuse_new_streams() {
  if (ending_ == Ending::refusing) return;
  ending_ = Ending::refusing;
  shutdown_deadline_.disarm();
  h2_.refuse_new_streams();
}

void H2ClientProtocol::cut(const ExchangeError& error) {
  closing_ = true;
  for (H2Exchange* exchange = first_; exchange != nullptr;) {
    H2Exchange* const following = exchange->next;
    exchange->end(error);
    exchange = following;
  }
  h2_.write_now();
}

void H2ClientProtocol::on_gone(const std::string& reason) {
  closing_ = true;
  h2_.on_gone(reason);
}

}  // namespace hawser::relay
