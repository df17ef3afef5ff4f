// SPDX-License-Identifier: Apache-2.0
// Engine: the whole edge relay: state, authority, admin API, listeners, workers; what starts,
// reloads and drains it. Owner: main. Thread: the control thread (main's); its workers each have
// their own, and reach it by mailbox.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/admin_api.h"
#include "control/admin_host.h"
#include "control/admin_server.h"
#include "control/authority.h"
#include "control/config_file.h"
#include "control/connector_registry.h"
#include "control/enrolment.h"
#include "control/enrolment_server.h"
#include "control/event_chain.h"
#include "control/event_journal.h"
#include "control/sqlite_store.h"
#include "control/state_dir.h"
#include "control/tokens.h"
#include "core/listening.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/mailbox.h"
#include "core/memory_watch.h"
#include "core/metrics.h"
#include "core/worker.h"
#include "http/status_endpoint.h"
#include "relay/connector_gate.h"
#include "relay/form_keep.h"
#include "relay/redirect_listener.h"
#include "relay/relay_worker.h"
#include "relay/sign_in_host.h"
#include "relay/signing_keys.h"
#include "relay/worker_desk.h"

namespace hawser::relay {

class Engine final : public control::AdminHost, public EngineLink, public SignInHost::Listener {
 public:
  // `loop` is the control thread's; it and `log` outlive the engine.
  Engine(core::Loop& loop, core::LogSink& log_sink, core::Log& log, std::string version);
  ~Engine() override;

  // Opens everything and starts the workers. The listeners accept once it returns.
  core::Result<void> start(control::NodeConfig config);
  // Applies what can be applied; says in the log what cannot. A session in progress keeps what it
  // began with.
  core::Result<void> reload(control::NodeConfig config);
  // A new configuration file that was not even read to its end.
  void on_reload_refused(const std::string& reason);
  // Not ready any more, no new connections; `done` is called once nothing is under way, or the
  // drain's time is over.
  void drain(std::function<void()> done);
  // Asks every worker for its part, then logs where the memory is.
  void tell_memory();
  // Stops the workers. Nothing is called afterwards.
  void stop();

 private:
  struct WorkerSlot {
    std::unique_ptr<core::Worker> worker;
    std::unique_ptr<RelayMetrics> metrics;
    std::unique_ptr<WorkerDesk> desk;
    std::unique_ptr<RelayWorker> relay;  // made and destroyed on the worker's thread
    bool drained = false;
  };

  core::Result<void> open_state();
  core::Result<void> open_authority();
  core::Result<void> open_client_listeners();
  core::Result<void> open_connector_listeners();
  core::Result<void> open_services();
  core::Result<void> open_events();
  core::Result<void> open_sign_in();
  core::Result<void> renew_own_certificate();
  void start_workers();
  RelayWorkerOptions worker_options(uint32_t index);
  RelaySettings settings() const;
  core::Counter& refused(const char* listener);
  void tell_warnings();
  core::MemoryReport own_memory() const;  // the control thread's
  void note_listening(const char* what, const core::Address& address);
  void on_arrival(Arrival arrival);
  uint32_t choose_worker(const Arrival& arrival) const;
  channel::Welcome welcome_for(const Arrival& arrival, uint32_t worker) const;
  void tell_others(uint32_t worker, const std::string& group);
  void to_worker(uint32_t worker, std::function<void(RelayWorker&)> call);
  void note_memory(core::MemoryPressure pressure, uint64_t resident_bytes);
  void cut_rest(const char* why);
  void finish_drain();

  // AdminHost
  control::EngineStatus status() override;
  void channels(ChannelsDone done) override;
  std::shared_ptr<const model::Snapshot> snapshot() override { return snapshot_; }
  void memory(MemoryDone done) override;  // engine_memory.cc
  core::Result<model::AccessAnswer> test_access(const model::App& app,
                                                const model::AccessQuestion& question,
                                                int64_t now_ms) override;
  void on_connector_revoked(const model::Uuid& connector) override;

