// SPDX-License-Identifier: Apache-2.0
// RelayWorker: all that one worker of the engine does: accepts clients, owns their sessions, the
// connectors' channels that were handed to it, and its links to the other workers. Owner: the
// Engine makes and destroys it by tasks on the worker's thread. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/fd.h"
#include "core/listening.h"
#include "core/memory_report.h"
#include "relay/bulk_tickets.h"
#include "relay/client_session.h"
#include "relay/connector_channel.h"
#include "relay/dispatcher.h"
#include "relay/exchange_index.h"
#include "relay/load_gate.h"
#include "relay/memory_relief.h"
#include "relay/offenders.h"
#include "relay/reconsideration.h"
#include "relay/relay_context.h"
#include "relay/session_bindings.h"
#include "relay/worker_events.h"
#include "relay/worker_link.h"
#include "tls/context.h"

namespace hawser::relay {

// What a reload can change.
struct RelaySettings {
  std::shared_ptr<const model::Snapshot> snapshot;
  std::shared_ptr<tls::Context> client_tls;
  model::Timeouts timeouts;
  http::H1Limits h1_limits;
  http::H2Limits h2_limits;
  bool log_query = false;
  std::vector<model::Network> trusted_proxies;
  std::shared_ptr<const core::CountryFile> countries;
  std::shared_ptr<const access::KeyRing> keys;  // that seal cookies
  std::shared_ptr<const access::SigningRing> signing_keys;
  access::RevokedSessions revoked;
  std::shared_ptr<const access::Pages> pages = std::make_shared<const access::Pages>();
};

struct RelayWorkerOptions {
  uint32_t index = 0;
  std::vector<core::Fd> client_listeners;
  std::vector<std::vector<model::Network>> proxy_protocol_from;  // of each of these
  size_t session_limit = 10'000;                                 // of this worker
  size_t queue_limit = 1'000;
  size_t budget_bytes = 256u * 1024 * 1024;
  RelaySettings settings;
  std::shared_ptr<AppLoads> loads = std::make_shared<AppLoads>();  // shared by all workers
  access::SignInDesk* desk = nullptr;  // null: nobody can sign in; outlives the worker
};

// What a worker tells the engine. Called on the worker's thread; the engine passes it on to its
// own.
class EngineLink {
 public:
  virtual ~EngineLink() = default;
  virtual void channel_opened(uint32_t worker, uint64_t channel, const ConnectorIdentity& identity,
                              bool bulk) = 0;
  virtual void channel_closed(uint32_t worker, uint64_t channel) = 0;
  // Takes the other end of a socket pair to `to`.
  virtual void open_worker_link(uint32_t from, uint32_t to, core::Fd fd) = 0;
  virtual void renew(uint32_t worker, const std::string& connector,
                     const std::string& certificate_sha256, std::string body,
                     std::function<void(ControlAnswer)> done) = 0;
  virtual void health(const std::string& connector, std::string body) = 0;
  // For auditors; answered by RelayWorker::events_taken().
  virtual void events(uint32_t worker, std::vector<model::Event> lot) = 0;
  // Every session has ended after drain().
  virtual void drained(uint32_t worker) = 0;
};

class RelayWorker final : public ClientSessionOwner,
                          public ConnectorChannelOwner,
                          public WorkerLinkOwner,
                          public ControlHost {
 public:
  // All references outlive the worker.
  RelayWorker(core::Loop& loop, core::LogSink& log_sink, RelayMetrics& metrics, EngineLink& engine,
              RelayWorkerOptions options);
  ~RelayWorker() override;

  void apply(RelaySettings settings);
  void set_keys(std::shared_ptr<const access::KeyRing> keys);
  void set_signing_keys(std::shared_ptr<const access::SigningRing> keys);
  // Ends them with whatever runs in them.
  void revoke_sessions(const access::RevokedSessions& sessions);
  // A channel whose HELLO was read elsewhere; `channel_id` names it to the engine.
  void adopt_channel(uint64_t channel_id, tls::Stream::Released released,
                     ConnectorIdentity identity, const channel::Hello& hello,
                     const channel::Welcome& welcome);
  void answer_worker_link(uint32_t peer, core::Fd fd);
  std::map<uint64_t, size_t> open_streams() const;  // by channel id
  void events_taken() { events_.on_taken(); }
  std::vector<access::DecisionRing::Remembered> remembered(const std::string& request_id) const {
    return decisions_.find(request_id);
  }
  // What this thread has, by purpose.
  core::MemoryReport memory() const;
  void set_remote(const std::string& group, uint32_t worker, uint32_t channels);
  void close_connector(const std::string& connector, const std::string& reason);
  // No more clients; what is under way finishes. EngineLink::drained() tells the end.
  void drain();
  void set_memory(core::MemoryPressure pressure);
  // The end of the drain's time: whatever is left is cut.
  void cut_all();

 private:
  // One listener of clients.
  class Entry;

  void apply_to_gate();
  void take_client(core::Fd fd, const core::Address& peer,
                   const std::vector<model::Network>& proxied_from);
  void adopt_client(core::Fd fd, bool through_balancer);
  void note_accept_trouble(const core::Error& why);
  void on_session_over(ClientSession& session) override;
  void on_channel_lost(ConnectorChannel& channel) override;
  void on_worker_link_lost(WorkerLink& link) override;
  std::string config_json(const std::string& group) override;
  void renew(const std::string& connector, const std::string& certificate_sha256, std::string body,
             std::function<void(ControlAnswer)> done) override;
  void health(const std::string& connector, std::string body) override;

  channel::Link* link_to_worker(uint32_t worker);
  void count_channels_of(const std::string& connector);
  void pause_accepting_when_full();
  void report_when_drained();

  EngineLink& engine_;
  RelayWorkerOptions options_;
  core::Log log_;
  core::Budget budget_;
  message::HeadPool heads_;
  WorkerEvents events_;
  access::DecisionRing decisions_;
  access::Gate gate_;
  BulkTickets bulk_tickets_;
  ExchangeIndex index_;
  Reconsideration reconsideration_;
  RequestIds ids_;
  Dispatcher dispatcher_;
  SessionBindings bindings_{dispatcher_};
  LoadGate loads_;
  RelayContext context_;
  Offenders offenders_;
  std::vector<std::unique_ptr<Entry>> entries_;
  ClientSession* sessions_ = nullptr;  // a list that owns them
  size_t session_count_ = 0;
  std::map<uint64_t, std::unique_ptr<ConnectorChannel>> channels_;
  std::map<uint32_t, std::unique_ptr<WorkerLink>> asking_links_;  // by the worker that is asked
  std::vector<std::unique_ptr<WorkerLink>> answering_links_;
  MemoryRelief relief_{context_, [this] { return sessions_; }};
  bool accepting_paused_ = false;
  bool drained_reported_ = false;
};

}  // namespace hawser::relay
