// SPDX-License-Identifier: Apache-2.0
#include "connector/connector.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "core/limits.h"
#include "model/form_memory.h"
#include "model/identity.h"
#include "model/ids.h"
#include "tls/library_memory.h"

namespace hawser::connector {

using core::Level;
using core::LogLine;

namespace {

constexpr uint64_t open_files_wanted = 65'536;
constexpr uint64_t open_files_least = 4'096;

std::string new_boot_id(core::Loop& loop) {
  std::array<uint8_t, 16> random{};
  loop.fill_random(random);
  return model::uuid_v4(random).to_string();
}

}  // namespace

// Passes on to main what a worker tells.
class Connector::Reports final : public WorkerReports {
 public:
  Reports(Connector& connector, size_t worker) : connector_(connector), worker_(worker) {}

  void on_channel_established(uint64_t channel, const channel::Welcome& welcome) override {
    connector_.mailbox_.post(
        [this, channel, welcome] { connector_.on_established(worker_, channel, welcome); });
  }
  void on_channel_lost(uint64_t channel, const std::string&) override {
    connector_.mailbox_.post([this, channel] { connector_.on_lost(channel); });
  }
  void on_config(const model::ConfigAnswer& answer) override {
    connector_.mailbox_.post([this, answer] { connector_.on_config(answer); });
  }
  void on_drained() override {
    connector_.mailbox_.post([this] { connector_.on_drained(); });
  }

 private:
  Connector& connector_;
  size_t worker_;
};

struct Connector::Seat {
  Seat(Connector& connector, size_t index) : reports(connector, index), thread(index) {}
  ~Seat() {
    thread.stop_and_join([this] { worker.reset(); });
  }

