// SPDX-License-Identifier: Apache-2.0
// Connector: the running program: workers that hold the channels and forward, and on main what
// concerns them all: which channels to dial, the certificate, signals, the metrics listener. Owner:
// main(). Thread: main; the workers' part runs on theirs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connector/config_file.h"
#include "connector/connector_worker.h"
#include "connector/dialer.h"
#include "connector/renewal.h"
#include "connector/state_dir.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/mailbox.h"
#include "core/memory_watch.h"
#include "core/metrics.h"
#include "core/result.h"
#include "core/signals.h"
#include "core/timer_wheel.h"
#include "core/worker.h"
#include "http/status_endpoint.h"

namespace hawser::connector {

struct ConnectorOptions {
  uint64_t renewal_age_ms = Renewal::default_age_ms;
  uint64_t drain_ms = 30'000;  // for open exchanges, when the program ends
  size_t workers = 0;          // 0: as the configuration says
};

class Connector {
 public:
  // `state` is locked and enrolled; it and `sink` outlive the connector.
  static core::Result<std::unique_ptr<Connector>> make(const StateDir& state,
                                                       const ConnectorConfig& config,
                                                       core::LogSink& sink,
                                                       const ConnectorOptions& options);
  ~Connector();

  // Until a signal has ended it, or stop() has.
  void run();
  // Main's thread: what SIGTERM does.
  void drain(const std::string& reason);
  // Main's thread: asks every worker for its part, then logs where the memory is.
  void tell_memory();

 private:
  // One worker: its thread, and what lives there.
  struct Seat;
  class Reports;

  Connector(const StateDir& state, core::LogSink& sink, const ConnectorOptions& options);
  core::Result<void> prepare(const ConnectorConfig& config);
  core::Result<void> open_status(const ConnectorConfig& config);
  void start_workers(const ConnectorConfig& config);
  core::Result<UplinkSecurity> make_security(const Credentials& credentials,
                                             const std::string& authorities_pem) const;
  void secure_workers(const UplinkSecurity& security);

  // From the workers, on main.
  void on_established(size_t worker, uint64_t channel, const channel::Welcome& welcome);
  void on_lost(uint64_t channel);
  void on_config(const model::ConfigAnswer& answer);
  void on_drained();
  core::MemoryReport own_memory();  // main's

  void note_memory(core::MemoryPressure pressure, uint64_t resident_bytes, uint64_t limit_bytes);
  void learn_engines(const std::vector<std::string>& engines);
  void learn_authorities(const std::string& authorities_pem);
  void renewed(const Credentials& credentials, const std::string& authorities_pem);
  void call(ControlRequest request, ControlCall::Done done);
  std::vector<std::string> targets() const;
  std::string not_ready_reason() const;

  const StateDir& state_;
  core::LogSink& sink_;
  ConnectorOptions options_;
  core::Loop loop_;
  core::Log log_;
  core::MetricRegistry registry_;
  core::MetricSet metrics_{registry_};  // main's
  WorkerMetricIds metric_ids_;
  core::Mailbox mailbox_;
  Identity identity_;
  Credentials credentials_;
  std::string authorities_pem_;
  bool draining_ = false;
  size_t workers_drained_ = 0;
  std::map<uint64_t, size_t> established_;  // channel to the worker that holds it
  core::Deadline drain_due_;
  std::unique_ptr<Dialer> dialer_;
  std::unique_ptr<Renewal> renewal_;
  std::unique_ptr<http::StatusEndpoint> status_;
  std::vector<std::unique_ptr<core::SignalWatcher>> signals_;
  std::unique_ptr<core::MemoryWatch> memory_watch_;
  std::vector<std::unique_ptr<Seat>> seats_;  // their threads end first
};

}  // namespace hawser::connector
