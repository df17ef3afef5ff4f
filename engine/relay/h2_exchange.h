// SPDX-License-Identifier: Apache-2.0
// H2Exchange: the client's side of one exchange on an HTTP/2 stream. It outlives its Exchange until
// the response has left, and its stream until the Exchange is over. Owner: its H2ClientProtocol.
// Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/timer_wheel.h"
#include "http/h2_stream.h"
#include "message/head_pool.h"
#include "relay/client_side.h"
#include "relay/error_page.h"
#include "relay/exchange.h"
#include "relay/relay_context.h"

namespace hawser::relay {

class H2Exchange;

class H2ExchangeOwner {
 public:
  virtual ~H2ExchangeOwner() = default;
  // The app that an exchange is for.
  virtual void on_routed(const model::App& app) = 0;
  // An exchange is over: another one that waits may begin.
  virtual void on_room() = 0;
  // Destroy it at the end of the turn.
  virtual void on_h2_exchange_over(H2Exchange& exchange) = 0;
  // It has waited long enough: it begins, and fails where there is no room.
  virtual void begin_anyway(H2Exchange& exchange) = 0;
  // No further request on the connection.
  virtual void end_connection() = 0;
  // The client takes not even the end of a stream.
  virtual void close_stalled() = 0;
  // As ClientSide::keeps_up(), of the connection.
  virtual bool keeps_up() const = 0;
};

class H2Exchange final : public ClientSide, private http::H2StreamEvents {
 public:
  H2Exchange(RelayContext& context, H2ExchangeOwner& owner, http::H2Stream& stream);

  // Keeps the head until begin(), or until the time for waiting is over.
  void wait(message::RequestHeadPtr head);
  void begin(const ClientFacts& facts, core::Budget& share);
  bool waiting() const { return head_ != nullptr; }
  // Begun, and has taken nothing of the budget yet.
  bool before_dispatch() const;
  // A request that is refused: its page is sent and no exchange begins.
  void answer(const ErrorPage& page, message::Method method);
  // Ends it with this error, in whatever state it is.
  void end(const message::ExchangeError& error);

  // The owner's list.
  H2Exchange* previous = nullptr;
  H2Exchange* next = nullptr;

 private:
  // to the client
  void allow_body(uint64_t bytes) override;
  void stop_body() override;
  void end_connection() override { owner_.end_connection(); }
  void on_routed(const model::App& app) override { owner_.on_routed(app); }
  void send_interim(const message::ResponseHead& head) override;
  void send_head(message::ResponseHead& head) override;
  void send_body(core::ByteChain bytes) override;
  bool output_full() const override;
  bool keeps_up() const override { return !output_full() && owner_.keeps_up(); }
  void send_end(const message::Fields& trailers) override;
  void cut() override;
  void on_exchange_over() override;
  // from the stream
  void on_request_body(core::Slice content) override;
  void on_request_end(const message::Fields& trailers) override;
  void on_stream_drained() override;
  void on_only_unwanted_left() override;
  void on_stream_over(message::ErrorCode why, const std::string& reason) override;

  void watch_tail();
  void on_deadline();
  void over_if_done();

  RelayContext& context_;
  H2ExchangeOwner& owner_;
  http::H2Stream* stream_;  // null once it is over
  message::RequestHeadPtr head_;
  std::unique_ptr<Exchange> exchange_;
  core::Deadline deadline_;  // of waiting; then of the response's tail; then of what is unwanted
  size_t tail_bytes_ = 0;
  message::Method method_ = message::Method::get;
  bool bodyless_ = false;
  bool reset_ = false;
  bool only_unwanted_left_ = false;
  bool over_ = false;
};

}  // namespace hawser::relay
