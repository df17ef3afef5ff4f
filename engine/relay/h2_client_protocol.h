// SPDX-License-Identifier: Apache-2.0
// H2ClientProtocol: HTTP/2 with a client: many exchanges at once, which share the session's part of
// the budget. An exchange begins when that part has room for its first window; until then it waits,
// for as long as it would for a connector. Only a few begin in one turn of the loop: who asks for
// much at once lets others' requests pass, and what is reset by then costs next to nothing.
// Owner: its ClientSession. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/loop.h"
#include "core/timer_wheel.h"
#include "http/h2_session.h"
#include "relay/client_protocol.h"
#include "relay/client_session.h"
#include "relay/h2_exchange.h"

namespace hawser::relay {

class H2ClientProtocol final : public ClientProtocol,
                               public H2ExchangeOwner,
                               private core::Flushable,
                               private http::H2SessionEvents {
 public:
  explicit H2ClientProtocol(ClientSession& session);
  ~H2ClientProtocol() override;

  void begin() override;
  void on_bytes(core::Slice bytes) override;
  void on_client_end() override;
  void on_drained() override;
  void on_deadline() override;
  void drain() override;
  void cut(const message::ExchangeError& error) override;
  void on_gone(const std::string& reason) override;
  bool idle() const override { return first_ == nullptr; }

 private:
  enum class Ending : uint8_t { none, asked, refusing };  // the two GOAWAYs

  // of its exchanges
  void on_routed(const model::App& app) override { session_.use_timeouts_of(app); }
  void on_room() override;
  void on_h2_exchange_over(H2Exchange& exchange) override;
  void begin_anyway(H2Exchange& exchange) override;
  void end_connection() override { shut_down(); }
  bool keeps_up() const override { return session_.keeps_up(); }
  void close_stalled() override;
  // of the connection
  void on_request(http::H2Stream& stream, message::RequestHeadPtr head) override;
  void on_refusal(http::H2Stream& stream, message::Method method,
                  const message::ExchangeError& error) override;
  void on_malformed(const message::ExchangeError& error) override;
  void on_head_pending(bool pending) override;
  void on_settled() override;
  void on_stream_closed() override;
  void on_written() override;
  bool take_room(size_t bytes) override;
  void give_room_back(size_t bytes) override;
  bool may_read_ahead(size_t bytes) override;
  void on_shutdown_seen() override;
  void on_cut(http::H2Cut why, const std::string& reason) override;

  void note_offender(http::H2Cut why);
  void add(std::unique_ptr<H2Exchange> exchange);
  bool room_for_one_more() const;
  void begin_waiting();
  bool had_its_turn();
  void flush() override { begin_waiting(); }  // in the turn after one that had enough of us
  void wait_when_idle();
  void shut_down();
  void refuse_new_streams();
  bool over() const { return first_ == nullptr && h2_.open_streams() == 0; }

  ClientSession& session_;
  RelayContext& context_;
  http::H2Session h2_;
  H2Exchange* first_ = nullptr;  // a list that owns them, in the order of their coming
  H2Exchange* last_ = nullptr;
  core::Deadline head_deadline_;
  core::Deadline shutdown_deadline_;
  uint64_t turn_ = 0;  // of the loop, in which so many exchanges have begun
  uint32_t begun_in_turn_ = 0;
  Ending ending_ = Ending::none;
  bool closing_ = false;
};

}  // namespace hawser::relay