  Reports reports;
  std::unique_ptr<ConnectorWorker> worker;  // the thread's own
  core::Worker thread;
};

Connector::Connector(const StateDir& state, core::LogSink& sink, const ConnectorOptions& options)
    : state_(state),
      sink_(sink),
      options_(options),
      log_(sink, loop_),
      metric_ids_(registry_),
      mailbox_(loop_),
      drain_due_([this] {
        LogLine(log_, Level::warn, "drain_timeout").number("after_ms", options_.drain_ms);
        loop_.stop();
      }) {}

Connector::~Connector() = default;

core::Result<std::unique_ptr<Connector>> Connector::make(const StateDir& state,
                                                         const ConnectorConfig& config,
                                                         core::LogSink& sink,
                                                         const ConnectorOptions& options) {
  std::unique_ptr<Connector> connector(new Connector(state, sink, options));
  if (auto prepared = connector->prepare(config); !prepared) return prepared.error();
  return connector;
}

core::Result<void> Connector::prepare(const ConnectorConfig& config) {
  auto identity = state_.load_identity();
  if (!identity) return identity.error();
  identity_ = std::move(*identity);
  auto credentials = state_.load_credentials();
  if (!credentials) return credentials.error();
  credentials_ = std::move(*credentials);
  auto authorities = state_.load_authorities();
  if (!authorities) return authorities.error();
  authorities_pem_ = std::move(*authorities);
  const auto id = model::Uuid::parse(identity_.connector_id);
  if (!id) return core::Error{"identity.json: connector_id: " + id.error().reason, 0};
  auto security = make_security(credentials_, authorities_pem_);
  if (!security) return security.error();

  if (const auto raised = core::raise_open_files(open_files_wanted);
      !raised && core::open_files_limit() < open_files_least)
    LogLine(log_, Level::warn, "open_files_limit_low").text("reason", raised.error().reason);
  registry_.add_collector([this](std::string& out) { core::append_process_metrics(out, sink_); });
  if (auto opened = open_status(config); !opened) return opened;
  start_workers(config);
  secure_workers(*security);
  dialer_ = std::make_unique<Dialer>(
      loop_, log_, seats_.size(),
      [this](const DialOrder& order) {
        Seat& seat = *seats_[order.worker];
        seat.thread.post([&seat, order] { seat.worker->dial(order); });
      },
      [this](size_t worker, uint64_t channel) {
        Seat& seat = *seats_[worker];
        seat.thread.post([&seat, channel] { seat.worker->retire(channel); });
      });
  renewal_ = std::make_unique<Renewal>(
      loop_, log_, state_, model::connector_uri(identity_.trust_domain, identity_.tenant, *id),
      options_.renewal_age_ms,
      [this](ControlRequest request, ControlCall::Done done) {
        call(std::move(request), std::move(done));
      },
      [this](const Credentials& fresh, const std::string& authorities_pem) {
        renewed(fresh, authorities_pem);
      });
  return {};
}

core::Result<void> Connector::open_status(const ConnectorConfig& config) {
  if (!config.metrics.has_value()) return {};
  auto opened = http::StatusEndpoint::open(
      loop_, *config.metrics,
      {[this] { return registry_.render(); }, [this] { return not_ready_reason(); },
       &http::refused_connections(metrics_, "metrics")});
  if (opened) {
    status_ = std::move(*opened);
    LogLine(log_, Level::info, "metrics_listening").text("address", status_->address().to_string());
    return {};
  }
  if (config.metrics_required)
    return core::Error{"metrics: " + opened.error().reason +
                           "; name another address in connector.yaml, or `metrics: off`",
                       0};
  LogLine(log_, Level::warn, "metrics_unavailable").text("reason", opened.error().reason);
  return {};
}

void Connector::start_workers(const ConnectorConfig& config) {
  size_t count = options_.workers;
  if (count == 0 && config.workers.has_value()) count = static_cast<size_t>(*config.workers);
  if (count == 0) count = core::Worker::count_for("auto").value();
  WorkerSettings settings;
  settings.budget_bytes =
      static_cast<size_t>(model::body_memory_bytes(config.memory_limit_bytes)) / count;
  settings.bound.connections = std::max<size_t>(config.bound_connections / count, 1);
  settings.policy = config.allow_origins;
  settings.issuers = std::make_shared<const TrustedIssuers>(config.verify_identity);
  settings.boot_id = new_boot_id(loop_);
  for (size_t i = 0; i < count; ++i) {
    seats_.push_back(std::make_unique<Seat>(*this, i));
    Seat& seat = *seats_.back();
    seat.thread.start([this, &seat, settings] {
      seat.worker = std::make_unique<ConnectorWorker>(seat.thread.loop(), sink_, registry_,
                                                      metric_ids_, settings, seat.reports);
    });
  }
  memory_watch_ = std::make_unique<core::MemoryWatch>(
      loop_, config.memory_limit_bytes,
      [this, limit = config.memory_limit_bytes](core::MemoryPressure pressure, uint64_t resident) {
        note_memory(pressure, resident, limit);
      });
}

void Connector::note_memory(core::MemoryPressure pressure, uint64_t resident_bytes,
                            uint64_t limit_bytes) {
  LogLine(log_, Level::warn, "memory_pressure")
      .text("pressure", core::to_string(pressure))
      .number("resident_bytes", resident_bytes)
      .number("limit_bytes", limit_bytes);
  for (const auto& seat : seats_)
    seat->thread.post([place = seat.get(), pressure] { place->worker->set_memory(pressure); });
  core::release_free_memory();
}

core::Result<UplinkSecurity> Connector::make_security(const Credentials& credentials,
                                                      const std::string& authorities_pem) const {
  tls::ClientOptions options;
  options.tls13_only = true;
  options.alpn = {std::string(model::channel_alpn)};
  options.trust_pem = authorities_pem;
  options.certificate = {credentials.certificate_pem, credentials.private_key_pem};
  auto context = tls::Context::client(options);
  if (!context)
    return core::Error{"the state folder's certificate or authorities: " + context.error().reason,
                       0};
  return UplinkSecurity{*context, identity_.trust_domain};
}

void Connector::secure_workers(const UplinkSecurity& security) {
  for (const auto& seat : seats_)
    seat->thread.post([place = seat.get(), security] { place->worker->secure(security); });
}

void Connector::run() {
  for (const int number : {SIGTERM, SIGINT})
    signals_.push_back(std::make_unique<core::SignalWatcher>(loop_, number, [this, number] {
      if (draining_) return loop_.stop();  // twice: at once
      drain(number == SIGTERM ? "SIGTERM" : "SIGINT");
    }));
  signals_.push_back(std::make_unique<core::SignalWatcher>(loop_, SIGHUP, [this] {
    if (const auto reopened = sink_.reopen(); !reopened)
      LogLine(log_, Level::warn, "log_reopen_failed").text("reason", reopened.error().reason);
  }));
  signals_.push_back(
      std::make_unique<core::SignalWatcher>(loop_, SIGUSR1, [this] { tell_memory(); }));
  LogLine(log_, Level::info, "started")
      .text("connector", identity_.connector_id)
      .text("tenant", identity_.tenant)
      .number("workers", seats_.size());
  if (const auto watched = renewal_->watch(credentials_.certificate_pem); !watched)
    LogLine(log_, Level::error, "certificate_unreadable").text("reason", watched.error().reason);
  dialer_->set_targets(targets());
  loop_.run();
  LogLine(log_, Level::info, "stopped");
}

void Connector::drain(const std::string& reason) {
  if (draining_) return;
  draining_ = true;
  LogLine(log_, Level::info, "draining").text("reason", reason);
  dialer_->stop();
  drain_due_.arm(loop_.timers(), options_.drain_ms);
  for (const auto& seat : seats_)
    seat->thread.post([place = seat.get()] { place->worker->drain("the connector stops"); });
}

void Connector::on_drained() {
  if (++workers_drained_ >= seats_.size()) loop_.stop();
}

core::MemoryReport Connector::own_memory() {
  core::MemoryReport report = core::thread_memory(loop_);
  report.add_on_heap(core::MemoryPurpose::tls, tls::library_bytes_of_this_thread());
  report.add_on_heap(core::MemoryPurpose::logs, static_cast<int64_t>(log_.held_bytes()));
  return report;
}

// Only a worker's own thread can look into what is the worker's.
void Connector::tell_memory() {
  struct Asked {
    size_t waiting;
    core::MemoryReport sum;
  };
  const auto asked = std::make_shared<Asked>(Asked{seats_.size(), {}});
  for (const auto& seat : seats_) {
    seat->thread.post([this, asked, place = seat.get()] {
      mailbox_.post([this, asked, told = place->worker->memory()] {
        asked->sum.merge(told);
        if (--asked->waiting != 0) return;
        asked->sum.merge(own_memory());
        asked->sum.merge(core::process_memory());
        core::log_memory(log_, asked->sum);
      });
    });
  }
}

void Connector::on_established(size_t worker, uint64_t channel, const channel::Welcome& welcome) {
  established_[channel] = worker;
  if (draining_) return;
  dialer_->established(channel, worker, welcome);
  renewal_->channel_available();
}

void Connector::on_lost(uint64_t channel) {
  established_.erase(channel);
  if (!draining_) dialer_->lost(channel);
}

void Connector::on_config(const model::ConfigAnswer& answer) {
  if (draining_) return;
  learn_engines(answer.engines);
  learn_authorities(answer.authorities_pem);
  if (answer.renew) renewal_->renew_now();
}

void Connector::learn_engines(const std::vector<std::string>& engines) {
  if (engines.empty()) return;
  std::vector<std::string> learned;
  for (const std::string& address : engines)
    if (std::find(identity_.engines.begin(), identity_.engines.end(), address) ==
        identity_.engines.end())
      learned.push_back(address);
  if (learned == identity_.learned) return;
  identity_.learned = std::move(learned);
  if (const auto saved = state_.save_identity(identity_); !saved)
    LogLine(log_, Level::error, "state_not_saved").text("reason", saved.error().reason);
  dialer_->set_targets(targets());
}

void Connector::learn_authorities(const std::string& authorities_pem) {
  if (authorities_pem.empty() || authorities_pem == authorities_pem_) return;
  auto security = make_security(credentials_, authorities_pem);
  if (!security) {
    LogLine(log_, Level::error, "authorities_unusable").text("reason", security.error().reason);
    return;
  }
  authorities_pem_ = authorities_pem;
  if (const auto saved = state_.save_authorities(authorities_pem_); !saved)
    LogLine(log_, Level::error, "state_not_saved").text("reason", saved.error().reason);
  secure_workers(*security);
}

void Connector::renewed(const Credentials& credentials, const std::string& authorities_pem) {
  credentials_ = credentials;
  if (!authorities_pem.empty()) authorities_pem_ = authorities_pem;
  const auto security = make_security(credentials_, authorities_pem_);
  if (security)
    secure_workers(*security);
  else
    LogLine(log_, Level::error, "certificate_unusable").text("reason", security.error().reason);
}

// On the worker of any channel that is up.
void Connector::call(ControlRequest request, ControlCall::Done done) {
  if (established_.empty()) {
    const auto error =
        message::ExchangeError::of(message::ErrorCode::link_lost, "no channel to an engine");
    return loop_.defer_call([done = std::move(done), error] { done(error); });
  }
  Seat& seat = *seats_[established_.begin()->second];
  seat.thread.post([this, &seat, request = std::move(request), done = std::move(done)] {
    seat.worker->call(request, [this, done](ControlResult result) {
      mailbox_.post([done, result = std::move(result)] { done(result); });
    });
  });
}

std::vector<std::string> Connector::targets() const {
  std::vector<std::string> all = identity_.engines;
  all.insert(all.end(), identity_.learned.begin(), identity_.learned.end());
  return all;
}

std::string Connector::not_ready_reason() const {
  if (draining_) return "draining";
  if (dialer_ == nullptr || dialer_->established_channels() == 0) return "no channel to an engine";
  return "";
}

}  // namespace hawser::connector
