// SPDX-License-Identifier: Apache-2.0
// Forwarder: one exchange: a stream of a channel on one side, a connection to the origin on the
// other, each direction on its own. Owner: the connector's worker, until on_forwarder_done().
// Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "channel/link.h"
#include "channel/stream.h"
#include "connector/app_cache.h"
#include "connector/bound_connections.h"
#include "connector/exchange_record.h"
#include "connector/identity_verifier.h"
#include "connector/name_translation.h"
#include "connector/origin_connection.h"
#include "connector/origin_dial.h"
#include "connector/origin_policy.h"
#include "connector/origin_pool.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/memory_watch.h"
#include "core/pooled.h"
#include "core/recycler.h"
#include "core/timer_wheel.h"
#include "message/head_pool.h"

namespace hawser::connector {

class Forwarder;

class ForwarderOwner {
 public:
  virtual ~ForwarderOwner() = default;
  // Destroy it by Loop::defer_delete.
  virtual void on_forwarder_done(Forwarder& forwarder) = 0;
};

// What a forwarder writes down of its exchange.
struct ForwarderNotes {
  channel::OpenInfo info;
  ExchangeRecord record;
  std::string key;   // of the connection to the origin
  std::string host;  // that the origin is asked by

  void clear() {  // keeps the memory
    info.clear();
    record.clear();
    key.clear();
    host.clear();
  }
};

// What all forwarders of a worker share; outlives them.
struct ForwarderNeeds {
  core::Loop& loop;
  message::HeadPool& heads;
  OriginPool& pool;
  AppCache& apps;
  const OriginPolicy& policy;
  core::Log& log;
  ExchangeMetrics& metrics;
  BoundConnections& bound;
  IdentityVerifier* identity = nullptr;  // null: this connector checks nobody's
  core::MemoryPressure memory = core::MemoryPressure::none;
  core::Recycler<ForwarderNotes> notes = core::Recycler<ForwarderNotes>();
};

class Forwarder final : public core::Pooled<Forwarder>,
                        private channel::StreamListener,
                        private OriginListener,
                        private OriginDialListener {
 public:
  // Swaps out what it keeps of `head` and `info`. `stream` is what on_open() brought.
  Forwarder(ForwarderNeeds& needs, ForwarderOwner& owner, channel::Stream& stream,
            message::RequestHead& head, channel::OpenInfo& info);
  ~Forwarder() override;

  // Begins; may already call on_forwarder_done().
  void start();
  const channel::Stream* stream() const { return stream_; }
  // Which stream it serves or served: for looking up alone.
  const void* stream_key() const { return stream_key_; }

 private:
  // The request's way to the origin.
  enum class Request : uint8_t {
    asking_app,
    connecting,   // or waiting for the session's own connection
    asking_body,  // connected, credit granted, the first DATA has not come
    writing,
    written,
    given_up,  // the origin has answered in full and takes no more
  };
  // The response's way back.
  enum class Response : uint8_t { waiting, body, ended };

  // channel::StreamListener
  void on_head(message::ResponseHead& head, bool interim, bool bound) override;
  void on_data(core::ByteChain bytes) override;
  void on_body_end(const message::Fields& trailers) override;
  void on_sendable() override;
  void on_stop() override;
  void on_reset(const channel::Reset& reset) override;
  void on_finished() override;
  // OriginDialListener
  void on_origin_connected(std::unique_ptr<core::Transport> transport, bool http2) override;
  void on_origin_unreachable(const message::ExchangeError& error) override;
  // OriginListener
  void on_origin_interim(message::ResponseHeadPtr head) override;
  void on_origin_head(message::ResponseHeadPtr head) override;
  void on_origin_body(core::Slice content) override;
  void on_origin_end(const message::Fields& trailers) override;
  void on_origin_drained() override;
  void on_origin_failed(const message::ExchangeError& error) override;

  void on_app(AppResult result);
  // Who is asking (forwarder_identity.cc).
  bool wants_identity() const;
  void ask_identity();
  void on_identity(const IdentityVerifier::Verdict& verdict);
  void refuse_identity(std::string reason);
  const ProvenPerson::By* voucher(const ProvenPerson& person) const;
  bool assertion_agrees(const TrustedIssuer& issuer, const token::IdToken& token);
  bool admits(const model::IpAddress& address) const;
  void write_key(const model::Origin& origin, bool http2, std::string& key) const;
  const std::vector<model::IdentityField>& told() const {
    return voucher_ == nullptr ? app_->identity : told_;
  }
  void go_on();
  void choose_origin();
  void connect(bool pooled);
  void dial();
  bool take_pooled();
  bool take_bound();
  void on_bound_turn();
  bool note_authentication(const message::ResponseHead& head);
  void connected();
  void write_head();
  NameTranslation names() const;
  void name_the_origin();
  void pump_request();
  void send_trailers();
  void write_body(core::Slice slice);
  void request_written();
  void await_first_byte();
  void allow_origin();
  void finish_exchange();
  void give_up_request();
  bool reconnect(const message::ExchangeError& error);
  void begin_tunnel(message::ResponseHead& head);
  bool has_body() const { return head_->body_length.has_body(); }
  bool waits_for_client() const;
  bool untouched() const { return !head_written_; }
  bool may_choose_http2() const;

  void touch();
  uint64_t idle_limit_ms() const;
  void on_idle_due();
  uint64_t elapsed_us() const;
  void fail(message::ErrorCode code, std::string reason);
  void fail(message::ExchangeError error);
  void drop_origin();
  void done();

  ForwarderNeeds& needs_;
  ForwarderOwner& owner_;
  channel::Stream* stream_;  // null once it is over
  const void* stream_key_;
  message::RequestHeadPtr head_;
  core::Recycler<ForwarderNotes>::Ptr notes_;
  channel::OpenInfo& info_;
  std::shared_ptr<const model::App> app_;
  size_t origin_ = 0;  // index of the one in use
  size_t origins_tried_ = 0;
  std::string& key_;
  std::string upgrade_;  // the protocol that is offered to the origin; empty for a request
  Request request_ = Request::asking_app;
  Response response_ = Response::waiting;
  bool wanted_body_ = false;  // credit was granted
  bool first_data_ = false;   // the engine has answered it
  bool body_ended_ = false;
  bool head_written_ = false;
  bool reconnected_ = false;
  bool http_1_1_required_ = false;  // by an origin that was asked by HTTP/2
  bool speaks_ = false;             // it carries credentials for a connection (NTLM, Negotiate)
  bool private_ = false;            // its connection is for nobody else
  bool continues_ = false;          // on the connection that its session has had before
  bool tunnel_ = false;             // the origin has agreed to the upgrade
  bool done_ = false;
  uint64_t body_written_bytes_ = 0;
  uint64_t allowed_bytes_ = 0;  // of the response's content, not yet delivered by the origin
  core::ByteChain pending_;     // of the request's body, not yet written
  message::Fields trailers_;
  std::unique_ptr<message::Fields> kept_names_;  // as they came, where they are rewritten
  ExchangeRecord& record_;
  core::Deadline first_byte_due_;
  core::Deadline idle_due_;
  core::Deadline total_due_;
  core::Deadline turn_due_;
  core::Deadline identity_due_;
  const TrustedIssuer* voucher_ = nullptr;  // for who is asking, where that has to be proved
  std::vector<model::IdentityField> told_;  // with the voucher's own
  IdentityVerifier::Waiting proof_asked_;
  BoundUse bound_;
  std::unique_ptr<AppCache::Waiter> waiter_;
  std::unique_ptr<OriginDial> dial_;
  std::unique_ptr<OriginExchange> connection_;
};

}  // namespace hawser::connector
