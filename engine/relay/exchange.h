// SPDX-License-Identifier: Apache-2.0
// Exchange: one request and its response on their way: route, access, dispatch, stream. Each
// direction has a state of its own, because each pauses on the other side's credit and either may
// be reset at any moment. Owner: the client session, which disposes of it in on_exchange_over(). It
// refers to the session only through ClientSide. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "access/gate.h"
#include "channel/stream.h"
#include "core/pooled.h"
#include "core/timer_wheel.h"
#include "message/head_pool.h"
#include "relay/app_load.h"
#include "relay/bulk_offer.h"
#include "relay/client_chain.h"
#include "relay/client_side.h"
#include "relay/dispatcher.h"
#include "relay/form_room.h"
#include "relay/relay_context.h"
#include "relay/request_facts.h"

namespace hawser::relay {

class Exchange final : public core::Pooled<Exchange>,
                       private channel::StreamListener,
                       private access::GateListener,
                       private Waiter {
 public:
  // `share` is the client session's part of the budget. All arguments outlive the exchange.
  Exchange(RelayContext& context, ClientSide& client, const ClientFacts& client_facts,
           core::Budget& share);
  ~Exchange() override;

  // Takes the head and begins. The session hears of everything through ClientSide, possibly within
  // this call.
  void start(message::RequestHeadPtr head);

  // --- from the client
  void on_request_body(core::ByteChain bytes);
  void on_request_end(const message::Fields& trailers);
  void on_client_drained();
  // The client is gone, or broke the rules in the middle of its body: nothing can be told to it any
  // more.
  void on_client_gone(message::ErrorCode code, std::string reason);
  // Whoever holds a revocation: ends the exchange in whatever state it is.
  void cut(const message::ExchangeError& error);
  // By the present access rules, where it runs.
  void reconsider(access::Renewal renewal);

  const RequestFacts& facts() const { return facts_; }
  uint64_t queued_since_ms_ = 0;                  // anew where a connector had it and was lost
  const model::App* app() const { return app_; }  // null before the route
  const access::Admission& admission() const { return admission_; }
  const ClientFacts& client() const { return client_facts_; }
  // Bytes of the response that its client has not taken, and when it last took some.
  size_t held_bytes() const { return unconsumed_bytes_; }
  uint64_t drained_ms() const { return drained_ms_; }

  // The index's list.
  Exchange* previous_in_index = nullptr;
  Exchange* next_in_index = nullptr;

 private:
  enum class Step : uint8_t { route, own_form, park, access, dispatch, stream, over };
  enum class Asking : uint8_t { held, flowing, ended, stopped };    // the request's body
  enum class Answering : uint8_t { waiting, flowing, ended, cut };  // the response

  // access
  void on_admitted(access::Admission admission) override;
  void on_answered(access::Answer answer) override;
  void on_form_wanted(access::FormWanted wanted) override;
  void on_reconsidered(access::Reconsidered outcome) override;
  // dispatch
  void on_way(const Way& way) override;
  void on_no_way(message::ExchangeError error) override;
  // stream
  void on_head(message::ResponseHead& head, bool interim, bool bound) override;
  void on_data(core::ByteChain bytes) override;
  bool keeps_up() override { return client_.keeps_up(); }
  void on_body_end(const message::Fields& trailers) override;
  void on_sendable() override;
  void on_body_wanted() override;
  void on_stop() override;
  void on_reset(const channel::Reset& reset) override;
  void on_finished() override;

  void route();
  bool within_limits();
  bool is_misdirected(const std::string& host) const;
  bool meets_expectation();
  bool goes_onward();
  access::Question question();
  void ask_gate();
  void arm_session_deadline();
  void session_due();
  void find_decision();
  void remember_end() const;
  // Our own pages (exchange_own_page.cc).
  void serve_own_page();
  void collect_own_form(const core::ByteChain& bytes);
  bool hold_own_form(size_t bytes);
  void release_own_form();
  // Forms that wait for a sign-in (exchange_kept_form.cc).
  void read_claim();
  void begin_form(size_t room_bytes);
  void hold_form(bool sent, size_t form_bytes);
  size_t form_room_wanted() const;
  void collect_form(const core::ByteChain& bytes);
  void watch_form();
  void keep_form();
  void refuse_form(access::FormRefusal why);
  bool take_kept_form();
  void send_kept_body();
  void settle_kept_form();
  void offer_upgrade();
  // What an HTTP/2 client's upgrade needs more: the part of its handshake that it leaves to us.
  void offer_for_http_2();
  bool agree_for_http_2(message::ResponseHead& head);
  void answer_upgrade(bool agreed);
  // Of the protocols that a 426 requires, those that the client may ask for; "" of any other head.
  std::string required_upgrades(const message::ResponseHead& head) const;
  bool awaits_upgrade() const { return !upgrade_.empty() && !upgraded_; }
  void dispatch();
  uint64_t queue_left_ms() const;
  // What origin connections may be bound to; 0: nothing.
  uint64_t session() const;
  const channel::OpenInfo& open_info();
  // The stream is on a channel; over another worker the bulk is offered there.
  bool has_channel() const { return stream_ != nullptr && !facts_.connector.empty(); }
  void allow_more_body();
  bool awaits_connector() const;
  uint64_t quiet_limit_ms() const;
  void moved();
  void release_stream(const message::ExchangeError& error);
  bool may_try_again(const message::ExchangeError& error, bool origin_untouched) const;
  void fail(const message::ExchangeError& error);
  void send_error_page(const message::ExchangeError& error);
  void send_own(message::ResponseHead& head, std::string_view body);
  void over_if_done();
  void finish();
  void idle_too_long();

  RelayContext& context_;
  ClientSide& client_;
  const ClientFacts& client_facts_;
  core::Budget& share_;
  std::shared_ptr<const Router> router_;  // keeps app_ alive
  const model::App* app_ = nullptr;
  message::RequestHeadPtr head_;
  access::Admission admission_;
  channel::Stream* stream_ = nullptr;
  WayName way_;  // that its stream was opened on
  BulkOffer bulk_;
  std::string own_form_;      // that was sent to a page of ours or is to be kept, as far as it came
  size_t own_form_room_ = 0;  // of the budget
  std::unique_ptr<FormRoom> form_room_;  // null: it holds no form
  access::FormWanted form_wanted_;
  std::string kept_body_;      // sent in place of what the client's request carries
  size_t kept_sent_ = 0;       // of it
  std::string websocket_key_;  // ours, for a client that speaks HTTP/2
  std::string upgrade_;        // the protocol that the client offers, if this app may speak it
  core::Deadline idle_deadline_;
  core::Deadline total_deadline_;
  core::Deadline session_deadline_;
  core::Recycler<RequestFacts>::Ptr kept_facts_;
  RequestFacts& facts_;
  access::DecisionRing::Place decision_ = 0;  // where it is remembered
  ClientChain chain_;
  InFlight in_flight_;          // counted for the app's limit
  uint64_t allowed_bytes_ = 0;  // that the client may still send
  uint64_t drained_ms_ = 0;
  size_t unconsumed_bytes_ = 0;  // of the response, not yet taken by the client
  Step step_ = Step::route;
  Asking asking_ = Asking::held;
  Answering answering_ = Answering::waiting;
  bool body_committed_ = false;  // the first CREDIT was answered: no second attempt
  bool upgraded_ = false;        // the origin agreed: both directions carry raw bytes
  bool stream_done_ = false;
  bool has_kept_body_ = false;
  uint8_t reconsidering_ = 0;  // a bit for each access::Renewal that the gate is to answer
};

}  // namespace hawser::relay