  control::Outcome<std::vector<control::SessionRecord>> sessions() override;
  void revoke_sessions(const control::SessionFilter& filter, const control::AdminCaller& caller,
                       control::OutcomeDone<uint64_t> done) override;
  // --- engine_events.cc
  void explain(const std::string& request_id, StoriesDone done) override;
  void on_admin_act(const control::AdminAct& act) override;
  void events(uint32_t worker, std::vector<model::Event> lot) override;

  // SignInHost::Listener
  void on_keys(const SignInHost::Keys& keys) override;
  void on_revoked(const access::RevokedSessions& sessions) override;

  // EngineLink, on the workers' threads
  void channel_opened(uint32_t worker, uint64_t channel, const ConnectorIdentity& identity,
                      bool bulk) override;
  void channel_closed(uint32_t worker, uint64_t channel) override;
  void open_worker_link(uint32_t from, uint32_t to, core::Fd fd) override;
  void renew(uint32_t worker, const std::string& connector, const std::string& certificate_sha256,
             std::string body, std::function<void(ControlAnswer)> done) override;
  void health(const std::string& connector, std::string body) override;
  void drained(uint32_t worker) override;

  using OpenStreams = std::map<uint64_t, size_t>;  // by channel
  std::vector<control::LiveChannel> live_channels(const OpenStreams& open_streams) const;

  struct Channel {
    uint32_t worker = 0;
    ConnectorIdentity identity;
    bool bulk = false;
    int64_t since_ms = 0;
  };

  core::Loop& loop_;
  core::LogSink& log_sink_;
  core::Log& log_;
  std::string version_;
  std::string boot_id_;
  core::Mailbox mailbox_;
  core::MetricRegistry registry_;
  core::MetricSet metrics_{registry_};  // the control thread's
  control::NodeConfig config_;
  std::shared_ptr<const model::Snapshot> snapshot_;
  std::shared_ptr<AppLoads> loads_ = std::make_shared<AppLoads>();
  std::shared_ptr<tls::Context> client_tls_;
  std::unique_ptr<control::StateDir> state_dir_;
  std::unique_ptr<control::SqliteStore> store_;
  std::unique_ptr<control::Authority> authority_;
  std::unique_ptr<control::Tokens> tokens_;
  std::unique_ptr<control::ConnectorRegistry> connectors_;
  std::unique_ptr<control::Enrolment> enrolment_;
  std::unique_ptr<control::EventChain> event_chain_;
  std::unique_ptr<control::EventJournal> journal_;
  std::unique_ptr<SignInHost> sign_in_;
  std::unique_ptr<SigningKeys> signing_keys_;
  std::unique_ptr<FormKeep> forms_;
  std::unique_ptr<control::EnrolmentServer> enrolment_server_;
  std::unique_ptr<control::AdminApi> admin_api_;
  std::unique_ptr<control::AdminServer> admin_server_;
  std::unique_ptr<http::StatusEndpoint> status_endpoint_;
  std::unique_ptr<ConnectorGate> gate_;
  std::vector<std::unique_ptr<RedirectListener>> redirects_;
  std::vector<WorkerSlot> workers_;
  std::vector<std::vector<core::Fd>> client_fds_;  // of each worker, until it starts
  std::vector<core::ListeningSocket> connector_sockets_;
  std::vector<std::string> client_listeners_;
  std::vector<std::string> connector_listeners_;
  uint16_t https_port_ = 443;
  std::map<uint64_t, Channel> channels_;
  uint64_t next_channel_ = 1;
  int64_t started_ms_ = 0;
  std::unique_ptr<core::MemoryWatch> memory_watch_;
  core::Deadline drain_deadline_;
  core::Deadline certificate_deadline_;
  std::function<void()> on_drained_;
  bool ready_ = false;
  bool draining_ = false;
  bool cutting_ = false;
  bool stopped_ = false;
};

}  // namespace hawser::relay
